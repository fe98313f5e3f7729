import { describe, expect, it } from 'vitest'
import { createWorkQueue, type HandlerResult, type WorkQueueOptions } from '../../../src/kube/work-queue.ts'
import { fakeClock } from '../../support/fake-clock.ts'

/** A queue whose handlers end when they are told to. */
function setup(options: Partial<WorkQueueOptions> = {}) {
  const clock = fakeClock()
  const started: string[] = []
  const open = new Map<string, { resolve: (result?: HandlerResult) => void; reject: (error: unknown) => void }>()
  const logs: string[] = []
  const queue = createWorkQueue({
    clock,
    random: () => 0,
    log: (level, message) => void logs.push(`${level} ${message}`),
    handle: (key) => {
      started.push(`${key}@${clock.now()}`)
      return new Promise<HandlerResult | void>((resolve, reject) => open.set(key, { resolve, reject }))
    },
    ...options,
  })
  const end = async (key: string, result?: HandlerResult): Promise<void> => {
    open.get(key)?.resolve(result)
    await clock.settle()
  }
  const fail = async (key: string): Promise<void> => {
    open.get(key)?.reject(new Error('broken'))
    await clock.settle()
  }
  return { clock, queue, started, logs, end, fail }
}

describe('work queue', () => {
  it('works on as many keys as there are workers, and on each key once at a time', async () => {
    const { queue, started, clock, end } = setup({ workers: 2 })
    for (const key of ['a', 'a', 'b', 'c']) queue.add(key)
    await clock.settle()
    expect(started).toEqual(['a@0', 'b@0'])
    expect([queue.depth, queue.working]).toEqual([1, 2])
    queue.add('a')
    await end('b')
    expect(started).toEqual(['a@0', 'b@0', 'c@0'])
    await end('a')
    expect(started).toEqual(['a@0', 'b@0', 'c@0', 'a@0'])
  })

  it('backs a failing key off by itself, and starts anew after a success', async () => {
    const { queue, started, clock, end, fail, logs } = setup({ workers: 1 })
    queue.add('bad')
    for (const pause of [5, 10, 20]) {
      await clock.settle()
      await fail('bad')
      queue.add('good')
      await clock.settle()
      await end('good')
      await clock.advance(pause)
    }
    expect(started.filter((entry) => entry.startsWith('bad'))).toEqual(['bad@0', 'bad@5', 'bad@15', 'bad@35'])
    expect(started.filter((entry) => entry.startsWith('good'))).toEqual(['good@0', 'good@5', 'good@15'])
    expect(logs).toEqual(['warn bad: broken', 'warn bad: broken', 'warn bad: broken'])
    await end('bad')
    expect(queue.failures('bad')).toBe(0)
    queue.add('bad')
    await clock.settle()
    await fail('bad')
    await clock.advance(5)
    expect(started.at(-1)).toBe('bad@40')
  })

  it('a handler that throws at once is a failure like any other', async () => {
    let calls = 0
    const clock = fakeClock()
    const queue = createWorkQueue({
      clock,
      random: () => 0,
      handle: () => {
        calls++
        throw new Error('no promise at all')
      },
      onError: () => {
        throw new Error('a bug in the error handler')
      },
      metrics: {
        added: () => {
          throw new Error('a bug in the metrics')
        },
      },
    })
    queue.add('a')
    await clock.advance(5 + 10 + 20)
    expect(calls).toBe(4)
  })

  it('comes back to a key when that asks for it, and when told to', async () => {
    const { queue, started, clock, end } = setup()
    queue.addAfter('a', 50)
    queue.addAfter('a', 20)
    await clock.advance(100)
    expect(started).toEqual(['a@20'])
    await end('a', { requeueAfterMs: 1000 })
    await clock.advance(5000)
    expect(started).toEqual(['a@20', 'a@1100'])
    queue.addAfter('b', 0)
    await clock.settle()
    expect(started.at(-1)).toBe('b@5100')
  })

  it('starts no more often than the rate allows', async () => {
    const { queue, started, clock } = setup({ workers: 100, rate: { perSecond: 10, burst: 2 } })
    for (let i = 0; i < 6; i++) queue.add(`k${i}`)
    await clock.advance(1000)
    expect(started).toEqual(['k0@0', 'k1@0', 'k2@100', 'k3@200', 'k4@300', 'k5@400'])
  })

  it('a key that waits for its time does not spin while the rate holds it back', async () => {
    const { queue, started, clock } = setup({ workers: 100, rate: { perSecond: 10, burst: 1 } })
    queue.add('a')
    queue.addAfter('b', 1)
    await clock.advance(50)
    expect(clock.timers()).toHaveLength(1)
    await clock.advance(50)
    expect(started).toEqual(['a@0', 'b@100'])
  })

  it('works with a clock that moves on with every look at it', async () => {
    const clock = fakeClock()
    let looks = 0
    const started: string[] = []
    const queue = createWorkQueue({
      clock: { ...clock, now: () => clock.now() + looks++ / 1000 },
      rate: { perSecond: 1000, burst: 3 },
      handle: async (key) => void started.push(key),
    })
    for (const key of ['a', 'b', 'c']) queue.add(key)
    await clock.settle()
    expect(started).toEqual(['a', 'b', 'c'])
  })

  it('a hot key does not hold up the others', async () => {
    const { queue, started, clock, end } = setup({ workers: 1 })
    queue.add('hot')
    for (const key of ['a', 'b', 'c']) queue.add(key)
    for (const key of ['hot', 'a', 'b', 'c']) {
      await clock.settle()
      queue.add('hot')
      await end(key)
    }
    expect(started.map((entry) => entry.split('@')[0])).toEqual(['hot', 'a', 'b', 'c', 'hot'])
  })

  it('is idle when nothing is ready or being worked on', async () => {
    const { queue, clock, end } = setup({ workers: 1 })
    let idle = false
    await queue.idle()
    queue.add('a')
    queue.add('b')
    queue.addAfter('later', 1000)
    void queue.idle().then(() => (idle = true))
    await clock.settle()
    await end('a')
    expect(idle).toBe(false)
    await end('b')
    expect(idle).toBe(true)
  })

  it('stops: the keys being worked on are finished, the others are left', async () => {
    const { queue, started, clock, end } = setup({ workers: 1 })
    queue.add('a')
    queue.add('b')
    await clock.settle()
    let stopped = false
    const stop = queue.stop().then(() => (stopped = true))
    queue.add('c')
    await clock.advance(100)
    expect(stopped).toBe(false)
    await end('a')
    await stop
    await clock.advance(60_000)
    expect(started).toEqual(['a@0'])
    expect(clock.timers()).toEqual([])
    await queue.stop()
    await queue.idle()
  })

  it('stops: a handler that hangs is told so, and is not waited for for ever', async () => {
    let aborted = false
    const clock = fakeClock()
    const queue = createWorkQueue({
      clock,
      handle: (_key, signal) => new Promise(() => signal.addEventListener('abort', () => (aborted = true))),
    })
    queue.add('a')
    await clock.settle()
    let stopped = false
    void queue.stop({ patienceMs: 3000 }).then(() => (stopped = true))
    await clock.advance(2999)
    expect([aborted, stopped]).toEqual([false, false])
    await clock.advance(1)
    expect([aborted, stopped]).toEqual([true, false])
    await clock.advance(1000)
    expect(stopped).toBe(true)
  })
})
