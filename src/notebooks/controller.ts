import { createClientConfigs, type ClientConfigs } from './client-configs.ts'
import type { EventTeller } from './event-teller.ts'
import type { Fault } from './faults.ts'
import { keyOf, type ConfigMapView, type FeatureStore, type Key, type Notebook } from './model.ts'
import { clientKey, NotebookIndex } from './notebook-index.ts'
import { configMapOf, projectConfigMap, projectFeatureStore, projectNotebook, type Projected } from './projections.ts'
import { createReconcile, type Outcome, type Reconcile, type ReconcileOptions, type World } from './reconcile.ts'
import { configMaps } from './resources.ts'
import { createRestraint, type Restraint } from './restraint.ts'
import { CONFIG_MAP_SELECTORS, notebookOfConfigMap, notebookSelector } from './snapshot.ts'
import { indexStores, type StoreIndex } from './stores.ts'
import { readConfigMap } from './write.ts'
import type { KubeApi, KubeObject, Resource, WatchApi } from '../kube/api.ts'
import { sleep, type Clock } from '../kube/clock.ts'
import type { Log } from '../kube/log.ts'
import { reflect, type Reflection, type ReflectorCounter, type ReflectorStatus } from '../kube/reflector.ts'
import { createWorkQueue, type WorkQueue } from '../kube/work-queue.ts'

export interface ControllerOptions extends Omit<ReconcileOptions, 'mayWrite'> {
  readonly featureStores: Resource
  /** Undefined in it means all namespaces. */
  readonly namespaces: readonly (string | undefined)[]
  readonly storeNamespaces: readonly (string | undefined)[]
  readonly allowSecrets: boolean
  readonly workers: number
  readonly resyncMs: number
  readonly teller: EventTeller | undefined
  /** Asked right before every write: a process that was stopped for a while may have lost the election without knowing. */
  readonly isLeader: () => boolean
  readonly clock: Clock
  readonly log: Log
  readonly metrics: ControllerMetrics
}

export interface ControllerMetrics {
  readonly reconciled: (action: Outcome['action'] | 'error', faults: readonly Fault[], tookMs: number) => void
  readonly waited: (ms: number) => void
  readonly reflector: (resource: string, name: ReflectorCounter) => void
}

export interface Controller {
  /** Everything was read once, as far as that is allowed and served. */
  readonly settled: Promise<void>
  readonly queue: Pick<WorkQueue, 'depth' | 'working' | 'waiting' | 'idle'>
  /** Where each watch stands. */
  watches(): readonly { readonly resource: string; readonly status: ReflectorStatus; readonly size: number }[]
  /** Notebooks that are not as their annotation asks, by the code of the fault. */
  faults(): ReadonlyMap<string, number>
  /** Ends the work within a few seconds: the write under way is finished, nothing new is begun. */
  stop(): Promise<void>
}

/** A fault that a later try may not meet. */
class TryAgain extends Error {}
class NotLeader extends Error {}

const STOP_PATIENCE_MS = 3000
const TELL_AFTER_MS = 300
/** Changes of stores are gathered until none came for so long, and for no longer than this. */
const GATHER_QUIET_MS = 100
const GATHER_MAX_MS = 500
/** One client ConfigMap that cannot be read must not keep every worker waiting for it in turn. */
const FAILURE_TTL_MS = 1000
/** After this many failures in a row a fault is worth an Event; a blip is not. */
const TELL_TRANSIENT_AFTER = 4

/** Follows the cluster and keeps every ConfigMap right, by the same reconcile function as the single run. */
export function startController(api: KubeApi & WatchApi, options: ControllerOptions): Controller {
  return new NotebookController(api, options)
}

class NotebookController implements Controller {
  readonly settled: Promise<void>
  readonly queue: WorkQueue
  readonly #api: KubeApi & WatchApi
  readonly #options: ControllerOptions
  readonly #index = new NotebookIndex()
  readonly #notebooks: Reflection<Projected<Notebook>>[]
  readonly #stores: Reflection<Projected<FeatureStore>>[]
  readonly #configMaps: Reflection<Projected<ConfigMapView>>[]
  /** Client ConfigMaps that lack the label, each watched by name. */
  readonly #unlabelled = new Map<Key, Reflection<Projected<ConfigMapView>>>()
  /** Writes of ours that the watch has not shown yet. */
  readonly #written = new Map<Key, ConfigMapView>()
  readonly #clients: ClientConfigs
  readonly #reconcile: Reconcile
  readonly #restraint: Restraint
  readonly #faults = new Map<Key, readonly Fault[]>()
  readonly #stopping = new AbortController()
  #storeIndex: StoreIndex | undefined
  #isStarted = false
  #untold = new Map<Key, Outcome>()
  #cancelTelling: (() => void) | undefined
  readonly #soon = new Set<Key>()
  #soonSince: number | undefined
  #cancelSoon: (() => void) | undefined

  constructor(api: KubeApi & WatchApi, options: ControllerOptions) {
    const { clock, log } = options
    this.#api = api
    this.#options = options
    this.#restraint = createRestraint(() => clock.now())
    this.queue = createWorkQueue({
      handle: (key) => this.#handle(key),
      workers: options.workers,
      clock,
      log,
      metrics: { started: (ms) => options.metrics.waited(ms) },
      onError: (key, error, failures, pauseMs) => this.#failed(key, error, failures, pauseMs),
    })
    this.#clients = createClientConfigs({
      seen: (key) => find(this.#configMaps, key)?.view,
      fetch: async (at) => {
        const live = await readConfigMap(api, at)
        return live && configMapOf(live)
      },
      describe: (error) => (error instanceof Error ? error.message : String(error)),
      allowSecrets: options.allowSecrets,
      failureTtlMs: FAILURE_TTL_MS,
      now: () => clock.now(),
      onFetched: (at) => this.#watchUnlabelled(at),
    })
    this.#reconcile = createReconcile({
      world: this.#world(),
      api,
      clients: this.#clients,
      options: {
        ...options,
        mayWrite: (key, decision) => {
          if (!options.isLeader()) throw new NotLeader('another replica is the leader')
          return this.#restraint.check(key, decision)
        },
      },
    })
    this.#notebooks = options.namespaces.map((namespace) =>
      this.#reflect(options.notebooks, {
        namespace,
        labelSelector: notebookSelector(options.notebooks),
        project: projectNotebook(options.notebooks),
        resyncMs: options.resyncMs,
        onEvent: ({ key, object, previous, type }) => {
          if (type === 'set' && previous !== undefined && object !== previous && isSame(object.view, previous.view))
            return
          this.#index.setNotebook(key, object?.view)
          this.#enqueue(key)
        },
      }),
    )
    this.#stores = options.storeNamespaces.map((namespace) =>
      this.#reflect(options.featureStores, {
        namespace,
        project: projectFeatureStore,
        onEvent: ({ key, object, previous }) => {
          if (object !== undefined && previous !== undefined && isSame(object.view, previous.view)) return
          this.#storeIndex = undefined
          this.#index.setStore(key, object?.view)
          if (object === undefined && previous !== undefined) this.#unwatch(clientKey(previous.view))
          for (const view of [object?.view, previous?.view]) if (view) this.#enqueueSoon(this.#index.ofStore(view))
        },
      }),
    )
    // Client ConfigMaps of other namespaces are watched by name.
    const places = new Set([...options.namespaces, ...options.storeNamespaces.filter((place) => place !== undefined)])
    // Those with the seed's label alone are met when they are to be made: that fails, and they are read.
    const [labelSelector] = CONFIG_MAP_SELECTORS
    this.#configMaps = (places.has(undefined) ? [undefined] : [...places]).map((namespace) =>
      this.#reflect(configMaps, {
        namespace,
        labelSelector,
        project: projectConfigMap,
        onEvent: ({ key, object }) => {
          this.#shown(key, object?.view)
          this.#enqueueSoon(this.#index.ofClient(key))
          const notebook = notebookOfConfigMap(key)
          if (notebook !== undefined) this.#enqueue(notebook)
        },
      }),
    )
    this.settled = this.#settle()
    // Stopped before: nobody has to wait for it.
    this.settled.catch(() => undefined)
  }

  watches() {
    const of = (resource: string, all: readonly Reflection<KubeObject>[]) =>
      all.map((reflection) => ({ resource, status: reflection.status(), size: reflection.store.size }))
    return [
      ...of(this.#options.notebooks.plural, this.#notebooks),
      ...of('featurestores', this.#stores),
      ...of('configmaps', [...this.#configMaps, ...this.#unlabelled.values()]),
    ]
  }

  faults(): ReadonlyMap<string, number> {
    const counts = new Map<string, number>()
    for (const faults of this.#faults.values())
      for (const code of new Set(faults.map(({ code }) => code))) counts.set(code, (counts.get(code) ?? 0) + 1)
    return counts
  }

  async stop(): Promise<void> {
    this.#stopping.abort(new Error('the controller is stopping'))
    this.#cancelTelling?.()
    this.#cancelSoon?.()
    await this.queue.stop({ patienceMs: STOP_PATIENCE_MS })
    const all = [...this.#notebooks, ...this.#stores, ...this.#configMaps, ...this.#unlabelled.values()]
    await Promise.all(all.map((reflection) => reflection.stop()))
  }

  #reflect<T extends KubeObject>(
    resource: Resource,
    options: Pick<
      Parameters<typeof reflect<T>>[2],
      'namespace' | 'labelSelector' | 'fieldSelector' | 'project' | 'onEvent' | 'resyncMs'
    >,
  ): Reflection<T> {
    const { clock, log, metrics } = this.#options
    return reflect(this.#api, resource, {
      ...options,
      clock,
      log,
      metrics: { count: (name) => metrics.reflector(resource.plural, name) },
    })
  }

  #world(): World {
    return {
      notebook: (key) => find(this.#notebooks, key)?.view,
      configMap: (key) => this.#written.get(key) ?? find(this.#configMaps, key)?.view,
      stores: () => this.#currentStores(),
      wrote: (key, now) => {
        const shown = find(this.#configMaps, key)?.view
        // The watch may be faster than the answer to the write.
        if (now === undefined || (shown?.uid === now.uid && !isOlder(shown, now))) this.#written.delete(key)
        else this.#written.set(key, now)
      },
    }
  }

  #currentStores(): StoreIndex {
    if (this.#storeIndex !== undefined) return this.#storeIndex
    const views = this.#stores.flatMap(({ store }) => [...store.values()].map(({ view }) => view))
    const unread = this.#stores.map((reflection) => reflection.status()).find(({ heardAt }) => heardAt === undefined)
    if (unread !== undefined) {
      const reason =
        unread.phase === 'missing' ? 'the API server does not serve FeatureStores' : 'they were not read yet'
      return indexStores(views, reason)
    }
    this.#storeIndex = indexStores(views)
    return this.#storeIndex
  }

  /** Begins once every watch has its first list, or has shown that it cannot have one now. */
  async #settle(): Promise<void> {
    const all: readonly Reflection<KubeObject>[] = [...this.#notebooks, ...this.#stores, ...this.#configMaps]
    const { signal } = this.#stopping
    await Promise.all(all.map((reflection) => this.#heardOf(reflection, signal)))
    for (const reflection of this.#stores) {
      // Projects that were not found so far may be there after all, or be gone for good.
      reflection.synced.then(
        () => {
          this.#storeIndex = undefined
          this.#enqueueEverything()
        },
        () => undefined,
      )
    }
    this.#isStarted = true
    this.#enqueueEverything()
  }

  async #heardOf(reflection: Reflection<KubeObject>, signal: AbortSignal): Promise<void> {
    const seen = { first: false }
    reflection.synced.then(
      () => (seen.first = true),
      () => undefined,
    )
    while (!seen.first && reflection.status().phase === 'starting') await sleep(this.#options.clock, 10, signal)
  }

  #enqueueEverything(): void {
    if (!this.#isStarted) return
    for (const { store } of this.#notebooks) this.#enqueueAll(store.keys())
    for (const { store } of this.#configMaps) {
      for (const key of store.keys()) {
        const notebook = notebookOfConfigMap(key)
        if (notebook !== undefined) this.#enqueue(notebook)
      }
    }
  }

  #enqueue(key: Key): void {
    if (this.#isStarted) this.queue.add(key)
  }

  #enqueueAll(keys: Iterable<Key>): void {
    for (const key of keys) this.#enqueue(key)
  }

  /**
   * For changes that concern many notebooks: an operator that comes up changes all its stores within a moment, and each
   * notebook is then written once and not three times.
   */
  #enqueueSoon(keys: Iterable<Key>): void {
    for (const key of keys) this.#soon.add(key)
    if (this.#soon.size === 0) return
    const { clock } = this.#options
    this.#soonSince ??= clock.now()
    this.#cancelSoon?.()
    const leftMs = this.#soonSince + GATHER_MAX_MS - clock.now()
    this.#cancelSoon = clock.after(Math.max(0, Math.min(GATHER_QUIET_MS, leftMs)), () => {
      const gathered = [...this.#soon]
      this.#soon.clear()
      this.#soonSince = undefined
      this.#enqueueAll(gathered)
    })
  }

  /** The watch has caught up with a write of ours, or gone past it. */
  #shown(key: Key, view: ConfigMapView | undefined): void {
    const written = this.#written.get(key)
    if (written === undefined) return
    if (view === undefined || view.uid !== written.uid || !isOlder(view, written)) this.#written.delete(key)
  }

  #watchUnlabelled({ namespace, name }: { namespace: string; name: string }): void {
    const key = keyOf({ namespace, name })
    if (this.#unlabelled.has(key) || this.#stopping.signal.aborted) return
    let isFirst = true
    const reflection = this.#reflect<Projected<ConfigMapView>>(configMaps, {
      namespace,
      fieldSelector: `metadata.name=${name}`,
      project: projectConfigMap,
      onEvent: () => {
        this.#clients.forget(key)
        if (!isFirst) this.#enqueueAll(this.#index.ofClient(key))
      },
    })
    reflection.synced.then(
      () => {
        isFirst = false
        this.#clients.forget(key)
        this.#enqueueAll(this.#index.ofClient(key))
      },
      () => undefined,
    )
    this.#unlabelled.set(key, reflection)
  }

  #unwatch(key: Key): void {
    void this.#unlabelled.get(key)?.stop()
    this.#unlabelled.delete(key)
  }

  async #handle(key: Key): Promise<{ requeueAfterMs: number } | undefined> {
    const { clock, metrics, isLeader } = this.#options
    if (!isLeader()) throw new NotLeader('another replica is the leader')
    const waitMs = this.#restraint.waitMs(key)
    if (waitMs > 0) return { requeueAfterMs: waitMs }
    const startedAt = clock.now()
    const outcome = await this.#reconcile(key)
    metrics.reconciled(outcome.action, outcome.faults, clock.now() - startedAt)
    this.#note(key, outcome)
    if (outcome.faults.some(({ isTransient }) => isTransient)) {
      const { message } = outcome.faults.find(({ isTransient }) => isTransient) ?? { message: '' }
      throw new TryAgain(message)
    }
    return outcome.faults.some(({ code }) => code === 'NB306') ? { requeueAfterMs: 30_000 } : undefined
  }

  #note(key: Key, outcome: Outcome): void {
    const { log } = this.#options
    const { action, faults, changes } = outcome
    const before = this.#faults.get(key) ?? []
    if (faults.length > 0) this.#faults.set(key, faults)
    else this.#faults.delete(key)
    if (action !== 'unchanged' && action !== 'failed') {
      this.#restraint.wrote(key)
      const what = changes.slice(0, 10).map(({ verb, what }) => `${verb} ${what}`)
      log('info', `${action} ConfigMap ${outcome.configMap}`, { notebook: key, changes: what.join(', ') })
    }
    if (action === 'deleted' || outcome.uid === '') this.#restraint.forget(key)
    const known = new Set(before.map(({ message }) => message))
    for (const { code, message, isTransient } of faults) {
      if (!known.has(message) && isTransient !== true) log('warn', message, { notebook: key, code })
    }
    const isTold =
      faults.some(({ isTransient }) => isTransient !== true) || this.queue.failures(key) >= TELL_TRANSIENT_AFTER
    if (faults.length > 0 && isTold) this.#tell(key, outcome)
  }

  /** Events go out together a moment later, so that a thousand notebooks with one cause do not hold up the work. */
  #tell(key: Key, outcome: Outcome): void {
    const { teller, clock, log } = this.#options
    if (teller === undefined || this.#stopping.signal.aborted) return
    this.#untold.set(key, outcome)
    this.#cancelTelling ??= clock.after(TELL_AFTER_MS, () => {
      this.#cancelTelling = undefined
      const outcomes = [...this.#untold.values()]
      this.#untold = new Map()
      if (!this.#options.isLeader()) return
      teller.tell(outcomes).catch((error: unknown) => log('warn', `Events: ${String(error)}`))
    })
  }

  #failed(key: Key, error: unknown, failures: number, pauseMs: number): void {
    const { log, metrics } = this.#options
    if (this.#stopping.signal.aborted || error instanceof NotLeader) return
    const message = error instanceof Error ? error.message : String(error)
    if (error instanceof TryAgain) {
      // One line when it begins and one now and then: the next try is never far.
      if (Number.isInteger(Math.log2(failures)))
        log('warn', message, { notebook: key, failures, pauseMs: Math.round(pauseMs) })
      return
    }
    metrics.reconciled('error', [], 0)
    log('error', `${key}: ${message}`, { failures, stack: error instanceof Error ? error.stack : undefined })
  }
}

function find<T>(reflections: readonly { readonly store: ReadonlyMap<string, T> }[], key: Key): T | undefined {
  for (const { store } of reflections) {
    const object = store.get(key)
    if (object !== undefined) return object
  }
  return undefined
}

/** Views are flat: most changes of a Notebook or FeatureStore touch nothing that we read. */
function isSame(one: object, other: object): boolean {
  const fields = Object.entries(one)
  return fields.every(([name, value]) => (other as Readonly<Record<string, unknown>>)[name] === value)
}

/** Resource versions of one resource grow, and may be compared as numbers (KEP-5504; true of etcd ever since). */
function isOlder(one: ConfigMapView, other: ConfigMapView): boolean {
  try {
    return BigInt(one.resourceVersion) < BigInt(other.resourceVersion)
  } catch {
    return false
  }
}
