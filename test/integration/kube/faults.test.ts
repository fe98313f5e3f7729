import { setTimeout as sleep } from 'node:timers/promises'
import { describe, expect, it } from 'vitest'
import { chmodSync, readFileSync, writeFileSync } from 'node:fs'
import { join } from 'node:path'
import { setFlagsFromString } from 'node:v8'
import { runInNewContext } from 'node:vm'
import type { ApiError, KubeObject } from '../../../src/kube/api.ts'
import { bookmark, CONFIG_MAPS, configMap, listOf, statusObject } from '../../support/kube-objects.ts'
import type { Answer, Exchange } from '../../support/scripted-api-server.ts'
import { connected, emptyFolder, FAST, follow, scripted, until } from './follow.ts'

/** Rows of the fault table of notebook-sync (docs/reliability.md) that the connection and the reflector answer for. */

const list =
  (resourceVersion: number, ...items: KubeObject[]): Answer =>
  (exchange) =>
    exchange.json(200, listOf(resourceVersion, items))
const open: Answer = (exchange) => exchange.open()
const refuse =
  (status: number, reason?: string, headers?: Record<string, string>): Answer =>
  (exchange) =>
    exchange.refuse(status, reason, headers)
const rejected = (call: Promise<unknown>): Promise<ApiError> =>
  call.then(
    () => expect.fail('it worked'),
    (error: unknown) => error as ApiError,
  )

describe('watch', () => {
  it('N01: goes on when the API server comes back, with one line of log for each change', async () => {
    const server = await scripted()
    server.next('list', list(1, configMap('a', 1)))
    server.always('watch', open)
    const { reflection, events, logs, count } = await follow(server.kubeconfig)
    await reflection.synced
    await until(() => reflection.status().phase === 'watching')
    await server.refuseConnections()
    await sleep(800)
    expect(reflection.status().phase).toBe('failing')
    expect([...reflection.store.keys()]).toEqual(['team/a'])
    const tries = count('watch_failed')
    // 16 ms doubled up to 600 ms: about 6 tries; without back-off there would be hundreds.
    expect(tries).toBeGreaterThan(3)
    expect(tries).toBeLessThan(14)
    server.next('watch', (exchange) => exchange.event('MODIFIED', configMap('a', 2)))
    await server.acceptConnections()
    await until(() => events.includes('set a@2'), 1500)
    expect(server.of('list')).toHaveLength(1)
    expect(logs).toEqual([
      expect.stringMatching(/^warn configmaps: GET .*; trying again$/),
      expect.stringMatching(/^info configmaps: watching after \d+ s of trouble$/),
    ])
  })

  it('N02: a watch that is closed or reset again and again loses no event and lists once', async () => {
    const server = await scripted()
    server.next('list', list(0))
    let version = 0
    server.always('watch', (exchange) => {
      expect(exchange.request.query.get('resourceVersion')).toBe(String(version))
      exchange.event('ADDED', configMap(`n${++version}`, version))
      setTimeout(() => (version % 2 === 0 ? exchange.end() : exchange.reset()), 30)
    })
    const { events } = await follow(server.kubeconfig)
    await until(() => events.length >= 12, 10_000)
    expect(events.slice(0, 12)).toEqual(Array.from({ length: 12 }, (_, i) => `set n${i + 1}@${i + 1}`))
    expect(server.of('list')).toHaveLength(1)
  })

  it('N03: a watch that the server ends is opened again at once, from the last resource version', async () => {
    const server = await scripted()
    server.next('list', list(5, configMap('a', 5)))
    server.next('watch', (exchange) => {
      exchange.event('MODIFIED', configMap('a', 7))
      setTimeout(() => exchange.end(), 100)
    })
    server.always('watch', open)
    const { events } = await follow(server.kubeconfig)
    await until(() => server.of('watch').length === 2)
    const [first, second] = server.of('watch')
    expect(second?.query.get('resourceVersion')).toBe('7')
    expect((second?.at ?? 0) - (first?.at ?? 0)).toBeLessThan(1000)
    expect(server.of('list')).toHaveLength(1)
    expect(events).toEqual(['set a@5', 'set a@7'])
    const seconds = Number(second?.query.get('timeoutSeconds'))
    expect(seconds).toBeGreaterThanOrEqual(300)
    expect(seconds).toBeLessThanOrEqual(600)
  })

  it('N03: a server that ends every watch at once is not asked in a hot loop', async () => {
    const server = await scripted()
    server.next('list', list(5))
    server.always('watch', (exchange) => {
      exchange.open()
      exchange.end()
    })
    const { reflection } = await follow(server.kubeconfig)
    await reflection.synced
    await sleep(1000)
    // 20 a second and a burst of 3, as FAST says.
    expect(server.of('watch').length).toBeGreaterThan(10)
    expect(server.of('watch').length).toBeLessThan(27)
    expect(server.of('list')).toHaveLength(1)
  })

  const expiries: [string, Answer][] = [
    ['N04: HTTP 410', refuse(410, 'Expired')],
    [
      'N05: ERROR 410 and the end',
      (exchange) => {
        exchange.event('ERROR', statusObject(410, 'Expired'))
        exchange.end()
      },
    ],
    ['N06: ERROR 410 and a socket left open', (exchange) => exchange.event('ERROR', statusObject(410, 'Gone'))],
  ]
  it.each(expiries)('%s: lists anew once, at once, and tells what went in between', async (_title, expired) => {
    const server = await scripted()
    server.next('list', list(1, configMap('a', 1), configMap('b', 1)), list(9, configMap('b', 1), configMap('c', 9)))
    server.next('watch', expired)
    server.always('watch', open)
    const { events, count } = await follow(server.kubeconfig, { backoff: { ...FAST.backoff, firstMs: 5000 } })
    await until(() => server.of('watch').length === 2, 1000)
    expect(events).toEqual(['set a@1', 'set b@1', 'gone a', 'set c@9'])
    expect(server.of('list')).toHaveLength(2)
    expect(server.of('watch')[1]?.query.get('resourceVersion')).toBe('9')
    expect(count('expired')).toBe(1)
    await until(() => server.sockets <= 2)
  })

  it('N04: a resource version that is always too old is listed anew with back-off', async () => {
    const server = await scripted()
    server.always('list', list(1))
    server.always('watch', refuse(410, 'Expired'))
    await follow(server.kubeconfig)
    await sleep(1000)
    expect(server.of('list').length).toBeGreaterThan(3)
    expect(server.of('list').length).toBeLessThan(14)
  })

  it('N07: a list that expires half way starts over and tells nothing of the first half', async () => {
    const server = await scripted()
    server.next(
      'list',
      (exchange) => exchange.json(200, listOf(1, [configMap('old', 1)], 'next-1')),
      refuse(410, 'Expired'),
      (exchange) => exchange.json(200, listOf(5, [configMap('a', 5)], 'next-2')),
      list(5, configMap('b', 5)),
    )
    server.always('watch', open)
    const { reflection, events } = await follow(server.kubeconfig)
    await reflection.synced
    expect(events).toEqual(['set a@5', 'set b@5'])
    expect(server.of('list').map(({ query }) => query.get('continue'))).toEqual([null, 'next-1', null, 'next-2'])
    expect(server.of('list')[0]?.query.get('limit')).toBe('500')
  })

  it('N07: a list that expires twice is read in one piece', async () => {
    const server = await scripted()
    const first: Answer = (exchange) => exchange.json(200, listOf(1, [configMap('old', 1)], 'next'))
    server.next('list', first, refuse(410), first, refuse(410), list(5, configMap('a', 5)))
    const { items } = await (await connected(server.kubeconfig)).list(CONFIG_MAPS)
    expect(items.map(({ metadata }) => metadata.name)).toEqual(['a'])
    expect(server.of('list').at(-1)?.query.get('limit')).toBeNull()
  })

  it('N08: bookmarks move the resource version on', async () => {
    const server = await scripted()
    server.next('list', list(1))
    server.next('watch', (exchange) => {
      exchange.event('BOOKMARK', bookmark(4711))
      setTimeout(() => exchange.reset(), 30)
    })
    server.always('watch', open)
    const { count, events } = await follow(server.kubeconfig)
    await until(() => server.of('watch').length === 2)
    expect(server.of('watch')[0]?.query.get('allowWatchBookmarks')).toBe('true')
    expect(server.of('watch')[1]?.query.get('resourceVersion')).toBe('4711')
    expect(count('bookmark')).toBe(1)
    expect(events).toEqual([])
  })

  it('N09, N10: a silent watch is noticed and opened anew at once, from the last event, without bookmarks too', async () => {
    const server = await scripted()
    server.next('list', list(1))
    server.next(
      'watch',
      (exchange) => exchange.event('ADDED', configMap('a', 3)),
      (exchange) => exchange.event('ADDED', configMap('b', 4)),
    )
    server.always('watch', open)
    const { events, count, logs } = await follow(server.kubeconfig)
    await until(() => events.includes('set b@4'))
    const [first, second] = server.of('watch')
    expect((second?.at ?? 0) - (first?.at ?? 0)).toBeGreaterThanOrEqual(FAST.idleTimeoutMs - 5)
    expect((second?.at ?? 0) - (first?.at ?? 0)).toBeLessThan(FAST.idleTimeoutMs + 700)
    expect(second?.query.get('resourceVersion')).toBe('3')
    expect(count('watch_idle')).toBe(1)
    expect(server.of('list')).toHaveLength(1)
    expect(logs).toEqual([])
    await until(() => server.sockets <= 2)
  })

  it('N10: a watch on which something comes now and then is left alone', async () => {
    const server = await scripted()
    server.next('list', list(1))
    server.always('watch', async (exchange) => {
      for (let version = 2; version < 12; version++) {
        exchange.event('BOOKMARK', bookmark(version))
        await sleep(100)
      }
    })
    const { count } = await follow(server.kubeconfig, { idleTimeoutMs: 600 })
    await until(() => count('bookmark') === 10)
    expect(server.of('watch')).toHaveLength(1)
  })

  it('N10: a server that accepts connections and never answers is given up in time', async () => {
    const server = await scripted()
    server.always('list', () => undefined)
    const connection = await connected(server.kubeconfig, { requestTimeoutMs: 100, retryDeadlineMs: 0 })
    const error = await rejected(connection.list(CONFIG_MAPS))
    expect(error).toMatchObject({ status: 0, reason: 'Timeout' })
    expect(error.message).toBe(`GET /api/v1/configmaps: nothing came from 127.0.0.1:${server.port} for 0.1 s`)
  })

  it('N11: an event cut off by a reset is told after the resume, without a list', async () => {
    const server = await scripted()
    const line = JSON.stringify({ type: 'ADDED', object: configMap('a', 2) })
    server.next('list', list(1))
    server.next(
      'watch',
      (exchange) => {
        exchange.raw(line.slice(0, 40))
        setTimeout(() => exchange.reset(), 20)
      },
      (exchange) => {
        exchange.raw(line.slice(0, 60))
        setTimeout(() => exchange.end(), 20)
      },
      (exchange) => exchange.raw(`${line}\n`),
    )
    const { events, count } = await follow(server.kubeconfig)
    await until(() => events.length > 0)
    expect(count('watch_failed')).toBe(2)
    expect(events).toEqual(['set a@2'])
    expect(server.of('watch').map(({ query }) => query.get('resourceVersion'))).toEqual(['1', '1', '1'])
    expect(server.of('list')).toHaveLength(1)
  })

  it.each([
    '{"type":"ADDED","object":{"metad\n',
    'garbage\n',
    '{"type":"ADDED"}\n',
    '[]\n',
    '{"type":"NEW","object":{"metadata":{"name":"a","resourceVersion":"1"}}}\n',
  ])('N11: the garbage line %j is counted and logged, and a list makes up for it', async (line) => {
    const server = await scripted()
    server.next('list', list(1), list(6, configMap('a', 6)))
    server.next('watch', (exchange) => exchange.raw(line))
    server.always('watch', open)
    const { events, count, logs } = await follow(server.kubeconfig)
    await until(() => server.of('watch').length === 2)
    expect(count('garbage')).toBe(1)
    expect(logs[0]).toMatch(/no event/)
    expect(events).toEqual(['set a@6'])
  })

  it('N12: a line of 5 MiB, a byte at a time, and characters split over packets', async () => {
    const server = await scripted()
    server.next('list', list(1))
    const huge = configMap('huge', 2, { data: { text: 'ü€😀'.repeat(Math.ceil((5 * 1024 * 1024) / 9)) } })
    const small = Buffer.from(`${JSON.stringify({ type: 'ADDED', object: configMap('ü€😀', 3) })}\n`)
    server.next('watch', async (exchange: Exchange) => {
      exchange.event('ADDED', huge)
      for (const byte of small) {
        exchange.raw(Buffer.from([byte]))
        await sleep(0)
      }
    })
    const { events, reflection } = await follow(server.kubeconfig)
    await until(() => events.length === 2, 10_000)
    expect(events).toEqual(['set huge@2', 'set ü€😀@3'])
    expect(reflection.store.get('team/huge')).toEqual(huge)
  })

  it('N12: a line without end does not fill the memory', async () => {
    const server = await scripted()
    server.always('list', list(1))
    server.next('watch', (exchange) => exchange.raw('x'.repeat(200_000)))
    server.always('watch', open)
    const { logs } = await follow(server.kubeconfig, { maxLineBytes: 100_000 })
    await until(() => server.of('watch').length === 2)
    expect(logs[0]).toMatch(/longer than 100000 bytes/)
    expect(server.of('list')).toHaveLength(2)
  })

  it('N13: 429 with Retry-After on list and watch is waited for, and the watch goes on without a list', async () => {
    const server = await scripted()
    server.next('list', refuse(429, 'TooManyRequests', { 'Retry-After': '1' }), list(3, configMap('a', 3)))
    server.next('watch', refuse(429, 'TooManyRequests', { 'Retry-After': '1' }))
    server.always('watch', open)
    const { reflection } = await follow(server.kubeconfig)
    await reflection.synced
    await until(() => server.of('watch').length === 2)
    const [list1, list2] = server.of('list').map(({ at }) => at)
    const [watch1, watch2] = server.of('watch').map(({ at }) => at)
    expect((list2 ?? 0) - (list1 ?? 0)).toBeGreaterThanOrEqual(995)
    expect((watch2 ?? 0) - (watch1 ?? 0)).toBeGreaterThanOrEqual(995)
    expect(server.of('list')).toHaveLength(2)
    expect(server.of('watch')[1]?.query.get('resourceVersion')).toBe('3')
  })

  it.each([500, 502, 503, 504])('N15: %i on list and watch is tried again', async (status) => {
    const server = await scripted()
    server.next('list', refuse(status), list(3, configMap('a', 3)))
    server.next('watch', refuse(status), refuse(status))
    server.always('watch', open)
    const { reflection, events } = await follow(server.kubeconfig)
    await until(() => reflection.status().phase === 'watching')
    expect(server.of('list')).toHaveLength(2)
    expect(server.of('watch')).toHaveLength(3)
    expect(events).toEqual(['set a@3'])
  })

  it('N15: a resource version that only ever gives 504 is left for a new list', async () => {
    const server = await scripted()
    server.next('list', list(999), list(3, configMap('a', 3)))
    server.next('watch', ...Array.from({ length: 5 }, () => refuse(504, 'Timeout')))
    server.always('watch', open)
    const { events } = await follow(server.kubeconfig)
    await until(() => server.of('watch').length === 6)
    expect(events).toEqual(['set a@3'])
    expect(server.of('watch').map(({ query }) => query.get('resourceVersion'))).toEqual([
      '999',
      '999',
      '999',
      '999',
      '999',
      '3',
    ])
  })

  it('N25: a resource that is not served is waited for, and the last good state is kept when it goes', async () => {
    const server = await scripted()
    server.always('list', refuse(404, 'NotFound'))
    server.always('watch', open)
    const { reflection, logs, events } = await follow(server.kubeconfig)
    await until(() => server.of('list').length >= 4)
    expect(reflection.status().phase).toBe('missing')
    server.always('list', list(3, configMap('a', 3)))
    await reflection.synced
    await until(() => reflection.status().phase === 'watching')
    expect(events).toEqual(['set a@3'])
    expect(logs).toEqual([
      'warn configmaps: not served by the API server, waiting for it',
      expect.stringMatching(/^info configmaps: watching after/),
    ])
  })

  it('N25: a resource that is taken away keeps its last good state', async () => {
    const server = await scripted()
    server.next('list', list(3, configMap('a', 3)))
    server.next('watch', refuse(404, 'NotFound'))
    server.always('list', refuse(404, 'NotFound'))
    const { reflection, events } = await follow(server.kubeconfig)
    await until(() => reflection.status().phase === 'missing')
    expect(events).toEqual(['set a@3'])
    expect(reflection.store.size).toBe(1)
  })

  it('N47: a handler that throws or rejects changes nothing', async () => {
    const server = await scripted()
    server.next('list', list(1, configMap('a', 1), configMap('b', 1)))
    server.next('watch', (exchange) => {
      exchange.event('MODIFIED', configMap('a', 2))
      exchange.event('DELETED', configMap('b', 3))
    })
    const told: string[] = []
    const { reflection, count } = await follow(server.kubeconfig, {
      onEvent: async ({ key }) => {
        told.push(key)
        if (key === 'team/a') throw new Error('a bug')
        await sleep(1)
        throw new Error('a bug that comes later')
      },
    })
    await until(() => told.length === 4)
    await until(() => count('handler_error') === 4)
    expect([...reflection.store.keys()]).toEqual(['team/a'])
    expect(server.of('list')).toHaveLength(1)
    expect(server.of('watch')).toHaveLength(1)
  })

  it('N48: a thousand reconnects leave no sockets and miss nothing', { timeout: 120_000 }, async () => {
    const server = await scripted()
    server.next('list', list(0))
    let most = 0
    const endings: ((exchange: Exchange) => void)[] = [
      (exchange) => exchange.end(),
      (exchange) => exchange.reset(),
      (exchange) => exchange.event('ERROR', statusObject(503, 'ServiceUnavailable')),
      (exchange) => exchange.event('ERROR', statusObject(429, 'TooManyRequests')),
    ]
    server.always('watch', (exchange) => {
      most = Math.max(most, server.sockets)
      const version = Number(exchange.request.query.get('resourceVersion')) + 1
      exchange.event(version === 1 ? 'ADDED' : 'MODIFIED', configMap('a', version))
      const end = endings[server.requests.length % endings.length]
      setTimeout(() => end?.(exchange), 1)
    })
    const { events, reflection } = await follow(server.kubeconfig, {
      rate: { perSecond: 10_000, burst: 10 },
      backoff: { firstMs: 1, maxMs: 2, factor: 1, jitter: 0 },
    })
    await until(() => events.length > 100, 60_000)
    const before = heapAfterGc()
    await until(() => events.length >= 1000, 100_000)
    expect(events.slice(0, 1000)).toEqual(Array.from({ length: 1000 }, (_, i) => `set a@${i + 1}`))
    expect(most).toBeLessThanOrEqual(4)
    expect(server.of('list')).toHaveLength(1)
    await reflection.stop()
    await until(() => server.sockets <= 2)
    // The server's own record of the requests grows too, by some 2 MB.
    expect(heapAfterGc() - before).toBeLessThan(8 * 1024 * 1024)
  })

  it('tells nothing more once it is stopped', async () => {
    const server = await scripted()
    server.next('list', list(1))
    let exchange: Exchange | undefined
    server.next('watch', (opened) => {
      opened.open()
      exchange = opened
    })
    const { reflection, events } = await follow(server.kubeconfig)
    await until(() => exchange !== undefined)
    await reflection.stop()
    exchange?.event('ADDED', configMap('late', 2))
    await sleep(30)
    expect(events).toEqual([])
    expect(reflection.status().phase).toBe('stopped')
    await until(() => server.sockets <= 1)
  })
})

describe('calls', () => {
  const object = { apiVersion: 'v1', kind: 'ConfigMap', metadata: { name: 'a', namespace: 'team' } }
  const done: Answer = (exchange) => exchange.json(200, object)

  it.each([500, 502, 503, 504])('N15: %i is tried again where that does no harm, and not elsewhere', async (status) => {
    const server = await scripted()
    const connection = await connected(server.kubeconfig, { random: () => 1 })
    for (const kind of ['GET', 'PATCH', 'DELETE']) server.next(kind, refuse(status), refuse(status), done)
    await connection.get(CONFIG_MAPS, { namespace: 'team', name: 'a' })
    await connection.apply(CONFIG_MAPS, object)
    await connection.delete(CONFIG_MAPS, { namespace: 'team', name: 'a' }, { uid: 'u' })
    expect(server.requests.map(({ kind }) => kind)).toEqual(
      ['GET', 'PATCH', 'DELETE'].flatMap((kind) => [kind, kind, kind]),
    )

    for (const kind of ['POST', 'PUT', 'DELETE']) server.next(kind, refuse(status))
    const calls = [
      () => connection.create(CONFIG_MAPS, object),
      () => connection.update(CONFIG_MAPS, object),
      () => connection.delete(CONFIG_MAPS, { namespace: 'team', name: 'a' }),
    ]
    for (const call of calls) expect(await rejected(call())).toMatchObject({ status })
    expect(server.of('POST')).toHaveLength(1)
    expect(server.of('PUT')).toHaveLength(1)
  })

  it('N15: a broken connection is tried again where that does no harm', async () => {
    const server = await scripted()
    const connection = await connected(server.kubeconfig)
    server.next(
      'PATCH',
      (exchange) => exchange.reset(),
      (exchange) => {
        exchange.response.writeHead(200, { 'Content-Length': '1000' })
        exchange.raw('{"half":')
        setTimeout(() => exchange.reset(), 10)
      },
      (exchange) => exchange.json(200, 'not an object?'),
      done,
    )
    expect(await connection.apply(CONFIG_MAPS, object)).toBe('not an object?')
    expect(server.of('PATCH')).toHaveLength(3)
    server.next('PUT', (exchange) => exchange.reset())
    expect(await rejected(connection.update(CONFIG_MAPS, object))).toMatchObject({
      status: 0,
      reason: 'ConnectionError',
    })
    expect(server.of('PUT')).toHaveLength(1)
  })

  it('N13: 429 with Retry-After is waited for on every verb: nothing was done', async () => {
    const server = await scripted()
    const connection = await connected(server.kubeconfig)
    const kinds = ['PATCH', 'PUT', 'POST', 'DELETE']
    for (const kind of kinds) server.next(kind, refuse(429, 'TooManyRequests', { 'Retry-After': '1' }), done)
    await Promise.all([
      connection.apply(CONFIG_MAPS, object),
      connection.update(CONFIG_MAPS, object),
      connection.create(CONFIG_MAPS, object),
      connection.delete(CONFIG_MAPS, { namespace: 'team', name: 'a' }),
    ])
    for (const kind of kinds) {
      const [first, second] = server.of(kind).map(({ at }) => at)
      expect((second ?? 0) - (first ?? 0)).toBeGreaterThanOrEqual(995)
    }
  })

  it('N14: 429 without Retry-After backs off, and gives up at the deadline, naming the call', async () => {
    const server = await scripted()
    server.always('PATCH', refuse(429, 'TooManyRequests'))
    const connection = await connected(server.kubeconfig, { retryDeadlineMs: 2800, random: () => 0 })
    const error = await rejected(connection.apply(CONFIG_MAPS, object))
    expect(error).toMatchObject({ status: 429, reason: 'TooManyRequests', method: 'PATCH' })
    expect(error.message).toBe('PATCH /api/v1/namespaces/team/configmaps/a: refused with 429')
    const times = server.of('PATCH').map(({ at }) => at)
    const gaps = times.slice(1).map((at, index) => at - (times[index] ?? 0))
    // Timers of Node may fire a millisecond early; a busy machine makes them late.
    expect(gaps.map((gap, index) => gap >= 100 * 2 ** index - 2)).toEqual([true, true, true, true])
  })

  it('N14: a Retry-After beyond the deadline is not waited for', async () => {
    const server = await scripted()
    server.always('PATCH', refuse(429, 'TooManyRequests', { 'Retry-After': '3600' }))
    const connection = await connected(server.kubeconfig)
    expect(await rejected(connection.apply(CONFIG_MAPS, object))).toMatchObject({
      status: 429,
      retryAfterMs: 3_600_000,
    })
  })

  it('a server that is not there is a failure with the call, and no write is lost when it comes back', async () => {
    const server = await scripted()
    await server.refuseConnections()
    const connection = await connected(server.kubeconfig)
    const once = await rejected(connection.get(CONFIG_MAPS, { namespace: 'team', name: 'a' }, { retryDeadlineMs: 0 }))
    expect(once).toMatchObject({ status: 0, reason: 'ConnectionRefused' })
    // Even a create: the server has not seen it.
    const created = connection.create(CONFIG_MAPS, object)
    await sleep(150)
    server.always('POST', done)
    await server.acceptConnections()
    expect(await created).toEqual(object)
    expect(server.of('POST')).toHaveLength(1)
  })

  it('an object that is gone counts as deleted, a precondition that fails does not', async () => {
    const server = await scripted()
    const connection = await connected(server.kubeconfig)
    server.next('DELETE', refuse(404, 'NotFound'), refuse(409, 'Conflict'))
    await connection.delete(CONFIG_MAPS, { namespace: 'team', name: 'a' }, { uid: 'u1', resourceVersion: '7' })
    expect(JSON.parse(server.of('DELETE')[0]?.body ?? '')).toMatchObject({
      preconditions: { uid: 'u1', resourceVersion: '7' },
    })
    const error = await rejected(connection.delete(CONFIG_MAPS, { namespace: 'team', name: 'a' }, { uid: 'u1' }))
    expect(error).toMatchObject({ status: 409 })
  })

  it.each(['', '.', '..', '../secrets/x', 'a/b', 'a%2fb'])('the name %j sends nothing', async (name) => {
    const server = await scripted()
    const connection = await connected(server.kubeconfig)
    const error = await rejected(connection.delete(CONFIG_MAPS, { namespace: 'team', name }))
    expect(error.reason).toBe('InvalidName')
    expect(await rejected(connection.get(CONFIG_MAPS, { name: 'a' }))).toMatchObject({ reason: 'InvalidName' })
    expect(server.requests).toEqual([])
  })

  it('an answer that is no JSON and a redirect are failures', async () => {
    const server = await scripted()
    const connection = await connected(server.kubeconfig, { retryDeadlineMs: 0 })
    server.next(
      'GET',
      (exchange) => exchange.raw('<html>'),
      (exchange) => {
        exchange.response.writeHead(302, { Location: '/elsewhere' }).end()
      },
    )
    server.next('GET')
    const at = { namespace: 'team', name: 'a' }
    const first = connection.get(CONFIG_MAPS, at)
    await until(() => server.requests.length === 1)
    expect(server.requests[0]?.headers['user-agent']).toBe('fsop-test')
    connection.close()
    expect((await rejected(first)).message).toMatch(/closed/)
    const again = await connected(server.kubeconfig, { retryDeadlineMs: 0 })
    expect(await rejected(again.get(CONFIG_MAPS, at))).toMatchObject({ status: 302 })
  })

  it.each([
    {},
    { kind: 'ConfigMapList' },
    { kind: 'ConfigMapList', metadata: {}, items: [] },
    { kind: 'ConfigMapList', metadata: { resourceVersion: '1' } },
    { kind: 'Pod', metadata: { resourceVersion: '1' }, items: [] },
  ])('an answer %j to a list is not a list of nothing', async (body) => {
    const server = await scripted()
    const connection = await connected(server.kubeconfig, { retryDeadlineMs: 0 })
    server.always('list', (exchange) => exchange.json(200, body))
    expect(await rejected(connection.list(CONFIG_MAPS))).toMatchObject({ reason: 'InvalidResponse' })
  })

  it('a signal ends a call that hangs, and one that waits to be tried again', async () => {
    const server = await scripted()
    const connection = await connected(server.kubeconfig)
    server.always('GET', () => undefined)
    server.always('PATCH', refuse(503))
    for (const call of [
      (signal: AbortSignal) => connection.get(CONFIG_MAPS, { namespace: 'team', name: 'a' }, { signal }),
      (signal: AbortSignal) => connection.apply(CONFIG_MAPS, object, { signal }),
    ]) {
      const controller = new AbortController()
      const result = rejected(call(controller.signal))
      await sleep(50)
      controller.abort(new Error('enough'))
      expect((await result).message).toBe('enough')
    }
  })

  it('uses at most eight connections', async () => {
    const server = await scripted()
    const connection = await connected(server.kubeconfig)
    let most = 0
    server.always('PATCH', (exchange) => {
      most = Math.max(most, server.sockets)
      setTimeout(() => exchange.json(200, object), 5)
    })
    await Promise.all(Array.from({ length: 200 }, () => connection.apply(CONFIG_MAPS, object)))
    expect(most).toBe(8)
  })
})

describe('N22: credentials', () => {
  const at = { namespace: 'team', name: 'a' }
  const withToken =
    (wanted: string, answer: Answer): Answer =>
    (exchange) =>
      exchange.request.headers.authorization === `Bearer ${wanted}`
        ? answer(exchange)
        : exchange.refuse(401, 'Unauthorized')

  it('a token that is replaced on disk is read anew, by calls and by the watch', async () => {
    const tokenFile = join(emptyFolder(), 'token')
    writeFileSync(tokenFile, 'first-token\n')
    const server = await scripted({ tokenFile })
    server.always(
      'GET',
      withToken('first-token', (exchange) => exchange.json(200, {})),
    )
    const connection = await connected(server.kubeconfig)
    await connection.get(CONFIG_MAPS, at)
    writeFileSync(tokenFile, 'second-token\n')
    server.always(
      'GET',
      withToken('second-token', (exchange) => exchange.json(200, {})),
    )
    await Promise.all(Array.from({ length: 5 }, () => connection.get(CONFIG_MAPS, at)))

    server.always('list', withToken('second-token', list(1)))
    server.next(
      'watch',
      withToken('second-token', (exchange) => exchange.end()),
    )
    const { reflection, count } = await follow(server.kubeconfig)
    await reflection.synced
    writeFileSync(tokenFile, 'third-token\n')
    server.always('watch', withToken('third-token', open))
    await until(() => count('watch') === 2)
    expect(count('list')).toBe(1)
    expect(count('watch_failed')).toBe(0)
  })

  it('a token that stays refused is an error without the token', async () => {
    const server = await scripted({ token: 'canary-7f3a' })
    server.always('GET', refuse(401, 'Unauthorized'))
    const connection = await connected(server.kubeconfig)
    const error = await rejected(connection.get(CONFIG_MAPS, at))
    expect(error).toMatchObject({ status: 401, reason: 'Unauthorized' })
    expect(`${error.message}${error.stack}${JSON.stringify(error)}`).not.toContain('canary')
    expect(server.of('GET')).toHaveLength(2)
  })

  it('a credential plugin is asked again after a 401, and when its credential expires', async () => {
    const folder = emptyFolder()
    const plugin = join(folder, 'plugin')
    const expiry = new Date(Date.now() + 3_600_000).toISOString()
    writeFileSync(
      plugin,
      `#!/bin/sh
echo run >> "$LOG"
echo "canary on stderr" >&2
printf '{"apiVersion":"client.authentication.k8s.io/v1","kind":"ExecCredential","status":{"token":"token-%s","expirationTimestamp":"${expiry}"}}' "$(wc -l < "$LOG" | tr -d ' ')"
`,
    )
    chmodSync(plugin, 0o755)
    const env = [{ name: 'LOG', value: join(folder, 'log') }]
    const server = await scripted({ exec: { apiVersion: 'client.authentication.k8s.io/v1', command: plugin, env } })
    server.always(
      'GET',
      withToken('token-1', (exchange) => exchange.json(200, {})),
    )
    const connection = await connected(server.kubeconfig)
    await Promise.all([connection.get(CONFIG_MAPS, at), connection.get(CONFIG_MAPS, at)])
    server.always(
      'GET',
      withToken('token-2', (exchange) => exchange.json(200, {})),
    )
    await Promise.all([connection.get(CONFIG_MAPS, at), connection.get(CONFIG_MAPS, at)])
    expect(server.of('GET').map(({ headers }) => headers.authorization)).not.toContain('Bearer token-3')
  })

  it.each([
    ['fails', 'echo canary >&2; exit 3', /^GET credentials: the credential plugin .*plugin failed \(exit code 3\)/],
    ['hangs', 'exec sleep 60', /gave no answer in 0\.2 s$/],
    ['prints something else', 'echo canary', /printed no credential$/],
  ])('a credential plugin that %s is an error without its output', async (_title, script, expected) => {
    const plugin = join(emptyFolder(), 'plugin')
    writeFileSync(plugin, `#!/bin/sh\necho $$ > "$0.pid"\n${script}\n`)
    chmodSync(plugin, 0o755)
    const server = await scripted({ exec: { command: plugin } })
    const connection = await connected(server.kubeconfig, { pluginTimeoutMs: 200 })
    const error = await rejected(connection.get(CONFIG_MAPS, at))
    expect(error).toMatchObject({ status: 0, reason: 'CredentialsError' })
    expect(error.message).toMatch(expected)
    expect(error.message).not.toContain('canary')
    expect(server.requests).toEqual([])
    const pid = Number(readFileSync(`${plugin}.pid`, 'utf8'))
    await until(() => !isRunning(pid))
  })
})

function isRunning(pid: number): boolean {
  try {
    return process.kill(pid, 0)
  } catch {
    return false
  }
}

/** Bytes in use once everything that can go is gone. */
function heapAfterGc(): number {
  setFlagsFromString('--expose-gc')
  runInNewContext('gc')()
  return process.memoryUsage().heapUsed
}
