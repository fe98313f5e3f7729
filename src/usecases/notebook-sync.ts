import { readCluster, type Scope } from './notebook-sync-read.ts'
import type { Diagnostic } from '../diagnostics/diagnostic.ts'
import { FsopError, withDocs } from '../diagnostics/errors.ts'
import { ExitCode } from '../diagnostics/exit-codes.ts'
import type { KubeApi } from '../kube/api.ts'
import { createClientConfigs } from '../notebooks/client-configs.ts'
import { notebookKind, type NotebookResource } from '../notebooks/resources.ts'
import { createEventTeller } from '../notebooks/event-teller.ts'
import type { Decision } from '../notebooks/decide.ts'
import type { Key } from '../notebooks/model.ts'
import { configMapOf } from '../notebooks/projections.ts'
import { createReconcile, type Outcome } from '../notebooks/reconcile.ts'
import { neededRights } from '../notebooks/rights.ts'
import { keysOf, worldOf } from '../notebooks/snapshot.ts'
import { readConfigMap } from '../notebooks/write.ts'

export interface SyncRequest {
  readonly scope: Scope
  readonly notebooks: NotebookResource
  readonly dryRun: boolean
  readonly adopt: boolean
  readonly forceConflicts: boolean
  readonly replaceImmutable: boolean
  readonly allowSecrets: boolean
  /** Tell faults as Events. */
  readonly events: boolean
  /** The Notebook CRD not being installed is a failure. */
  readonly requireCrd: boolean
  /** Notebooks worked on at the same time. */
  readonly workers: number
  /** Report the notebooks that are right as well. */
  readonly all?: boolean
}

export interface SyncReport {
  readonly dryRun: boolean
  /** Notebooks looked at. */
  readonly notebooks: number
  readonly counts: Readonly<Record<Outcome['action'], number>>
  /** What was changed, and what is not as the annotation asks; those that are right and were before are left out. */
  readonly outcomes: readonly Outcome[]
  /** What is wrong beyond single notebooks. */
  readonly problems: readonly Diagnostic[]
}

export interface SyncPorts {
  readonly api: KubeApi
  /** Shown each decision before it is carried out. */
  readonly inspect?: (key: Key, decision: Decision) => Promise<void>
  readonly now: () => Date
  readonly warn: (message: string) => void
  readonly signal: AbortSignal
}

/**
 * Makes the ConfigMap of every integrated notebook right, once.
 *
 * @throws FsopError `NB401` under `requireCrd`, `NB403` and `NB404` when nothing could be read, `NB407` when the one
 *   notebook asked for does not exist
 */
export async function syncOnce(
  request: SyncRequest,
  { api, now, warn, signal, inspect }: SyncPorts,
): Promise<SyncReport> {
  const { scope, notebooks, dryRun } = request
  const kind = notebookKind(notebooks)
  const rights = neededRights({ notebooks, events: request.events, watch: false })
  const { snapshot, problems, hasNotebooks } = await readCluster(api, { scope, notebooks, rights })
  if (!hasNotebooks) return withoutNotebooks(request, problems)
  if (scope.only !== undefined && snapshot.notebooks.size === 0) throw noSuchNotebook(scope.only)
  const world = worldOf(snapshot)
  const reconcile = createReconcile({
    world,
    api,
    clients: createClientConfigs({
      seen: (key) => snapshot.configMaps.get(key),
      fetch: async (at) => {
        const live = await readConfigMap(api, at)
        return live && configMapOf(live)
      },
      describe: (error) => (error instanceof Error ? error.message : String(error)),
      allowSecrets: request.allowSecrets,
      // A run asks once.
      failureTtlMs: Number.POSITIVE_INFINITY,
      now: () => 0,
    }),
    options: { ...request, kind, ...(inspect === undefined ? {} : { inspect }) },
  })
  const outcomes = await inParallel(keysOf(snapshot), reconcile, request.workers, signal)
  if (request.events && !dryRun) {
    const isWide = scope.only === undefined && scope.namespaces === undefined
    await createEventTeller(api, { kind, isWide, now, warn }).tell(outcomes)
  }
  return reportOf(outcomes, { dryRun, problems, all: request.all === true })
}

async function inParallel(
  keys: readonly Key[],
  reconcile: (key: Key) => Promise<Outcome>,
  workers: number,
  signal: AbortSignal,
): Promise<readonly Outcome[]> {
  const outcomes: Outcome[] = []
  const waiting = keys.values()
  const work = async () => {
    for (const key of waiting) {
      signal.throwIfAborted()
      outcomes.push(await reconcile(key))
    }
  }
  await Promise.all(Array.from({ length: workers }, work))
  return outcomes.sort((a, b) => (a.notebook < b.notebook ? -1 : 1))
}

function reportOf(
  outcomes: readonly Outcome[],
  { dryRun, problems, all }: { dryRun: boolean; problems: readonly Diagnostic[]; all: boolean },
): SyncReport {
  const counts = { created: 0, updated: 0, replaced: 0, deleted: 0, unchanged: 0, failed: 0 }
  for (const { action } of outcomes) counts[action]++
  const notable = outcomes.filter(({ action, faults }) => all || action !== 'unchanged' || faults.length > 0)
  return { dryRun, notebooks: outcomes.length, counts, outcomes: notable, problems }
}

function withoutNotebooks({ notebooks, dryRun, requireCrd }: SyncRequest, problems: readonly Diagnostic[]): SyncReport {
  const { group, version, plural } = notebooks
  const message = `the API server does not serve ${plural}.${group} ${version}: there are no notebooks to look after`
  const hint = 'install Kubeflow Notebooks, or name another kind with --notebook-gvk'
  if (requireCrd) throw new FsopError({ code: 'NB401', message, hint, exitCode: ExitCode.failed })
  const note = withDocs({ severity: 'info', code: 'NB401', message, hint })
  return reportOf([], {
    dryRun,
    all: false,
    problems: [note, ...problems.filter(({ severity }) => severity === 'error')],
  })
}

function noSuchNotebook({ namespace, name }: { namespace: string; name: string }): FsopError {
  return new FsopError({
    code: 'NB407',
    message: `there is no notebook ${name} in namespace ${namespace}`,
    hint: `kubectl get notebooks -n ${namespace}`,
    exitCode: ExitCode.failed,
  })
}

/** 0 all is right; 6 some is not; 1 nothing that had to be done went through. */
export function exitCodeOf({ outcomes, counts, notebooks, problems }: SyncReport): ExitCode {
  const isWrong = (faults: Outcome['faults']) => faults.some(({ severity }) => severity !== 'info')
  const hasFaults =
    outcomes.some(({ faults }) => isWrong(faults)) || problems.some(({ severity }) => severity === 'error')
  if (!hasFaults) return ExitCode.ok
  const isForbidden = outcomes.every(({ faults }) => faults.some(({ code }) => code === 'NB310'))
  if (notebooks > 0 && counts.failed === notebooks) return isForbidden ? ExitCode.missing : ExitCode.failed
  return ExitCode.partial
}

/** Whether another look later may find more right: somebody else's work is under way, or a call failed. */
export function isSettled({ outcomes, problems }: SyncReport): boolean {
  const waits = new Set(['NB201', 'NB211', 'NB203', 'NB204', 'NB205', 'NB206'])
  return (
    problems.every(({ severity }) => severity !== 'error') &&
    outcomes.every(({ faults }) => faults.every(({ code, isTransient }) => isTransient !== true && !waits.has(code)))
  )
}
