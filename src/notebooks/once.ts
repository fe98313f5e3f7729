import { scopeOf } from './command-flags.ts'
import { openCluster } from './open-cluster.ts'
import { diagnosticsOf, formatReport } from './report-text.ts'
import { singleRun } from './single-run.ts'
import type { Outcome } from '../cli/base-command.ts'
import type { Session } from '../cli/session.ts'
import { FsopError } from '../diagnostics/errors.ts'
import { ExitCode } from '../diagnostics/exit-codes.ts'
import { exitCodeOf, type SyncReport, type SyncRequest } from '../usecases/notebook-sync.ts'
import type { Scope } from '../usecases/notebook-sync-read.ts'

export interface SyncResult extends Partial<SyncReport> {
  /** Another run holds the lock: nothing was done. */
  readonly alreadyRunning?: boolean
  /** Lines, under `--diff`. */
  readonly diff?: readonly string[]
}

export interface OnceFlags {
  readonly kubeconfig?: string | undefined
  readonly context?: string | undefined
  readonly namespace?: string[] | undefined
  readonly 'all-namespaces': boolean
  readonly 'store-namespace'?: string[] | undefined
  readonly 'lease-namespace'?: string | undefined
  readonly 'lease-name': string
  readonly lock: boolean
  readonly wait: boolean
  readonly diff: boolean
  readonly timeout: string
  readonly timeoutMs: number
}

/**
 * `fsop notebook-sync`, once.
 *
 * @throws FsopError as `syncOnce` does, `NB406` when the time is up
 */
export async function syncNotebooks(
  session: Session,
  flags: OnceFlags,
  request: Omit<SyncRequest, 'scope'>,
  only: Scope['only'],
): Promise<Outcome<SyncResult>> {
  const limit = AbortSignal.timeout(flags.timeoutMs)
  const signal = AbortSignal.any([session.signal, limit])
  const api = await openCluster(session, flags, {
    signal,
    retryDeadlineMs: Math.min(60_000, flags.timeoutMs / 2),
  })
  // A connection of its own: the lock is given up after a signal has ended the other.
  const lockApi = flags.lock ? await openCluster(session, flags, { retryDeadlineMs: 5000 }) : undefined
  const at = { namespace: flags['lease-namespace'] ?? api.namespace, name: flags['lease-name'] }
  try {
    const outcome = await singleRun(
      api,
      {
        request: { ...request, scope: scopeOf(flags, only, api.namespace) },
        wait: flags.wait,
        diff: flags.diff,
        lock: lockApi === undefined ? undefined : { ...at, api: lockApi },
      },
      { signal, warn: (message) => session.terminal.err(message) },
    )
    if (outcome === undefined) {
      const text = 'Already running: another run holds the lock, nothing was done'
      return { result: { alreadyRunning: true }, text: () => text }
    }
    return presented(outcome.report, outcome.diffs)
  } catch (error) {
    if (limit.aborted && !session.signal.aborted) throw timedOut(flags.timeout)
    throw error
  } finally {
    api.close()
    lockApi?.close()
  }
}

function presented(report: SyncReport, diffs: readonly string[]): Outcome<SyncResult> {
  return {
    result: { ...report, ...(diffs.length > 0 ? { diff: diffs } : {}) },
    diagnostics: [...report.problems, ...diagnosticsOf(report.outcomes)],
    exitCode: exitCodeOf(report),
    text: (style) => [...(diffs.length > 0 ? [diffs.join('\n'), ''] : []), formatReport(report, style)].join('\n'),
  }
}

function timedOut(timeout: string): FsopError {
  return new FsopError({
    code: 'NB406',
    message: `notebook-sync did not end within ${timeout}`,
    why: 'what was written until then stays; the next run goes on from it',
    hint: 'give it more time with --timeout, or see whether the API server is well',
    exitCode: ExitCode.failed,
  })
}
