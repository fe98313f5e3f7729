import { Flags } from './oclif.ts'
import { BaseCommand, type Outcome } from './base-command.ts'
import type { Session } from './session.ts'
import { openStore, storeFlags } from './store-session.ts'
import type { ServerKind, ServeRequest } from '../backends/backend.ts'
import { dryRunFlag } from './flags.ts'

export const serveFlags = {
  ...storeFlags,
  host: Flags.string({ helpValue: 'ADDRESS', summary: 'Address to listen on' }),
  port: Flags.integer({ helpValue: 'PORT', min: 1, max: 65_535, summary: "Port to listen on [default: Feast's own]" }),
  'dry-run': dryRunFlag,
}

export interface ServeResult {
  readonly kind: ServerKind
  readonly command?: readonly string[]
  readonly url?: string
}

/** A command that runs one of Feast's servers until it is stopped. */
export abstract class ServeCommand extends BaseCommand<ServeResult> {
  protected async serve(
    session: Session,
    kind: ServerKind,
    flags: {
      file: string
      backend: string | undefined
      host?: string | undefined
      port?: number | undefined
      'dry-run': boolean
    },
    extra: readonly string[],
  ): Promise<Outcome<ServeResult>> {
    const { spec, backend, warnings } = await openStore(session, flags)
    const { terminal, json } = session
    let url: string | undefined
    const request: ServeRequest = {
      kind,
      host: flags.host,
      port: flags.port,
      extra,
      onReady: (address) => {
        url = address
        if (json) terminal.out(JSON.stringify({ event: 'ready', url: address }))
        else
          terminal.err(`${terminal.errStyle.green('ready')} ${kind} of ${spec.project} at ${address} (Ctrl-C stops it)`)
      },
      onLine: (line) => terminal.err(line),
    }
    if (flags['dry-run']) {
      const command = backend.serveCommand(spec, request)
      return { result: { kind, command }, diagnostics: json ? warnings : [], text: () => command.join(' ') }
    }
    await backend.serve(spec, request)
    return { result: { kind, ...(url === undefined ? {} : { url }) }, text: () => `${kind} has ended` }
  }
}
