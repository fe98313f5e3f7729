import { Flags, Command } from './oclif.ts'
import { openSession, type Session } from './session.ts'
import { failureEnvelope, toFailure, type Failure } from './envelope.ts'
import type { Diagnostic } from '../diagnostics/diagnostic.ts'
import { ExitCode } from '../diagnostics/exit-codes.ts'
import { formatDiagnostics } from '../output/diagnostics-text.ts'
import type { Style } from '../output/style.ts'

/** What a command gives back: the result for `--json`, and the same as text. */
export interface Outcome<Result> {
  readonly result: Result
  /** For people, on stdout; none when everything has been said already. */
  readonly text?: (style: Style) => string
  readonly diagnostics?: readonly Diagnostic[]
  readonly exitCode?: number
}

/**
 * Every command of fsop: owns the envelope, the exit code, the signals and how errors look, since oclif's own handling
 * gives one error two exit codes (with and without `--json`) and prints internals.
 */
export abstract class BaseCommand<Result> extends Command {
  static override enableJsonFlag = true
  static override baseFlags = {
    debug: Flags.boolean({
      char: 'd',
      summary: 'Show what the tools underneath print, and stack traces',
      helpGroup: 'GLOBAL',
    }),
  }

  /** Does the work. Throws FsopError for what the user can mend. */
  protected abstract execute(session: Session): Promise<Outcome<Result>>

  /** Set by {@link execute} before it throws, where a partial result is worth showing under `--json`. */
  protected partialResult: unknown

  override async run(): Promise<void> {
    await this._run()
  }

  /** oclif's entry: replaces its life cycle, see the class. */
  protected override async _run<T>(): Promise<T> {
    const json = this.jsonEnabled()
    const session = openSession({
      root: this.config.root,
      version: this.config.version,
      json,
      debug: this.hasDebugFlag(),
    })
    try {
      const outcome = await this.execute(session)
      this.present(session, outcome)
      process.exitCode = outcome.exitCode ?? ExitCode.ok
    } catch (error) {
      const failure = toFailure(session.signal.aborted ? session.signal.reason : error)
      this.presentFailure(session, failure)
      process.exitCode = failure.exitCode
    } finally {
      session.close()
    }
    return undefined as T
  }

  private present(
    { json, terminal }: Session,
    { result, text, diagnostics = [], exitCode = ExitCode.ok }: Outcome<Result>,
  ) {
    const failed = diagnostics.some(({ severity }) => severity === 'error')
    if (json) {
      const envelope = failed
        ? failureEnvelope(this.commandName, { exitCode, diagnostics, detail: undefined }, result)
        : { ok: true, command: this.commandName, result, diagnostics }
      terminal.out(JSON.stringify(envelope, null, 2))
      return
    }
    if (diagnostics.length > 0) terminal.err(formatDiagnostics(diagnostics, terminal.errStyle))
    const body = text?.(terminal.outStyle)
    if (body) terminal.out(body)
  }

  private presentFailure({ json, debug, terminal }: Session, failure: Failure) {
    if (json) {
      terminal.out(JSON.stringify(failureEnvelope(this.commandName, failure, this.partialResult), null, 2))
    } else {
      terminal.err(formatDiagnostics(failure.diagnostics, terminal.errStyle))
      if (failure.exitCode === ExitCode.usage) terminal.err(`\nSee fsop ${this.commandName} --help`)
    }
    if (debug && failure.detail) terminal.err(`\n${failure.detail}`)
  }

  private get commandName(): string {
    return (this.id ?? '').replaceAll(':', ' ')
  }

  /** Read before the arguments are parsed, since parsing may be what fails. */
  private hasDebugFlag(): boolean {
    const own = this.argv.slice(0, this.argv.includes('--') ? this.argv.indexOf('--') : undefined)
    return own.includes('--debug') || own.includes('-d')
  }
}
