import { createDueTimes } from './due-times.ts'

/**
 * The state of a work queue, without time or workers of its own. A key is in at most one of: ready, being worked on
 * (and perhaps marked to come again), waiting for its time.
 */
export interface QueueState {
  /** Makes a key ready; one that is being worked on becomes ready again once that is done. */
  add(key: string): void
  /** Makes a key ready at a time, unless it is so earlier. */
  addAt(key: string, at: number): void
  /** Takes a key to work on, oldest first. */
  take(now: number): string | undefined
  /** The work on a key is over: `failed` counts, success forgets the count. */
  done(key: string, failed: boolean): void
  /** Failures in a row of a key. */
  failures(key: string): number
  /** When the next waiting key becomes ready. */
  nextAt(): number | undefined
  /** Keys that are ready now. */
  readonly ready: number
  readonly working: number
  /** Keys that wait for their time. */
  readonly waiting: number
}

export function createQueueState(): QueueState {
  const ready = new Set<string>()
  const working = new Set<string>()
  const again = new Set<string>()
  const waiting = createDueTimes()
  const failures = new Map<string, number>()

  const add = (key: string): void => {
    waiting.delete(key)
    if (working.has(key)) again.add(key)
    else ready.add(key)
  }
  const ripen = (now: number): void => {
    for (let key = waiting.take(now); key !== undefined; key = waiting.take(now)) add(key)
  }

  return {
    add,
    addAt(key, at) {
      if (!ready.has(key) && !again.has(key)) waiting.add(key, at)
    },
    take(now) {
      ripen(now)
      const [key] = ready
      if (key === undefined) return undefined
      ready.delete(key)
      working.add(key)
      return key
    },
    done(key, failed) {
      working.delete(key)
      if (failed) failures.set(key, (failures.get(key) ?? 0) + 1)
      else failures.delete(key)
      if (again.delete(key)) ready.add(key)
    },
    failures: (key) => failures.get(key) ?? 0,
    nextAt: () => waiting.next(),
    get ready() {
      return ready.size
    },
    get working() {
      return working.size
    },
    get waiting() {
      return waiting.size
    },
  }
}
