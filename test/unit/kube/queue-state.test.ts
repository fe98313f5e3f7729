import { describe, expect, it } from 'vitest'
import { createDueTimes } from '../../../src/kube/due-times.ts'
import { createQueueState } from '../../../src/kube/queue-state.ts'
import { createRateLimiter } from '../../../src/kube/rate-limit.ts'

describe('DueTimes', () => {
  it('gives keys in the order of their times, however they came', () => {
    const times = createDueTimes()
    const random = numbers(7)
    const wanted = Array.from({ length: 500 }, (_, i) => ({ key: `k${i}`, at: Math.floor(random() * 1000) }))
    for (const { key, at } of wanted) times.add(key, at)
    const taken: number[] = []
    for (let key = times.take(1000); key !== undefined; key = times.take(1000)) {
      taken.push(wanted.find((entry) => entry.key === key)?.at ?? -1)
    }
    expect(taken).toEqual(wanted.map(({ at }) => at).sort((one, other) => one - other))
    expect(times.size).toBe(0)
  })

  it('moves a key only forward, gives none before its time, and forgets one that is deleted', () => {
    const times = createDueTimes()
    times.add('a', 50)
    times.add('a', 90)
    times.add('b', 70)
    times.add('b', 20)
    times.add('c', 10)
    times.delete('c')
    expect(times.next()).toBe(20)
    expect([times.take(19), times.take(20), times.take(49), times.take(50), times.take(99)]).toEqual([
      undefined,
      'b',
      undefined,
      'a',
      undefined,
    ])
  })

  it('stays right while a key is moved a hundred thousand times', () => {
    const times = createDueTimes()
    times.add('other', 5_000_000)
    for (let at = 1_000_000; at > 900_000; at--) times.add('a', at)
    for (let i = 0; i < 1000; i++) {
      times.delete('a')
      times.add('a', 900_000 + i)
    }
    expect(times.next()).toBe(900_999)
    expect([times.take(900_999), times.take(4_000_000), times.take(5_000_000)]).toEqual(['a', undefined, 'other'])
  })
})

describe('QueueState', () => {
  it('collapses keys that are added twice, oldest first', () => {
    const state = createQueueState()
    for (const key of ['a', 'b', 'a', 'c']) state.add(key)
    expect([state.take(0), state.take(0), state.take(0), state.take(0)]).toEqual(['a', 'b', 'c', undefined])
  })

  it('never gives a key out twice, and gives it once more when it was added during the work', () => {
    const state = createQueueState()
    state.add('a')
    expect(state.take(0)).toBe('a')
    state.add('a')
    state.add('a')
    expect([state.ready, state.working, state.take(0)]).toEqual([0, 1, undefined])
    state.done('a', false)
    expect(state.take(0)).toBe('a')
    state.done('a', false)
    expect([state.take(0), state.ready, state.working]).toEqual([undefined, 0, 0])
  })

  it('holds a waiting key until its time, unless it is added before', () => {
    const state = createQueueState()
    state.addAt('a', 100)
    expect([state.take(99), state.nextAt(), state.waiting]).toEqual([undefined, 100, 1])
    state.add('a')
    expect([state.take(99), state.waiting]).toEqual(['a', 0])
    state.addAt('a', 200)
    // Its time comes during the work: it comes once more afterwards.
    expect(state.take(200)).toBeUndefined()
    state.done('a', false)
    expect(state.take(200)).toBe('a')
  })

  it('counts failures in a row', () => {
    const state = createQueueState()
    for (const failed of [true, true]) {
      state.add('a')
      state.take(0)
      state.done('a', failed)
    }
    expect(state.failures('a')).toBe(2)
    state.add('a')
    state.take(0)
    state.done('a', false)
    expect(state.failures('a')).toBe(0)
  })

  it('keeps its promises through ten thousand random steps', () => {
    const random = numbers(42)
    const state = createQueueState()
    const working = new Set<string>()
    const owed = new Set<string>()
    let now = 0
    for (let step = 0; step < 10_000; step++) {
      const key = `k${Math.floor(random() * 8)}`
      const action = random()
      now += random() * 10
      if (action < 0.35) {
        state.add(key)
        owed.add(key)
      } else if (action < 0.45) state.addAt(key, now + random() * 50)
      else if (action < 0.75) {
        const taken = state.take(now)
        if (taken !== undefined) {
          expect(working.has(taken)).toBe(false)
          working.add(taken)
          owed.delete(taken)
        }
      } else if (working.has(key)) {
        working.delete(key)
        state.done(key, random() < 0.3)
      }
      expect(state.working).toBe(working.size)
    }
    for (const key of working) state.done(key, false)
    for (let key = state.take(now); key !== undefined; key = state.take(now)) {
      owed.delete(key)
      state.done(key, false)
    }
    expect([...owed]).toEqual([])
  })
})

describe('RateLimiter', () => {
  it('lets a burst through, then so many a second, and rests to a full burst', () => {
    const limiter = createRateLimiter({ perSecond: 10, burst: 3 })
    expect(Array.from({ length: 5 }, () => limiter.reserveMs(0))).toEqual([0, 0, 0, 100, 200])
    expect(limiter.reserveMs(200)).toBe(100)
    expect(Array.from({ length: 4 }, () => limiter.reserveMs(60_000))).toEqual([0, 0, 0, 100])
  })
})

/** The same numbers each time (mulberry32). */
function numbers(seed: number): () => number {
  let state = seed
  return () => {
    state = (state + 0x6d2b79f5) | 0
    let mixed = Math.imul(state ^ (state >>> 15), 1 | state)
    mixed = (mixed + Math.imul(mixed ^ (mixed >>> 7), 61 | mixed)) ^ mixed
    return ((mixed ^ (mixed >>> 14)) >>> 0) / 4_294_967_296
  }
}
