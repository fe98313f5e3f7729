import { describe, expect, it } from 'vitest'
import { backoffMs, CALL_BACKOFF, KEY_BACKOFF, WATCH_BACKOFF } from '../../../src/kube/backoff.ts'

const series = (backoff: typeof WATCH_BACKOFF, random: number): number[] =>
  Array.from({ length: 24 }, (_, index) => backoffMs(backoff, index + 1, random))

describe('backoffMs', () => {
  it('doubles from 0.8 s, rests at 5 s for a while, and stops at 30 s', () => {
    const rest = Array.from({ length: 12 }, () => 5000)
    expect(series(WATCH_BACKOFF, 0).slice(0, 19)).toEqual([800, 1600, 3200, ...rest, 6400, 12_800, 25_600, 30_000])
  })

  it('starts a key at 5 ms and ends at 30 s', () => {
    const pauses = series(KEY_BACKOFF, 0)
    expect(pauses.slice(0, 4)).toEqual([5, 10, 20, 40])
    expect(pauses.slice(10, 22)).toEqual(Array.from({ length: 12 }, () => 5000))
    expect(backoffMs(KEY_BACKOFF, 40, 0)).toBe(30_000)
  })

  it('leaves half of a pause to chance, never goes beyond the limit and never to zero', () => {
    for (const backoff of [WATCH_BACKOFF, KEY_BACKOFF, CALL_BACKOFF]) {
      const least = series(backoff, 0.999_999)
      series(backoff, 0).forEach((most, index) => {
        expect(most).toBeLessThanOrEqual(backoff.maxMs)
        expect(least[index]).toBeGreaterThanOrEqual(most / 2)
      })
      expect(backoffMs(backoff, 1e9, 0)).toBe(backoff.maxMs)
      expect(backoffMs(backoff, 0, 0)).toBe(backoff.firstMs)
    }
  })

  it('keeps pauses below 5 s for the first 45 s of a trouble', () => {
    let now = 0
    for (const pause of series(WATCH_BACKOFF, 0.5)) {
      if (now < 45_000) expect(pause).toBeLessThanOrEqual(5000)
      now += pause
    }
    expect(now).toBeGreaterThan(100_000)
  })
})
