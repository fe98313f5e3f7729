import { describe, expect, it, onTestFinished } from 'vitest'
import { ApiError, type KubeApi, type KubeObject } from '../../../src/kube/api.ts'
import { electLeader } from '../../../src/kube/lease.ts'
import { type FakeClock, fakeClock } from '../../support/fake-clock.ts'
import { apiError } from './fake-api.ts'

type LeaseApi = Pick<KubeApi, 'get' | 'create' | 'update'>

/** One Lease with the optimistic locking of an API server. */
function leaseServer() {
  let stored: KubeObject | undefined
  let version = 0
  let down = false
  const writes: string[] = []
  const guard = async (): Promise<void> => {
    if (down) throw apiError(0, 'ConnectionError')
  }
  const store = (object: KubeObject): KubeObject => {
    stored = { ...object, metadata: { ...object.metadata, resourceVersion: String(++version) } }
    writes.push(String((object['spec'] as { holderIdentity?: string }).holderIdentity))
    return stored
  }
  const api: LeaseApi = {
    async get<T>() {
      await guard()
      if (stored === undefined) throw apiError(404, 'NotFound')
      return stored as T
    },
    async create<T>(_resource: unknown, object: KubeObject) {
      await guard()
      if (stored !== undefined) throw apiError(409, 'AlreadyExists')
      return store(object) as T
    },
    async update<T>(_resource: unknown, object: KubeObject) {
      await guard()
      if (stored?.metadata.resourceVersion !== object.metadata.resourceVersion) throw apiError(409, 'Conflict')
      return store(object) as T
    },
  }
  return {
    api,
    writes,
    spec: () => stored?.['spec'] as Record<string, unknown>,
    setDown: (value: boolean) => (down = value),
    /** As when somebody edits it by hand. */
    touch: () => stored !== undefined && store(stored),
  }
}

function candidate(api: LeaseApi, clock: FakeClock, identity: string) {
  const election = electLeader(api, { namespace: 'team', name: 'lock', identity, clock, random: () => 0 })
  onTestFinished(() => election.stop())
  let signal: AbortSignal | undefined
  const lead = (): void =>
    void election.lead().then(
      (term) => (signal = term),
      () => undefined,
    )
  lead()
  return { election, lead, term: () => signal }
}

describe('lease', () => {
  it('one leads, renews every 2 s, and the other waits', async () => {
    const clock = fakeClock()
    const server = leaseServer()
    const one = candidate(server.api, clock, 'one')
    await clock.settle()
    const two = candidate(server.api, clock, 'two')
    await clock.advance(60_000)
    expect([one.election.isLeader(), two.election.isLeader()]).toEqual([true, false])
    expect(two.election.holder()).toBe('one')
    expect(server.writes).toEqual(Array.from({ length: 31 }, () => 'one'))
    expect(server.spec()).toMatchObject({
      holderIdentity: 'one',
      leaseDurationSeconds: 15,
      leaseTransitions: 0,
      acquireTime: '2026-01-01T00:00:00.000000Z',
      renewTime: '2026-01-01T00:01:00.000000Z',
    })
  })

  it('a leader that dies is followed after 15 to 17 s', async () => {
    const clock = fakeClock()
    const dead = fakeClock()
    const server = leaseServer()
    candidate(server.api, dead, 'one')
    await dead.settle()
    // The other's time of day is an hour behind: it does not matter.
    const two = candidate(server.api, { ...clock, date: () => new Date(Date.UTC(2025, 0, 1)) }, 'two')
    await clock.advance(14_999)
    expect(two.election.isLeader()).toBe(false)
    await clock.advance(2001)
    expect(two.election.isLeader()).toBe(true)
    expect(server.spec()).toMatchObject({ holderIdentity: 'two', leaseTransitions: 1 })
  })

  it('a leader without an API server stops after 10 s, and leads again later', async () => {
    const clock = fakeClock()
    const server = leaseServer()
    const one = candidate(server.api, clock, 'one')
    await clock.advance(4000)
    const term = one.term()
    server.setDown(true)
    await clock.advance(9999)
    expect([one.election.isLeader(), term?.aborted]).toEqual([true, false])
    await clock.advance(1)
    expect([one.election.isLeader(), term?.aborted]).toEqual([false, true])
    server.setDown(false)
    one.lead()
    await clock.advance(3000)
    expect(one.election.isLeader()).toBe(true)
    expect(one.term()?.aborted).toBe(false)
  })

  it('a leader that was paused knows at once that it leads no more, before any timer has run', async () => {
    let now = 0
    const clock = fakeClock()
    const paused: FakeClock = { ...clock, now: () => clock.now() + now }
    const server = leaseServer()
    const one = candidate(server.api, paused, 'one')
    await clock.settle()
    expect(one.election.isLeader()).toBe(true)
    now = 30_000
    expect(one.election.isLeader()).toBe(false)
  })

  it('a leader whose Lease is taken stops with the next renewal', async () => {
    const clock = fakeClock()
    const server = leaseServer()
    const one = candidate(server.api, clock, 'one')
    await clock.settle()
    const lease = await server.api.get<KubeObject>({} as never, { name: 'lock' })
    await server.api.update({} as never, { ...lease, spec: { holderIdentity: 'robber', leaseDurationSeconds: 15 } })
    await clock.advance(4000)
    expect([one.election.isLeader(), one.term()?.aborted, one.election.holder()]).toEqual([false, true, 'robber'])
  })

  it('a Lease that somebody has touched is read again and kept', async () => {
    const clock = fakeClock()
    const server = leaseServer()
    const one = candidate(server.api, clock, 'one')
    await clock.advance(3000)
    server.touch()
    await clock.advance(10_000)
    expect([one.election.isLeader(), one.term()?.aborted]).toEqual([true, false])
  })

  it('a stop gives the Lease up, so that the other leads within 2.4 s', async () => {
    const clock = fakeClock()
    const server = leaseServer()
    const one = candidate(server.api, clock, 'one')
    await clock.settle()
    const two = candidate(server.api, clock, 'two')
    await clock.advance(5000)
    server.touch()
    await one.election.stop()
    expect([one.election.isLeader(), one.term()?.aborted]).toEqual([false, true])
    expect(server.spec()).toMatchObject({ holderIdentity: '' })
    await clock.advance(2400)
    expect(two.election.isLeader()).toBe(true)
    await expect(one.election.lead()).rejects.toThrow('the election was stopped')
  })

  it('a call that hangs does not hold up the end of the leadership', async () => {
    const clock = fakeClock()
    const server = leaseServer()
    let hangs = false
    const one = candidate(
      {
        ...server.api,
        update: (resource, object, options) =>
          hangs
            ? new Promise((_resolve, reject) =>
                options?.signal?.addEventListener('abort', () =>
                  reject(new ApiError('x', { status: 0, reason: 'Timeout', method: '', path: '' })),
                ),
              )
            : server.api.update(resource, object, options),
      },
      clock,
      'one',
    )
    await clock.advance(2000)
    hangs = true
    await clock.advance(10_000)
    expect([one.election.isLeader(), one.term()?.aborted]).toEqual([false, true])
  })

  it('refuses times that would let two lead', () => {
    const { api } = leaseServer()
    const options = { namespace: 'n', name: 'l', identity: 'i' }
    expect(() => electLeader(api, { ...options, leaseMs: 10_000, renewDeadlineMs: 10_000 })).toThrow(RangeError)
    expect(() => electLeader(api, { ...options, retryMs: 10_000 })).toThrow(RangeError)
  })
})
