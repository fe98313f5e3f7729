import { performance } from 'node:perf_hooks'

/** Time, as src/kube sees it; tests have one that they move by hand. */
export interface Clock {
  /** Milliseconds of a clock that never jumps: not the time of day. */
  now(): number
  /** The time of day, for what other programs read. */
  date(): Date
  /** Calls back after a time, unless the returned function is called before. */
  after(ms: number, callback: () => void): () => void
}

/** setTimeout takes 31 bits; a longer wait would fire at once. */
const LONGEST_TIMER_MS = 2 ** 31 - 1

export const systemClock: Clock = {
  now: () => performance.now(),
  date: () => new Date(),
  after: (ms, callback) => {
    const timer = setTimeout(callback, Math.min(Math.max(0, ms), LONGEST_TIMER_MS))
    return () => clearTimeout(timer)
  },
}

/** Waits. Throws the signal's reason as soon as that aborts. */
export function sleep(clock: Clock, ms: number, signal?: AbortSignal): Promise<void> {
  return new Promise((resolve, reject) => {
    if (signal?.aborted === true) {
      reject(signal.reason)
      return
    }
    const abort = (): void => {
      cancel()
      reject(signal?.reason)
    }
    const cancel = clock.after(ms, () => {
      signal?.removeEventListener('abort', abort)
      resolve()
    })
    signal?.addEventListener('abort', abort, { once: true })
  })
}

/** Waits as `sleep` does, and resolves as well when the signal aborts. */
export async function pause(clock: Clock, ms: number, signal: AbortSignal): Promise<void> {
  try {
    await sleep(clock, ms, signal)
  } catch {
    // Whoever waits looks at the signal next.
  }
}

/** The outcome of some work, unless the signal aborts first: its reason is thrown then, and the work goes on unheard. */
export function orAbort<T>(work: Promise<T>, signal: AbortSignal): Promise<T> {
  return new Promise((resolve, reject) => {
    const abort = (): void => reject(signal.reason)
    if (signal.aborted) abort()
    signal.addEventListener('abort', abort, { once: true })
    work.then(resolve, reject).finally(() => signal.removeEventListener('abort', abort))
  })
}
