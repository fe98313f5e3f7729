import { openCluster } from './open-cluster.ts'
import { diagnosticsOf } from './report-text.ts'
import { formatStatus, statusOf, type ProjectStatus } from './status-text.ts'
import type { NotebookResource } from './resources.ts'
import type { Outcome } from '../cli/base-command.ts'
import type { Session } from '../cli/session.ts'
import { ExitCode } from '../diagnostics/exit-codes.ts'
import { scopeOf } from './command-flags.ts'
import { syncOnce } from '../usecases/notebook-sync.ts'
import type { Scope } from '../usecases/notebook-sync-read.ts'

export interface StatusResult {
  readonly notebooks: number
  readonly projects: readonly ProjectStatus[]
}

const RETRY_MS = 10_000

/** `fsop notebook-sync status`: what a run would find, without a write. */
export async function notebookStatus(
  session: Session,
  flags: {
    readonly kubeconfig?: string | undefined
    readonly context?: string | undefined
    readonly namespace?: string[] | undefined
    readonly 'all-namespaces': boolean
    readonly 'store-namespace'?: string[] | undefined
    readonly 'allow-secrets': boolean
    readonly 'detailed-exitcode': boolean
  },
  notebooks: NotebookResource,
  only: Scope['only'],
): Promise<Outcome<StatusResult>> {
  const { signal } = session
  const api = await openCluster(session, flags, { signal, retryDeadlineMs: RETRY_MS })
  try {
    const report = await syncOnce(
      {
        scope: scopeOf(flags, only, api.namespace),
        notebooks,
        dryRun: true,
        adopt: false,
        forceConflicts: false,
        replaceImmutable: false,
        allowSecrets: flags['allow-secrets'],
        events: false,
        requireCrd: false,
        workers: 8,
        all: true,
      },
      { api, now: () => new Date(), warn: () => undefined, signal },
    )
    const projects = statusOf(report.outcomes)
    const isRight = projects.every(({ state }) => state === 'right') && report.problems.length === 0
    // What is found is the result here, not a failure of the command.
    const told = [...report.problems, ...diagnosticsOf(report.outcomes)].map((diagnostic) =>
      diagnostic.severity === 'error' ? { ...diagnostic, severity: 'warning' as const } : diagnostic,
    )
    return {
      result: { notebooks: report.notebooks, projects },
      diagnostics: told,
      exitCode: !isRight && flags['detailed-exitcode'] ? ExitCode.differences : ExitCode.ok,
      text: (style) => formatStatus(projects, report.notebooks, style),
    }
  } finally {
    api.close()
  }
}
