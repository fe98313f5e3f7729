import { type Backoff, backoffMs, KEY_BACKOFF } from './backoff.ts'
import { type Clock, systemClock } from './clock.ts'
import { guarded, type Log, messageOf, silent } from './log.ts'
import { createQueueState } from './queue-state.ts'
import { createRateLimiter, type Rate } from './rate-limit.ts'

/** What a handler may ask for: to be called again after a time, without anything having failed. */
export interface HandlerResult {
  readonly requeueAfterMs?: number | undefined
}

export interface WorkQueueOptions {
  /**
   * Does the work of one key. It reads the state anew and trusts no event. Throwing makes this key back off; the signal
   * aborts when a stop has run out of patience.
   */
  readonly handle: (key: string, signal: AbortSignal) => Promise<HandlerResult | void>
  /** Keys worked on at the same time; 4 unless told. */
  readonly workers?: number | undefined
  /** The pauses of a key that fails. */
  readonly backoff?: Backoff | undefined
  /** How often work may start, over all keys; no limit unless told. */
  readonly rate?: Rate | undefined
  readonly clock?: Clock | undefined
  readonly random?: (() => number) | undefined
  readonly log?: Log | undefined
  readonly metrics?: WorkQueueMetrics | undefined
  /** Told each failure of a handler, with the pause that follows. */
  readonly onError?: ((key: string, error: unknown, failures: number, pauseMs: number) => void) | undefined
}

/** Told what happens, as it happens. */
export interface WorkQueueMetrics {
  /** A key became ready; `depth` counts it. */
  readonly added?: (depth: number) => void
  /** Work on a key starts, after so long in the queue. */
  readonly started?: (waitedMs: number) => void
  readonly finished?: (tookMs: number, failed: boolean) => void
}

export interface WorkQueue {
  /** Asks for work on a key. Twice before the work starts is once; during the work it is once more afterwards. */
  add(key: string): void
  addAfter(key: string, ms: number): void
  /** Keys ready to be worked on. */
  readonly depth: number
  readonly working: number
  /** Keys that wait: for a back-off or an asked-for time. */
  readonly waiting: number
  /** Failures in a row of a key. */
  failures(key: string): number
  /** Resolves when no key is ready or being worked on; waiting keys do not count. */
  idle(): Promise<void>
  /**
   * Takes no more keys and waits for the ones being worked on. After `patienceMs` (10 s unless told) their signal aborts,
   * and a second later this resolves whatever they do. Never throws.
   */
  stop(options?: { patienceMs?: number }): Promise<void>
}

const ABORT_GRACE_MS = 1000

/**
 * A queue of keys in the manner of client-go's workqueue: a key is never worked on twice at the same time, and a key
 * that fails backs off by itself without holding up the others.
 */
export function createWorkQueue(options: WorkQueueOptions): WorkQueue {
  const {
    handle,
    workers = 4,
    backoff = KEY_BACKOFF,
    clock = systemClock,
    random = Math.random,
    log = silent,
  } = options
  const state = createQueueState()
  const limiter = options.rate === undefined ? undefined : createRateLimiter(options.rate)
  const aborted = new AbortController()
  const addedAt = new Map<string, number>()
  let idleWaiters: (() => void)[] = []
  let stopping = false
  let cancelTimer: (() => void) | undefined
  // A turn of the rate limiter that is taken and not used yet: not before this time.
  let turnAt: number | undefined

  /** Starts work while there are keys and workers, then sets the timer for whatever comes next. */
  const pump = (): void => {
    cancelTimer?.()
    cancelTimer = undefined
    if (stopping) return
    while (state.working < workers) {
      const now = clock.now()
      if ((nextKeyAt(now) ?? Number.POSITIVE_INFINITY) > now) break
      turnAt ??= now + (limiter?.reserveMs(now) ?? 0)
      if (turnAt > now) break
      const key = state.take(now)
      if (key === undefined) break
      turnAt = undefined
      void work(key)
    }
    const wakeAt = nextWake()
    if (wakeAt !== undefined) cancelTimer = clock.after(Math.max(0, wakeAt - clock.now()), pump)
    if (state.ready === 0 && state.working === 0) settleIdle()
  }

  const nextKeyAt = (now: number): number | undefined => (state.ready > 0 ? now : state.nextAt())

  /** A free worker wakes for the next key, though not before its turn. A busy one pumps when it is done. */
  const nextWake = (): number | undefined => {
    const keyAt = nextKeyAt(clock.now())
    if (keyAt === undefined || state.working >= workers) return undefined
    return Math.max(keyAt, turnAt ?? keyAt)
  }

  const work = async (key: string): Promise<void> => {
    const startedAt = clock.now()
    const waitedMs = startedAt - (addedAt.get(key) ?? startedAt)
    addedAt.delete(key)
    guarded(log, 'metrics', () => options.metrics?.started?.(waitedMs))
    let failed = false
    try {
      const result = await handle(key, aborted.signal)
      state.done(key, false)
      const after = result?.requeueAfterMs
      if (after !== undefined) addAfter(key, after)
    } catch (error) {
      failed = true
      state.done(key, true)
      backOff(key, error)
    }
    guarded(log, 'metrics', () => options.metrics?.finished?.(clock.now() - startedAt, failed))
    pump()
    if (stopping && state.working === 0) settleIdle()
  }

  const backOff = (key: string, error: unknown): void => {
    const failures = state.failures(key)
    const pauseMs = backoffMs(backoff, failures, random())
    addAfter(key, pauseMs)
    const { onError } = options
    if (onError === undefined) log('warn', `${key}: ${messageOf(error)}`, { failures, pauseMs: Math.round(pauseMs) })
    else guarded(log, 'onError', () => onError(key, error, failures, pauseMs))
  }

  const settleIdle = (): void => {
    const waiters = idleWaiters
    idleWaiters = []
    for (const resolve of waiters) resolve()
  }

  const add = (key: string): void => {
    if (stopping) return
    state.add(key)
    if (!addedAt.has(key)) addedAt.set(key, clock.now())
    guarded(log, 'metrics', () => options.metrics?.added?.(state.ready))
    schedule()
  }

  const addAfter = (key: string, ms: number): void => {
    if (stopping) return
    if (ms <= 0) {
      add(key)
      return
    }
    state.addAt(key, clock.now() + ms)
    schedule()
  }

  let scheduled = false
  /** Work starts on a later turn of the loop: a caller that adds a thousand keys is not kept, and nothing nests. */
  const schedule = (): void => {
    if (scheduled) return
    scheduled = true
    queueMicrotask(() => {
      scheduled = false
      pump()
    })
  }

  const idle = (): Promise<void> =>
    new Promise((resolve) => {
      idleWaiters.push(resolve)
      if (stopping && state.working === 0) settleIdle()
      else schedule()
    })

  return {
    add,
    addAfter,
    get depth() {
      return state.ready
    },
    get working() {
      return state.working
    },
    get waiting() {
      return state.waiting
    },
    failures: (key) => state.failures(key),
    idle,
    async stop({ patienceMs = 10_000 } = {}) {
      stopping = true
      cancelTimer?.()
      cancelTimer = undefined
      if (state.working === 0) {
        settleIdle()
        return
      }
      await new Promise<void>((resolve) => {
        let cancel = clock.after(patienceMs, () => {
          aborted.abort(new Error('the queue is stopping'))
          // A handler that does not listen to its signal does not hold up the end.
          cancel = clock.after(ABORT_GRACE_MS, resolve)
        })
        idleWaiters.push(() => {
          cancel()
          resolve()
        })
      })
    },
  }
}
