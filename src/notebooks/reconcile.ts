import { parseAnnotation, type ProjectRef } from './annotation.ts'
import type { ClientConfigs } from './client-configs.ts'
import {
  decide,
  decideWithout,
  pausedFault,
  type Change,
  type Decision,
  type DecideOptions,
  type Entry,
} from './decide.ts'
import { fault, type Fault } from './faults.ts'
import { keyOf, type ConfigMapView, type Key, type Notebook } from './model.ts'
import { configMapName } from './names.ts'
import { configMapOf, notebookOf } from './projections.ts'
import type { NotebookResource } from './resources.ts'
import { resolveProject, type StoreIndex } from './stores.ts'
import { Overtaken, readConfigMap, write, type WriteApi } from './write.ts'
import { type ApiError, isConflict, isNotFound, isApiError } from '../kube/api.ts'

/** What is known of the cluster: listed by a single run, watched by the controller. */
export interface World {
  notebook(key: Key): Notebook | undefined
  configMap(key: Key): ConfigMapView | undefined
  stores(): StoreIndex
  /** A write of ours that lists and watches have not shown yet. */
  wrote(key: Key, now: ConfigMapView | undefined): void
}

export interface ReconcileOptions extends Omit<DecideOptions, 'kind'> {
  readonly kind: DecideOptions['kind']
  readonly notebooks: NotebookResource
  /** Decide and say, write nothing. */
  readonly dryRun: boolean
  /** Shown each decision before it is carried out. */
  readonly inspect?: (key: Key, decision: Decision) => Promise<void>
  /** Asked before each write; a fault holds it back. */
  readonly mayWrite?: (key: Key, decision: Decision) => Fault | undefined
}

export type Action = 'created' | 'updated' | 'replaced' | 'deleted' | 'unchanged' | 'failed'

/** What became of one notebook. */
export interface Outcome {
  readonly notebook: Key
  /** Of the Notebook object; empty when there is none any more. */
  readonly uid: string
  readonly configMap: string
  readonly action: Action
  /** Keys that the annotation asks for. */
  readonly asked: readonly string[]
  /** Keys that the ConfigMap has. */
  readonly projects: readonly string[]
  readonly changes: readonly Change[]
  readonly faults: readonly Fault[]
}

export type Reconcile = (key: Key) => Promise<Outcome>

export interface ReconcileParts {
  readonly world: World
  readonly api: WriteApi
  readonly clients: ClientConfigs
  readonly options: ReconcileOptions
}

const MAX_ATTEMPTS = 5

/**
 * The one function that makes a notebook's ConfigMap right, for the single run and the controller alike. It looks at the
 * state of the world, never at what has changed, and does nothing where all is right.
 *
 * @throws what is no answer of the API server: an aborted signal, a bug
 */
export function createReconcile(parts: ReconcileParts): Reconcile {
  return (key) => reconcile(key, parts)
}

async function reconcile(key: Key, parts: ReconcileParts): Promise<Outcome> {
  const { world, api, options } = parts
  const [namespace = '', name = ''] = key.split('/')
  const at = { namespace, name: configMapName(name) }
  let existing = world.configMap(keyOf(at))
  try {
    for (let attempt = 1; ; attempt++) {
      const { notebook, decision } = await next(key, existing, parts)
      if (options.dryRun && decision.action === 'create' && attempt === 1) {
        // A write would be refused where one is in the way; a dry run has to look.
        const live = await readConfigMap(api, at)
        if (live !== undefined) {
          existing = configMapOf(live)
          continue
        }
      }
      await options.inspect?.(key, decision)
      const held = decision.action === 'none' || notebook === undefined ? undefined : options.mayWrite?.(key, decision)
      const base = { notebook: key, uid: notebook?.uid ?? '', configMap: at.name, asked: askedBy(notebook) }
      if (held !== undefined) return outcome(base, { action: 'none', faults: [held, ...decision.faults] }, existing)
      if (decision.action === 'none' || notebook === undefined || options.dryRun)
        return outcome(base, decision, existing)
      try {
        const now = await write(api, notebook, decision, options.kind)
        world.wrote(keyOf(at), now)
        return outcome(base, decision, now)
      } catch (error) {
        const isOvertaken = error instanceof Overtaken || isConflict(error)
        if (!isOvertaken || attempt === MAX_ATTEMPTS) throw error
        const live = await readConfigMap(api, at)
        existing = live && configMapOf(live)
      }
    }
  } catch (error) {
    if (!isApiError(error) && !(error instanceof Overtaken)) throw error
    const uid = world.notebook(key)?.uid ?? ''
    const problem = writeFault(error, namespace)
    const projects = [...(existing?.data.keys() ?? [])]
    const asked = askedBy(world.notebook(key))
    return { notebook: key, uid, configMap: at.name, action: 'failed', asked, projects, changes: [], faults: [problem] }
  }
}

async function next(
  key: Key,
  existing: ConfigMapView | undefined,
  { world, api, clients, options }: ReconcileParts,
): Promise<{ notebook: Notebook | undefined; decision: Decision }> {
  const none: Decision = { action: 'none', faults: [] }
  const notebook = world.notebook(key)
  if (notebook?.isEnabled !== true) {
    if (existing === undefined) return { notebook: undefined, decision: none }
    const live = await readNotebook(key, api, options)
    // Deleted: the garbage collector takes the ConfigMap. Integrated after all: its event is on the way.
    if (live === undefined || live.isEnabled || live.isTerminating) return { notebook: undefined, decision: none }
    if (live.isPaused) return { notebook: live, decision: { action: 'none', faults: [pausedFault(live)] } }
    return { notebook: live, decision: decideWithout(live, existing, options.kind) }
  }
  if (notebook.isTerminating) return { notebook, decision: none }
  if (notebook.isPaused) return { notebook, decision: { action: 'none', faults: [pausedFault(notebook)] } }
  const { projects, faults } = parseAnnotation(notebook.annotation)
  const index = world.stores()
  const entries = await Promise.all(projects.map((project) => entryOf(project, notebook, index, clients)))
  const decision = decide(notebook, entries, existing, options)
  return { notebook, decision: { ...decision, faults: [...faults, ...decision.faults] } }
}

async function entryOf(
  project: ProjectRef,
  { namespace }: Notebook,
  index: StoreIndex,
  clients: ClientConfigs,
): Promise<Entry> {
  const resolved = resolveProject(project, namespace, index)
  return { key: project.key, config: resolved.kind === 'store' ? await clients.of(resolved.store) : resolved }
}

async function readNotebook(key: Key, api: WriteApi, { notebooks }: ReconcileOptions): Promise<Notebook | undefined> {
  const [namespace = '', name = ''] = key.split('/')
  try {
    return notebookOf(await api.get(notebooks, { namespace, name }), notebooks)
  } catch (error) {
    if (isNotFound(error)) return undefined
    throw error
  }
}

function askedBy(notebook: Notebook | undefined): readonly string[] {
  return notebook?.isEnabled === true ? parseAnnotation(notebook.annotation).projects.map(({ key }) => key) : []
}

const actions: Readonly<Record<Decision['action'], Action>> = {
  none: 'unchanged',
  create: 'created',
  update: 'updated',
  replace: 'replaced',
  delete: 'deleted',
}

function outcome(
  base: Pick<Outcome, 'notebook' | 'uid' | 'configMap' | 'asked'>,
  decision: Decision,
  existing: ConfigMapView | undefined,
): Outcome {
  const changes = 'changes' in decision ? decision.changes : []
  const keys =
    'data' in decision ? decision.data.keys() : decision.action === 'delete' ? [] : (existing?.data.keys() ?? [])
  return { ...base, action: actions[decision.action], projects: [...keys], changes, faults: decision.faults }
}

function writeFault(error: ApiError | Overtaken, namespace: string): Fault {
  if (error instanceof Overtaken || error.status === 409)
    return fault('NB306', `the ConfigMap was changed by somebody else ${MAX_ATTEMPTS} times in a row`, {
      isTransient: true,
    })
  if (isNamespaceGone(error)) {
    return fault('NB307', `namespace ${namespace} is being deleted or does not exist: nothing can be written there`, {
      severity: 'warning',
    })
  }
  if (error.status === 403) {
    return fault('NB310', `not allowed: ${error.message}`, {
      hint: 'fsop notebook-sync manifests prints the Role that is needed',
      isTransient: true,
    })
  }
  return fault('NB309', error.message, { isTransient: error.status !== 422 })
}

/** The API server answers a create in a namespace that is going away with 403 and this cause, or with 404. */
function isNamespaceGone(error: ApiError): boolean {
  const { causes } = (error.details ?? {}) as { readonly causes?: readonly { readonly reason?: string }[] }
  return (
    (error.status === 404 && error.method !== 'GET') ||
    (error.status === 403 &&
      ((causes ?? []).some(({ reason }) => reason === 'NamespaceTerminating') ||
        /being terminated/.test(error.message)))
  )
}
