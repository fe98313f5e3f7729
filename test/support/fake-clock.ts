import type { Clock } from '../../src/kube/clock.ts'

export interface FakeClock extends Clock {
  /** Moves on, a timer at a time, and lets what each has set going run before the next. */
  advance(ms: number): Promise<void>
  /** Lets everything run that waits for no time. */
  settle(): Promise<void>
  /** Times, from now, of the timers that are set. */
  timers(): number[]
}

interface Timer {
  readonly at: number
  readonly order: number
  readonly callback: () => void
}

/** A clock that stands still until it is moved. */
export function fakeClock(): FakeClock {
  let now = 0
  let order = 0
  const timers = new Set<Timer>()
  const settle = async (): Promise<void> => {
    // Long enough for a chain of promises; setImmediate runs after all of them.
    for (let turn = 0; turn < 3; turn++) await new Promise((resolve) => setImmediate(resolve))
  }
  const nextBy = (end: number): Timer | undefined =>
    [...timers].filter(({ at }) => at <= end).sort((one, other) => one.at - other.at || one.order - other.order)[0]
  return {
    now: () => now,
    date: () => new Date(Date.UTC(2026, 0, 1) + now),
    after(ms, callback) {
      const timer = { at: now + Math.max(0, ms), order: order++, callback }
      timers.add(timer)
      return () => timers.delete(timer)
    },
    async advance(ms) {
      await settle()
      const end = now + ms
      for (let timer = nextBy(end); timer !== undefined; timer = nextBy(end)) {
        timers.delete(timer)
        now = Math.max(now, timer.at)
        timer.callback()
        await settle()
      }
      now = end
    },
    settle,
    timers: () => [...timers].map(({ at }) => at - now).sort((one, other) => one - other),
  }
}
