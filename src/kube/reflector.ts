import { isGone, isNotFound, type KubeObject, type Resource, type WatchApi, isApiError } from './api.ts'
import { type Backoff, backoffMs, WATCH_BACKOFF } from './backoff.ts'
import { type Clock, pause, systemClock } from './clock.ts'
import { guarded, type Log, messageOf, silent } from './log.ts'
import { type Change, ObjectStore } from './object-store.ts'
import { createRateLimiter, type Rate } from './rate-limit.ts'
import { parseWatchLine } from './watch-lines.ts'

/**
 * What a reflector counts. `expired` is a 410 in any form, `garbage` a line that is no event, `watch_idle` a watch on
 * which nothing came for `idleTimeoutMs`.
 */
export type ReflectorCounter =
  | 'list'
  | 'list_failed'
  | 'watch'
  | 'watch_failed'
  | 'watch_idle'
  | 'expired'
  | 'garbage'
  | 'event'
  | 'bookmark'
  | 'handler_error'

/**
 * - `starting`: nothing read yet
 * - `watching`: the store follows the API server
 * - `missing`: the API server does not serve the resource (404); asked for again and again
 * - `failing`: the last call failed; the store holds the last good state
 */
export type ReflectorPhase = 'starting' | 'watching' | 'missing' | 'failing' | 'stopped'

export interface ReflectorStatus {
  readonly phase: ReflectorPhase
  /** When this phase began, and when the API server was last heard of; both by the clock's `now`. */
  readonly since: number
  readonly heardAt: number | undefined
  /** Why it is `missing` or `failing`. */
  readonly error: unknown
}

export interface ReflectOptions<T extends KubeObject> {
  readonly namespace?: string | undefined
  readonly labelSelector?: string | undefined
  readonly fieldSelector?: string | undefined
  /** Reads and watches `metadata` alone. */
  readonly metadataOnly?: boolean | undefined
  readonly pageSize?: number | undefined
  /** What is kept of an object. It must keep `metadata` with name, namespace, uid and resourceVersion. */
  readonly project?: ((object: KubeObject) => T) | undefined
  /**
   * Told each change, after the store has it. Only add a key to a queue here. What it throws or rejects with is logged
   * and counted, and changes nothing.
   */
  readonly onEvent: (change: Change<T>) => void | Promise<void>
  /** Tells every object of the store once more this often, without asking the API server; never unless told. */
  readonly resyncMs?: number | undefined
  /** Breaks a watch on which nothing came for so long; 75 s unless told (see `IDLE_TIMEOUT_MS`). */
  readonly idleTimeoutMs?: number | undefined
  /** Longest line of a watch; 16 MiB unless told. */
  readonly maxLineBytes?: number | undefined
  readonly backoff?: Backoff | undefined
  /** Reconnects after a watch that the server ended properly; one a second in the long run unless told. */
  readonly rate?: Rate | undefined
  readonly metrics?: { readonly count: (name: ReflectorCounter) => void } | undefined
  readonly log?: Log | undefined
  readonly clock?: Clock | undefined
  readonly random?: (() => number) | undefined
}

export interface Reflection<T> {
  /** The objects by `keyOf`. Keeps the last good state while the API server cannot be reached. */
  readonly store: ReadonlyMap<string, T>
  /** Resolves once the first list is in the store and was told. Rejects when stopped before. */
  readonly synced: Promise<void>
  status(): ReflectorStatus
  /** Ends the watch. No event is told after it is called. Never throws. */
  stop(): Promise<void>
}

/**
 * An API server sends a bookmark about every 60 s (`defaultBookmarkFrequency` of its watch cache), at a tick up to 1.25 s
 * later. A shorter patience than that would break every quiet watch just before the bookmark that would have moved its
 * resource version on.
 */
export const IDLE_TIMEOUT_MS = 75_000

/** client-go asks for a watch of 5 to 10 minutes, at random, so that not all watches end together. */
const WATCH_SECONDS = { least: 300, most: 600 }

/** Back-off starts anew after this much time without trouble, or as much as the last pause was, if that is less. */
const HEALTHY_AFTER_MS = 120_000

/**
 * A server that keeps refusing a resource version with a 5xx (one from before a restore of etcd, for example) would
 * never be left without a new list.
 */
const RELIST_AFTER_REFUSALS = 5

/** A resource that is not served is asked for at least this often: somebody is about to install it. */
const MISSING_MAX_MS = 10_000

/** A list answers 429 and 5xx by itself for so long; then the reflector backs off, and says so. */
const LIST_RETRY_MS = 5000

/** A line of a watch that is no event: what it was is lost, so only a new list makes up for it. */
class GarbageError extends Error {}

/**
 * Keeps a store the same as the API server's objects: a list, then a watch from there, for good. Whatever breaks, it
 * goes on from the last resource version it saw, and lists anew only where that cannot be had any more. Rules and figures
 * are client-go's reflector's unless a comment says otherwise.
 */
export function reflect<T extends KubeObject>(
  api: WatchApi,
  resource: Resource,
  options: ReflectOptions<T>,
): Reflection<T> {
  const reflector = new Reflector(api, resource, options)
  void reflector.run()
  return reflector
}

class Reflector<T extends KubeObject> implements Reflection<T> {
  readonly store: ReadonlyMap<string, T>
  readonly synced: Promise<void>
  readonly #api: WatchApi
  readonly #resource: Resource
  readonly #options: ReflectOptions<T>
  readonly #clock: Clock
  readonly #random: () => number
  readonly #log: Log
  readonly #title: string
  readonly #objects = new ObjectStore<T>()
  readonly #stopped = new AbortController()
  readonly #pacer
  #settleSynced: { resolve: () => void; reject: (reason: unknown) => void }
  #status: ReflectorStatus
  /** Where to watch from; undefined asks for a list. */
  #resourceVersion: string | undefined
  #openedAt: number | undefined
  #failures = 0
  #lastPauseMs = 0
  /** Lists in a row that the next watch found too old. */
  #expired = 0
  /** 5xx in a row to watches from one resource version. */
  #refused = 0
  #expiredAt = Number.NEGATIVE_INFINITY
  #cancelResync: (() => void) | undefined
  #ended: Promise<void> = Promise.resolve()

  constructor(api: WatchApi, resource: Resource, options: ReflectOptions<T>) {
    this.#api = api
    this.#resource = resource
    this.#options = options
    this.#clock = options.clock ?? systemClock
    this.#random = options.random ?? Math.random
    this.#log = options.log ?? silent
    this.#pacer = createRateLimiter(options.rate ?? { perSecond: 1, burst: 3 })
    this.#title = titleOf(resource, options.namespace)
    this.#status = { phase: 'starting', since: this.#clock.now(), heardAt: undefined, error: undefined }
    this.store = this.#objects.objects
    this.#settleSynced = { resolve: () => undefined, reject: () => undefined }
    this.synced = new Promise((resolve, reject) => {
      this.#settleSynced = { resolve, reject }
    })
    // Nobody has to wait for it.
    this.synced.catch(() => undefined)
  }

  status(): ReflectorStatus {
    return this.#status
  }

  run(): Promise<void> {
    this.#ended = this.#loop()
    return this.#ended
  }

  async stop(): Promise<void> {
    this.#stopped.abort(new Error(`the watch of ${this.#title} was stopped`))
    this.#cancelResync?.()
    this.#settleSynced.reject(this.#stopped.signal.reason)
    await this.#ended
  }

  /** Never rejects: what goes wrong is waited for, a bug of ours included. */
  async #loop(): Promise<void> {
    const { signal } = this.#stopped
    while (!signal.aborted) {
      try {
        this.#resourceVersion ??= await this.#list()
        await this.#watch(this.#resourceVersion)
        await pause(this.#clock, this.#pacer.reserveMs(this.#clock.now()), signal)
      } catch (error) {
        if (!signal.aborted) await this.#recover(error)
      }
    }
    this.#enter('stopped', undefined)
  }

  /** @returns where to watch from */
  async #list(): Promise<string> {
    const { namespace, labelSelector, fieldSelector, metadataOnly, pageSize, project } = this.#options
    this.#count('list')
    const { signal } = this.#stopped
    const { items, resourceVersion } = await this.#api
      .list<T>(this.#resource, {
        namespace,
        labelSelector,
        fieldSelector,
        metadataOnly,
        pageSize,
        project,
        signal,
        retryDeadlineMs: LIST_RETRY_MS,
      })
      .catch((error: unknown) => {
        this.#count('list_failed')
        throw error
      })
    signal.throwIfAborted()
    this.#heard()
    this.#refused = 0
    this.#tell(this.#objects.replace(items))
    this.#settleSynced.resolve()
    if (this.#cancelResync === undefined) this.#scheduleResync()
    return resourceVersion
  }

  /** Resolves when the server ends the watch at its time. */
  async #watch(resourceVersion: string): Promise<void> {
    const { namespace, labelSelector, fieldSelector, metadataOnly, idleTimeoutMs, maxLineBytes } = this.#options
    this.#openedAt = undefined
    await this.#api.watch(this.#resource, {
      namespace,
      labelSelector,
      fieldSelector,
      metadataOnly,
      resourceVersion,
      timeoutSeconds: Math.round(WATCH_SECONDS.least + (WATCH_SECONDS.most - WATCH_SECONDS.least) * this.#random()),
      idleTimeoutMs: idleTimeoutMs ?? IDLE_TIMEOUT_MS,
      maxLineBytes: maxLineBytes ?? 16 * 1024 * 1024,
      signal: this.#stopped.signal,
      onOpen: () => {
        this.#count('watch')
        this.#openedAt = this.#clock.now()
        this.#heard()
        this.#enter('watching', undefined)
      },
      onLine: (line) => this.#line(line),
    })
  }

  #line(line: string): void {
    if (this.#stopped.signal.aborted || line.trim() === '') return
    this.#heard()
    const event = parseWatchLine(line, this.#title)
    if (event.type === 'error') throw event.error
    if (event.type === 'garbage') {
      this.#count('garbage')
      throw new GarbageError(`the watch sent what is no event (${event.problem})`)
    }
    // The server takes our resource version, and has one to go on from.
    this.#expired = 0
    this.#refused = 0
    if (event.type === 'bookmark') this.#count('bookmark')
    else {
      this.#count('event')
      const { project } = this.#options
      if (event.type === 'gone') this.#tell(this.#objects.remove(event.object))
      else this.#tell(this.#objects.set(project === undefined ? (event.object as T) : project(event.object)))
    }
    this.#resourceVersion = event.resourceVersion
  }

  #tell(changes: readonly Change<T>[]): void {
    for (const change of changes) {
      if (this.#stopped.signal.aborted) return
      guarded(
        (level, message) => {
          this.#count('handler_error')
          this.#log(level, message)
        },
        `${this.#title}: the handler of ${change.key}`,
        () => this.#options.onEvent(change),
      )
    }
  }

  #scheduleResync(): void {
    const { resyncMs } = this.#options
    if (resyncMs === undefined) return
    this.#cancelResync = this.#clock.after(resyncMs, () => {
      this.#scheduleResync()
      this.#tell(this.#objects.all())
    })
  }

  /** Decides what to do after a failure, and waits as long as that takes. */
  async #recover(error: unknown): Promise<void> {
    const listing = this.#resourceVersion === undefined
    const idle = this.#openedAt !== undefined && isTimeout(error)
    if (!listing) this.#count(idle ? 'watch_idle' : 'watch_failed')
    const pauseMs = this.#pauseAfter(error, listing, idle)
    await pause(this.#clock, pauseMs, this.#stopped.signal)
  }

  #pauseAfter(error: unknown, listing: boolean, idle: boolean): number {
    const openedAt = this.#openedAt
    this.#openedAt = undefined
    const healthyMs = Math.min(HEALTHY_AFTER_MS, this.#lastPauseMs)
    if (openedAt !== undefined && this.#clock.now() - openedAt >= healthyMs) this.#failures = 0
    if (isExpired(error)) return this.#pauseAfterExpiry()
    // A silent watch is opened anew at once: nothing says that the server is in trouble.
    if (idle) return 0
    this.#failures++
    if (!listing && this.#needsList(error)) this.#resourceVersion = undefined
    const missing = listing && isNotFound(error)
    this.#enter(missing ? 'missing' : 'failing', error)
    const asked = isApiError(error) ? (error.retryAfterMs ?? 0) : 0
    const pauseMs = Math.min(this.#backoffMs(this.#failures), missing ? MISSING_MAX_MS : Number.POSITIVE_INFINITY)
    this.#lastPauseMs = Math.max(asked, pauseMs)
    return this.#lastPauseMs
  }

  /** The first list is made at once; when its resource version is too old again, something else is wrong. */
  #pauseAfterExpiry(): number {
    this.#count('expired')
    this.#log('info', `${this.#title}: the resource version is too old, listing anew`)
    this.#resourceVersion = undefined
    const now = this.#clock.now()
    this.#expired = now - this.#expiredAt > HEALTHY_AFTER_MS ? 1 : this.#expired + 1
    this.#expiredAt = now
    return this.#expired === 1 ? 0 : this.#backoffMs(this.#expired - 1)
  }

  #backoffMs(failures: number): number {
    return backoffMs(this.#options.backoff ?? WATCH_BACKOFF, failures, this.#random())
  }

  /** Whether a watch from the same place would fail again, or has lost something. */
  #needsList(error: unknown): boolean {
    if (!isApiError(error)) return true
    if (error.reason === 'InvalidResponse') return true
    if (error.status === 0 || error.status === 429 || error.status === 401) return false
    if (error.status < 500) return true
    this.#refused++
    return this.#refused >= RELIST_AFTER_REFUSALS
  }

  #heard(): void {
    this.#status = { ...this.#status, heardAt: this.#clock.now() }
  }

  /** One line of log for each change of phase, however often it is tried in between. */
  #enter(phase: ReflectorPhase, error: unknown): void {
    const { phase: before, since } = this.#status
    const now = this.#clock.now()
    this.#status = { ...this.#status, phase, since: phase === before ? since : now, error }
    if (phase === before) return
    if (phase === 'watching') {
      const waited = Math.round((now - since) / 1000)
      if (before === 'starting') this.#log('debug', `${this.#title}: watching`)
      else this.#log('info', `${this.#title}: watching after ${waited} s of trouble`)
    } else if (phase === 'missing') {
      this.#log('warn', `${this.#title}: not served by the API server, waiting for it`)
    } else if (phase === 'failing') {
      this.#log('warn', `${this.#title}: ${messageOf(error)}; trying again`)
    }
  }

  #count(name: ReflectorCounter): void {
    guarded(this.#log, 'metrics', () => this.#options.metrics?.count(name))
  }
}

function titleOf({ plural, group }: Resource, namespace: string | undefined): string {
  const name = group === '' ? plural : `${plural}.${group}`
  return namespace === undefined ? name : `${name} in ${namespace}`
}

function isExpired(error: unknown): boolean {
  return isGone(error) || (isApiError(error) && error.reason === 'Expired')
}

function isTimeout(error: unknown): boolean {
  return isApiError(error) && error.status === 0 && error.reason === 'Timeout'
}
