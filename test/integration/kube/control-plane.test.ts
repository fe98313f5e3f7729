import { readFileSync, writeFileSync } from 'node:fs'
import { connect as connectSocket, createServer, type AddressInfo, type Socket } from 'node:net'
import { afterAll, beforeAll, beforeEach, describe, expect, it, onTestFinished } from 'vitest'
import { type ApiError, isGone, type KubeObject, type Resource } from '../../../src/kube/api.ts'
import { sleep, systemClock } from '../../../src/kube/clock.ts'
import type { ClusterConnection } from '../../../src/kube/connect.ts'
import { electLeader, LEASES } from '../../../src/kube/lease.ts'
import { IDLE_TIMEOUT_MS } from '../../../src/kube/reflector.ts'
import { createWorkQueue } from '../../../src/kube/work-queue.ts'
import { type ControlPlane, START_TIMEOUT_MS, startControlPlane } from '../../support/control-plane.ts'
import { CONFIG_MAPS } from '../../support/kube-objects.ts'
import { connected, follow, type Followed, until } from './follow.ts'

/** src/kube on a real API server, etcd and controllers. */

const NAMESPACES: Resource = { group: '', version: 'v1', plural: 'namespaces', kind: 'Namespace', namespaced: false }
const rbac = (plural: string, kind: string, namespaced = true): Resource => ({
  group: 'rbac.authorization.k8s.io',
  version: 'v1',
  plural,
  kind,
  namespaced,
})

let plane: ControlPlane
let admin: ClusterConnection
let namespace: string
let tests = 0

beforeAll(async () => {
  plane = await startControlPlane({ users: ['someone'] })
}, START_TIMEOUT_MS)
afterAll(() => plane.stop())
beforeEach(async () => {
  admin = await connected(plane.kubeconfig)
  namespace = `test-${process.pid}-${tests++}`
  await admin.create(NAMESPACES, { apiVersion: 'v1', kind: 'Namespace', metadata: { name: namespace } })
})

const configMap = (name: string, fields: Partial<KubeObject> = {}): KubeObject => ({
  apiVersion: 'v1',
  kind: 'ConfigMap',
  metadata: { name, namespace },
  ...fields,
})
const apply = (name: string, data: Record<string, string>, fieldManager?: string): Promise<KubeObject> =>
  admin.apply(CONFIG_MAPS, configMap(name, { data }), { fieldManager })
const refusal = (call: Promise<unknown>): Promise<ApiError> =>
  call.then(
    () => expect.fail('it worked'),
    (error: unknown) => error as ApiError,
  )
const names = (items: Iterable<KubeObject>): string[] =>
  [...items].map(({ metadata }) => metadata.name).filter((name) => name !== 'kube-root-ca.crt')

/** With the patience that a real API server's bookmarks need. */
const followReal = (kubeconfig: string, options: Parameters<typeof follow>[1]): Promise<Followed> =>
  follow(kubeconfig, { idleTimeoutMs: IDLE_TIMEOUT_MS, ...options })

describe('list and watch', () => {
  it('reads all pages, selects by label, projects, and names the kind of each object', async () => {
    await Promise.all(Array.from({ length: 7 }, (_, i) => apply(`cm-${i}`, { i: String(i) })))
    await admin.apply(CONFIG_MAPS, {
      ...configMap('marked'),
      metadata: { name: 'marked', namespace, labels: { mark: 'yes' } },
    })
    const { items, resourceVersion } = await admin.list(CONFIG_MAPS, { namespace, pageSize: 2 })
    expect(names(items)).toEqual(['cm-0', 'cm-1', 'cm-2', 'cm-3', 'cm-4', 'cm-5', 'cm-6', 'marked'])
    expect(items.every(({ apiVersion, kind }) => apiVersion === 'v1' && kind === 'ConfigMap')).toBe(true)
    expect(Number(resourceVersion)).toBeGreaterThan(0)
    const marked = await admin.list(CONFIG_MAPS, { namespace, labelSelector: 'mark=yes', metadataOnly: true })
    expect(names(marked.items)).toEqual(['marked'])
    expect(marked.items[0]).not.toHaveProperty('data')
  })

  it('follows every change, by watch alone, also of metadata only', async () => {
    await apply('before', {})
    const { events, reflection, count } = await followReal(plane.kubeconfig, {
      namespace,
      fieldSelector: 'metadata.name!=kube-root-ca.crt',
    })
    const light = await followReal(plane.kubeconfig, { namespace, metadataOnly: true })
    await reflection.synced
    await light.reflection.synced
    const first = await apply('a', { n: '1' })
    const second = await apply('a', { n: '2' })
    expect((await apply('a', { n: '2' })).metadata.resourceVersion).toBe(second.metadata.resourceVersion)
    await admin.delete(CONFIG_MAPS, { namespace, name: 'a' })
    await until(() => events.includes(`gone ${namespace}/a`) && light.events.includes(`gone ${namespace}/a`))
    expect(events.slice(1)).toEqual([
      `set ${namespace}/a@${first.metadata.resourceVersion}`,
      `set ${namespace}/a@${second.metadata.resourceVersion}`,
      `gone ${namespace}/a`,
    ])
    expect(light.reflection.store.get(`${namespace}/before`)).not.toHaveProperty('data')
    expect(count('list')).toBe(1)
    expect(count('watch')).toBe(1)
  })

  it('a deletion of the namespace is seen as the deletion of what was in it', async () => {
    await apply('a', {})
    const { reflection, events } = await followReal(plane.kubeconfig, { namespace })
    await reflection.synced
    await admin.delete(NAMESPACES, { name: namespace })
    await until(() => reflection.store.size === 0, 30_000)
    expect(events).toContain(`gone ${namespace}/a`)
  })
})

describe('writes', () => {
  it("server-side apply: another manager's field is a conflict that names it, and is taken over only by force", async () => {
    await apply('shared', { ours: '1', theirs: '1' }, 'somebody-else')
    const error = await refusal(apply('shared', { theirs: '2' }))
    expect(error).toMatchObject({ status: 409, reason: 'Conflict' })
    expect(JSON.stringify(error.details)).toMatch(/somebody-else.*\.data\.theirs/)
    expect(error.message).toMatch(/somebody-else/)
    const taken = await admin.apply(CONFIG_MAPS, configMap('shared', { data: { theirs: '2' } }), { force: true })
    expect(taken['data']).toEqual({ ours: '1', theirs: '2' })
  })

  it('server-side apply: a dry run stores nothing', async () => {
    await admin.apply(CONFIG_MAPS, configMap('dry'), { dryRun: true })
    await admin.create(CONFIG_MAPS, configMap('dry'), { dryRun: true })
    expect(await refusal(admin.get(CONFIG_MAPS, { namespace, name: 'dry' }))).toMatchObject({ status: 404 })
  })

  it('server-side apply: every character arrives as it is', async () => {
    const text =
      'tab\t cr\r nl\n nul-free \u007f\u0085\u009f\u2028\u2029\ufeff\ufffe\uffff ü€😀 "\\/ \u0001 {}[]: #&*!|>%@`\' 1e3 ~ yes'
    await apply('odd', { text, '__proto__.x': 'y' })
    const { data } = await admin.get(CONFIG_MAPS, { namespace, name: 'odd' })
    expect(data).toEqual({ text, '__proto__.x': 'y' })
  })

  it('update with an old resource version is a conflict', async () => {
    const first = await apply('a', { n: '1' })
    await apply('a', { n: '2' })
    expect(await refusal(admin.update(CONFIG_MAPS, { ...first, data: {} }))).toMatchObject({ status: 409 })
  })

  it('delete takes only the object it was meant for', async () => {
    const { metadata } = await apply('a', {})
    const wrong = { uid: '00000000-0000-0000-0000-000000000000' }
    expect(await refusal(admin.delete(CONFIG_MAPS, { namespace, name: 'a' }, wrong))).toMatchObject({ status: 409 })
    await apply('a', { changed: 'yes' })
    const old = { uid: metadata.uid, resourceVersion: metadata.resourceVersion }
    expect(await refusal(admin.delete(CONFIG_MAPS, { namespace, name: 'a' }, old))).toMatchObject({ status: 409 })
    await admin.delete(CONFIG_MAPS, { namespace, name: 'a' }, { uid: metadata.uid, dryRun: true })
    await admin.delete(CONFIG_MAPS, { namespace, name: 'a' }, { uid: metadata.uid })
    await admin.delete(CONFIG_MAPS, { namespace, name: 'a' }, { uid: metadata.uid })
    expect(await refusal(admin.get(CONFIG_MAPS, { namespace, name: 'a' }))).toMatchObject({ status: 404 })
  })

  it('an object whose owner goes is collected', async () => {
    const owner = await apply('owner', {})
    const { uid = '' } = owner.metadata
    const ownerReferences = [{ apiVersion: 'v1', kind: 'ConfigMap', name: 'owner', uid }]
    await admin.apply(CONFIG_MAPS, { ...configMap('owned'), metadata: { name: 'owned', namespace, ownerReferences } })
    const { events, reflection } = await followReal(plane.kubeconfig, { namespace })
    await reflection.synced
    await admin.delete(CONFIG_MAPS, { namespace, name: 'owner' })
    await until(() => events.includes(`gone ${namespace}/owned`), 30_000)
  })
})

describe('rights', () => {
  const grant = async (verbs: string[]): Promise<void> => {
    await admin.apply(rbac('roles', 'Role'), {
      apiVersion: 'rbac.authorization.k8s.io/v1',
      kind: 'Role',
      metadata: { name: 'r', namespace },
      rules: [{ apiGroups: [''], resources: ['configmaps'], verbs }],
    })
    await admin.apply(rbac('rolebindings', 'RoleBinding'), {
      apiVersion: 'rbac.authorization.k8s.io/v1',
      kind: 'RoleBinding',
      metadata: { name: 'r', namespace },
      roleRef: { apiGroup: 'rbac.authorization.k8s.io', kind: 'Role', name: 'r' },
      subjects: [{ apiGroup: 'rbac.authorization.k8s.io', kind: 'User', name: 'someone' }],
    })
  }

  it('a 403 names what is missing, and canI knows it before', async () => {
    const someone = await connected(plane.kubeconfigFor('someone'))
    expect(await someone.canI('list', CONFIG_MAPS, namespace)).toBe(false)
    const error = await refusal(someone.list(CONFIG_MAPS, { namespace }))
    expect(error).toMatchObject({ status: 403, reason: 'Forbidden' })
    expect(error.message).toMatch(/User "someone" cannot list resource "configmaps"/)
    await grant(['list'])
    await expect.poll(() => someone.canI('list', CONFIG_MAPS, namespace)).toBe(true)
    expect(await someone.canI('list', CONFIG_MAPS)).toBe(false)
    expect(await admin.canI('list', CONFIG_MAPS)).toBe(true)
    expect(names((await someone.list(CONFIG_MAPS, { namespace })).items)).toEqual([])
  })

  it('a watch without rights starts when they are given', async () => {
    const { reflection, logs } = await followReal(plane.kubeconfigFor('someone'), { namespace })
    await until(() => reflection.status().phase === 'failing')
    await grant(['list', 'watch'])
    await reflection.synced
    await until(() => reflection.status().phase === 'watching')
    expect(logs).toEqual([expect.stringMatching(/cannot list/), expect.stringMatching(/watching after/)])
  })
})

it('discovers what is served, the preferred version first', async () => {
  expect(await admin.served('nothing.example.com')).toEqual([])
  const core = await admin.served('')
  expect(core.map(({ version }) => version)).toEqual(['v1'])
  expect(core[0]?.plurals).toContain('configmaps')
  const autoscaling = await admin.served('autoscaling')
  expect(autoscaling[0]).toMatchObject({ version: 'v2', preferred: true, plurals: ['horizontalpodautoscalers'] })
  expect(autoscaling.map(({ version }) => version)).toEqual(['v2', 'v1'])
})

describe('lease', () => {
  // A quarter of the real times; leaseDurationSeconds is whole seconds.
  const times = { leaseMs: 4000, renewDeadlineMs: 2700, retryMs: 500 }
  const elect = async (identity: string) => {
    const connection = await connected(plane.kubeconfig)
    const election = electLeader(connection, { namespace, name: 'lock', identity, ...times })
    onTestFinished(() => election.stop())
    return { connection, election }
  }

  it('one of two leads, and hands over when it stops', async () => {
    const one = await elect('one')
    const lost = await one.election.lead()
    const two = await elect('two')
    let taken = false
    const second = two.election.lead().then(() => (taken = true))
    await sleep(systemClock, 5000)
    expect([one.election.isLeader(), two.election.isLeader(), taken]).toEqual([true, false, false])
    expect(two.election.holder()).toBe('one')
    const stoppedAt = performance.now()
    await one.election.stop()
    expect(lost.aborted).toBe(true)
    await second
    expect(performance.now() - stoppedAt).toBeLessThan(times.leaseMs / 2)
    const lease = await admin.get(LEASES, { namespace, name: 'lock' })
    expect(lease['spec']).toMatchObject({ holderIdentity: 'two', leaseDurationSeconds: 4, leaseTransitions: 1 })
  })

  it('a leader that is cut off stops leading before the other begins', async () => {
    const one = await elect('one')
    const lost = await one.election.lead()
    const two = await elect('two')
    const lostAt = new Promise<number>((resolve) => lost.addEventListener('abort', () => resolve(performance.now())))
    const second = two.election.lead().then(() => performance.now())
    await sleep(systemClock, 500)
    const cutAt = performance.now()
    one.connection.close()
    const [lostTime, takenTime] = await Promise.all([lostAt, second])
    expect(lostTime).toBeLessThan(takenTime)
    expect(one.election.isLeader()).toBe(false)
    expect(takenTime - cutAt).toBeLessThan(times.leaseMs + 3 * times.retryMs + 2000)
    expect(takenTime - cutAt).toBeGreaterThan(times.leaseMs - times.retryMs - 200)
  })
})

describe('an API server in trouble', () => {
  it('is stopped and started under load: no write is lost, and the store is right in the end', async () => {
    const { reflection, connection } = await followReal(plane.kubeconfig, { namespace })
    await reflection.synced
    const queue = createWorkQueue({
      workers: 4,
      backoff: { firstMs: 5, maxMs: 500, factor: 2, jitter: 0.5 },
      handle: async (key) => {
        await connection.apply(CONFIG_MAPS, configMap(key, { data: { key } }), { retryDeadlineMs: 0 })
      },
    })
    onTestFinished(() => queue.stop())
    const keys = Array.from({ length: 400 }, (_, i) => `n${String(i).padStart(3, '0')}`)
    for (const key of keys.slice(0, 200)) queue.add(key)
    await until(() => reflection.store.size > 50, 10_000)
    await plane.stopApiServer('SIGKILL')
    for (const key of keys.slice(200)) queue.add(key)
    await until(() => reflection.status().phase === 'failing')
    const restarted = plane.startApiServer()
    await restarted
    const backAt = performance.now()
    await until(() => keys.every((key) => reflection.store.has(`${namespace}/${key}`)), 20_000)
    expect(performance.now() - backAt).toBeLessThan(5000)
    const { items } = await admin.list(CONFIG_MAPS, { namespace })
    expect(new Map(items.map((item) => [item.metadata.name, item.metadata.resourceVersion]))).toEqual(
      new Map([...reflection.store.values()].map((item) => [item.metadata.name, item.metadata.resourceVersion])),
    )
  })

  it('has forgotten where the watch was: deletions in the gap are seen (410 after a compaction)', async () => {
    const proxy = await startProxy(Number(new URL(plane.server).port))
    const file = plane.kubeconfig.replace(/[^/]*$/, 'proxied.kubeconfig')
    writeFileSync(file, readFileSync(plane.kubeconfig, 'utf8').replace(plane.server, `https://127.0.0.1:${proxy.port}`))
    await apply('stays', { n: '1' })
    await apply('goes', {})
    await apply('is-replaced', {})
    const { reflection, events, count } = await followReal(file, { namespace })
    await until(() => reflection.status().phase === 'watching')
    const { resourceVersion } = await admin.list(CONFIG_MAPS, { namespace })
    proxy.cut()
    await until(() => reflection.status().phase === 'failing')
    await admin.delete(CONFIG_MAPS, { namespace, name: 'goes' })
    await admin.delete(CONFIG_MAPS, { namespace, name: 'is-replaced' })
    await apply('is-replaced', {})
    await apply('stays', { n: '2' })
    await plane.restartApiServer('SIGKILL')
    await plane.compactEtcd()
    const watched = admin.watch(CONFIG_MAPS, {
      namespace,
      resourceVersion,
      timeoutSeconds: 5,
      idleTimeoutMs: 10_000,
      maxLineBytes: 1_000_000,
      signal: new AbortController().signal,
      onOpen: () => undefined,
      onLine: (line) => {
        if (line.includes('"code":410')) throw new Error('410 in the stream')
      },
    })
    const error = await refusal(watched)
    expect(isGone(error) ? '410 in the stream' : String(error)).toContain('410 in the stream')
    events.length = 0
    const told = (): string[] =>
      events
        .map((event) => event.replace(/@.*/, '').replace(`${namespace}/`, ''))
        // The controllers write it whenever they like.
        .filter((event) => event !== 'set kube-root-ca.crt')
        .sort()
    proxy.join()
    await until(() => told().length >= 4, 10_000)
    expect(told()).toEqual(['gone goes', 'gone is-replaced', 'set is-replaced', 'set stays'])
    expect(count('expired')).toBe(1)
    expect(count('list')).toBe(2)
  })
})

it('the audit log counts requests by user', async () => {
  const someone = await connected(plane.kubeconfigFor('someone'))
  const before = plane.auditCounts()['someone']?.['list configmaps'] ?? 0
  await refusal(someone.list(CONFIG_MAPS, { namespace }))
  await refusal(someone.list(CONFIG_MAPS, { namespace }))
  expect(plane.auditCounts()['someone']?.['list configmaps']).toBe(before + 2)
})

/** Passes connections on to a port of loopback until it is cut. */
async function startProxy(target: number): Promise<{ port: number; cut(): void; join(): void }> {
  const sockets = new Set<Socket>()
  let isCut = false
  const server = createServer((socket) => {
    if (isCut) {
      socket.resetAndDestroy()
      return
    }
    const upstream = connectSocket(target, '127.0.0.1')
    for (const [from, to] of [
      [socket, upstream],
      [upstream, socket],
    ] as const) {
      sockets.add(from)
      from.on('error', () => undefined)
      from.on('close', () => {
        sockets.delete(from)
        to.destroy()
      })
      from.pipe(to)
    }
  })
  await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', () => resolve()))
  onTestFinished(() => {
    server.close()
    for (const socket of sockets) socket.destroy()
  })
  return {
    port: (server.address() as AddressInfo).port,
    cut() {
      isCut = true
      for (const socket of sockets) socket.resetAndDestroy()
    },
    join: () => (isCut = false),
  }
}
