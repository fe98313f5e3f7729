import { describe, expect, it, onTestFinished } from 'vitest'
import type { KubeObject } from '../../../src/kube/api.ts'
import { IDLE_TIMEOUT_MS, reflect, type ReflectOptions } from '../../../src/kube/reflector.ts'
import { fakeClock } from '../../support/fake-clock.ts'
import { bookmark, CONFIG_MAPS, configMap } from '../../support/kube-objects.ts'
import { apiError, fakeApi } from './fake-api.ts'

const list = (resourceVersion: number, ...items: KubeObject[]) => ({ items, resourceVersion: String(resourceVersion) })
const refused = () => apiError(0, 'ConnectionRefused')

function setup(lists: Parameters<typeof fakeApi>[1], options: Partial<ReflectOptions<KubeObject>> = {}) {
  const clock = fakeClock()
  const fake = fakeApi(clock, lists)
  const events: string[] = []
  const logs: string[] = []
  const reflection = reflect(fake.api, CONFIG_MAPS, {
    clock,
    random: () => 0,
    onEvent: (change) => void events.push(`${change.type} ${change.key}`),
    log: (level, message) => void (level === 'debug' ? undefined : logs.push(message)),
    ...options,
  })
  onTestFinished(() => reflection.stop())
  const last = () => fake.watches.at(-1) ?? expect.fail('no watch is open')
  return { ...fake, clock, reflection, events, logs, last }
}

describe('reflector', () => {
  it('backs off from 0.8 s while nobody is there, and rests at 5 s', async () => {
    const { clock, listed, reflection } = setup([refused()])
    await clock.advance(60_000)
    const gaps = listed.slice(1).map((at, index) => at - (listed[index] ?? 0))
    expect(gaps.slice(0, 6)).toEqual([800, 1600, 3200, 5000, 5000, 5000])
    expect(reflection.status()).toMatchObject({ phase: 'failing', since: 0 })
    await clock.advance(600_000)
    expect(listed.at(-1)).toBeLessThanOrEqual(660_000)
    expect((listed.at(-1) ?? 0) - (listed.at(-2) ?? 0)).toBe(30_000)
  })

  it('starts the back-off anew once a watch has stood for longer than the last pause', async () => {
    const { clock, watches, refuseWatch, last } = setup([list(1)])
    await clock.settle()
    refuseWatch(refused(), refused(), refused())
    last().fail(apiError(0, 'ConnectionError'))
    await clock.advance(800 + 1600 + 3200 + 5000)
    expect(watches).toHaveLength(5)
    // It breaks too soon: the pauses go on from where they were.
    await clock.advance(1000)
    last().fail(apiError(0, 'ConnectionError'))
    await clock.advance(4999)
    expect(watches).toHaveLength(5)
    await clock.advance(1)
    expect(watches).toHaveLength(6)
    await clock.advance(6000)
    last().fail(apiError(0, 'ConnectionError'))
    await clock.advance(800)
    expect(watches).toHaveLength(7)
  })

  it('asks for five to ten minutes, at random', async () => {
    for (const [random, seconds] of [
      [0, 300],
      [0.5, 450],
      [0.9999, 600],
    ] as const) {
      const { clock, last } = setup([list(1)], { random: () => random })
      await clock.settle()
      expect(last().options.timeoutSeconds).toBe(seconds)
      expect(last().options.idleTimeoutMs).toBe(IDLE_TIMEOUT_MS)
    }
  })

  it('waits as long as a 429 asks, and lists not again', async () => {
    const { clock, watches, listed, refuseWatch } = setup([list(7)])
    refuseWatch(apiError(429, 'TooManyRequests', 45_000))
    await clock.advance(44_999)
    expect(watches).toHaveLength(1)
    await clock.advance(1)
    expect(watches.map(({ options }) => options.resourceVersion)).toEqual(['7', '7'])
    expect(listed).toHaveLength(1)
  })

  it('opens a silent watch anew at once, over and over, without calling it trouble', async () => {
    const { clock, watches, last, reflection, logs } = setup([list(7)])
    await clock.settle()
    for (let i = 0; i < 5; i++) {
      await clock.advance(IDLE_TIMEOUT_MS)
      last().fail(apiError(0, 'Timeout'))
      await clock.advance(0)
    }
    expect(watches.map(({ at }) => at)).toEqual([0, 1, 2, 3, 4, 5].map((i) => i * IDLE_TIMEOUT_MS))
    expect([reflection.status().phase, logs]).toEqual(['watching', []])
  })

  it('an expired list is made again at once, and with back-off when it expires again', async () => {
    const { clock, listed, last, refuseWatch } = setup([list(1)])
    await clock.settle()
    refuseWatch(apiError(410), apiError(410), apiError(410))
    last().fail(apiError(410, 'Expired'))
    await clock.advance(10_000)
    expect(listed).toEqual([0, 0, 800, 2400, 5600])
    // A bookmark shows that this one is good; the next expiry is a new matter.
    last().send('BOOKMARK', bookmark(5))
    last().send('ERROR', { code: 410, reason: 'Expired' })
    await clock.advance(0)
    expect(listed.at(-1)).toBe(10_000)
  })

  it('tells every object again for a resync, and asks nobody', async () => {
    const { clock, events, listed, watches } = setup([list(1, configMap('a', 1), configMap('b', 1))], {
      resyncMs: 60_000,
    })
    await clock.advance(150_000)
    expect(events).toEqual(Array.from({ length: 3 }, () => ['set team/a', 'set team/b']).flat())
    expect([listed.length, watches.length]).toEqual([1, 1])
  })

  it('asks for a resource that is not served every ten seconds at least', async () => {
    const { clock, listed } = setup([apiError(404, 'NotFound')])
    await clock.advance(600_000)
    const gaps = listed.slice(1).map((at, index) => at - (listed[index] ?? 0))
    expect(Math.max(...gaps)).toBe(10_000)
  })

  it('has everything in the store before the first event is told', async () => {
    const seen: number[] = []
    const { clock, reflection } = setup([list(1, configMap('a', 1), configMap('b', 1))], {
      onEvent: () => void seen.push(reflection.store.size),
    })
    await clock.settle()
    expect(seen).toEqual([2, 2])
  })

  it('keeps what a projection leaves, of lists and of events', async () => {
    const { clock, reflection, last } = setup([list(1)], {
      project: ({ apiVersion, kind, metadata }) => ({ apiVersion, kind, metadata }),
    })
    await clock.settle()
    last().send('ADDED', configMap('a', 2, { data: { large: 'x' } }))
    expect(reflection.store.get('team/a')).not.toHaveProperty('data')
  })

  it('goes on after a bug of ours: a projection that throws', async () => {
    let bug = true
    const { clock, reflection, last, logs } = setup([list(1), list(5, configMap('a', 5))], {
      project: (object) => {
        if (bug) throw new TypeError('a bug')
        return object
      },
    })
    await clock.settle()
    last().send('ADDED', configMap('a', 2))
    await clock.settle()
    expect(logs).toEqual(['configmaps: a bug; trying again'])
    bug = false
    await clock.advance(800)
    expect(reflection.store.size).toBe(1)
  })

  it('stops at any time: the wait to be synced ends, and no timer is left', async () => {
    const { clock, reflection, listed } = setup([refused()], { resyncMs: 1000 })
    await clock.advance(1000)
    await reflection.stop()
    await expect(reflection.synced).rejects.toThrow('the watch of configmaps was stopped')
    const tries = listed.length
    await clock.advance(600_000)
    expect([listed.length, clock.timers()]).toEqual([tries, []])
  })
})
