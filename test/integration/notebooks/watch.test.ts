import { afterAll, afterEach, beforeAll, beforeEach, describe, expect, it } from 'vitest'
import { clientText, Cluster, featureStoreCrd, notebookCrd, notebooks, until } from './cluster.ts'
import { systemClock } from '../../../src/kube/clock.ts'
import { connect, type ClusterConnection } from '../../../src/kube/connect.ts'
import { startController, type Controller, type ControllerOptions } from '../../../src/notebooks/controller.ts'
import { configMaps, featureStores as stores, notebookKind } from '../../../src/notebooks/resources.ts'

interface Running {
  readonly controller: Controller
  readonly log: string[]
  readonly writes: () => number
  stop(): Promise<void>
}

async function follow(cluster: Cluster, options: Partial<ControllerOptions> = {}): Promise<Running> {
  const log: string[] = []
  let writes = 0
  const api: ClusterConnection = await connect({
    kubeconfig: cluster.plane.kubeconfig,
    env: {},
    userAgent: 'controller',
    retryDeadlineMs: 3000,
    onRequest: ({ verb, status }) => void (verb === 'patch' && status < 300 && writes++),
  })
  const controller = startController(api, {
    notebooks,
    kind: notebookKind(notebooks),
    featureStores: stores,
    namespaces: [undefined],
    storeNamespaces: [undefined],
    adopt: false,
    forceConflicts: false,
    replaceImmutable: false,
    dryRun: false,
    allowSecrets: false,
    workers: 8,
    resyncMs: 600_000,
    teller: undefined,
    isLeader: () => true,
    clock: systemClock,
    log: (level, message, fields) => log.push(`${level} ${message} ${JSON.stringify(fields ?? {})}`),
    metrics: { reconciled: () => undefined, waited: () => undefined, reflector: () => undefined },
    ...options,
  })
  return {
    controller,
    log,
    writes: () => writes,
    async stop() {
      await controller.stop()
      api.close()
    },
  }
}

describe('the controller on a real API server', () => {
  let cluster: Cluster
  let running: Running
  let ns: string
  beforeAll(async () => {
    cluster = await Cluster.start()
    await cluster.putStore('s1', 'p1')
    await cluster.putStore('s2', 'p2')
  })
  afterAll(() => cluster?.stop())
  beforeEach(async () => {
    ns = await cluster.makeNamespace()
    running = await follow(cluster)
    await running.controller.settled
  })
  afterEach(() => running.stop())

  const shows = (data: Record<string, string> | undefined) => async () =>
    JSON.stringify(await cluster.data(ns, 'nb')) === JSON.stringify(data)

  it('follows the notebook: created, annotation edited, label removed', async () => {
    await cluster.putNotebook(ns, 'nb', 'p1,p2')
    await until(shows({ p1: clientText('p1'), p2: clientText('p2') }), 2000)
    await cluster.putNotebook(ns, 'nb', 'p2')
    await until(shows({ p2: clientText('p2') }), 2000)
    await cluster.putNotebook(ns, 'nb', 'p2', null)
    await until(shows(undefined), 2000)
  })

  it('N35: follows the client ConfigMap alone, labelled or not', async () => {
    await cluster.putStore('s3', 'p3')
    await cluster.putNotebook(ns, 'nb', 'p3')
    await until(shows({ p3: clientText('p3') }))
    await cluster.putClient('s3', clientText('p3', 'v: 2\n'))
    await until(shows({ p3: clientText('p3', 'v: 2\n') }), 2000)
    // Without the label it is in no list: found by name, and followed from then on.
    await cluster.putClient('s3', clientText('p3', 'v: 2\n'), 'feast', false)
    await new Promise((resolve) => setTimeout(resolve, 500))
    await cluster.putClient('s3', clientText('p3', 'v: 3\n'), 'feast', false)
    await until(shows({ p3: clientText('p3', 'v: 3\n') }), 2000)
    await cluster.deleteStore('s3')
    await until(shows({}), 2000)
  })

  it('N33, N34: follows the store: not there yet, renamed, ready again', async () => {
    await cluster.putNotebook(ns, 'nb', 'later')
    await until(shows({}))
    await cluster.putStore('late', 'later', { phase: 'Pending' })
    await cluster.putStore('late', 'later')
    await until(shows({ later: clientText('later') }), 2000)
    await cluster.putStore('late', 'later', { phase: 'Failed' })
    await cluster.putClient('late', clientText('later', 'v: 2\n'))
    await new Promise((resolve) => setTimeout(resolve, 500))
    expect(await cluster.data(ns, 'nb')).toEqual({ later: clientText('later') })
    await cluster.putStore('late', 'other', { text: clientText('other') })
    await until(shows({}), 2000)
    await cluster.deleteStore('late')
  })

  it('N20: a hand edit, an emptied ConfigMap and a deleted one are put back within 2 s', async () => {
    await cluster.putNotebook(ns, 'nb', 'p1')
    await until(shows({ p1: clientText('p1') }))
    await cluster.edit(ns, 'nb', (object) => ({ ...object, data: { p1: 'edited' } }))
    await until(shows({ p1: clientText('p1') }), 2000)
    await cluster.api.delete(configMaps, { namespace: ns, name: 'nb-feast-config' })
    await until(shows({ p1: clientText('p1') }), 2000)
    // Another notebook: each is put back twice a minute (N21).
    await cluster.putNotebook(ns, 'nb2', 'p1')
    await until(async () => (await cluster.data(ns, 'nb2')) !== undefined)
    await cluster.edit(ns, 'nb2', (object) => ({ ...object, metadata: { ...object.metadata, labels: {} } }))
    await until(
      async () => (await cluster.configMap(ns, 'nb2'))?.metadata.labels?.['managed-by'] === 'feast-operator',
      2000,
    )
  })

  it('N21: with somebody who keeps writing it back: at most two restorations a minute, and a warning', async () => {
    await cluster.putNotebook(ns, 'nb', 'p1')
    await until(shows({ p1: clientText('p1') }))
    await until(() => running.log.some((line) => line.includes('created')))
    const before = running.writes()
    for (let round = 0; round < 8; round++) {
      await cluster.edit(ns, 'nb', (object) => ({ ...object, data: { p1: `round ${round}` } })).catch(() => undefined)
      await new Promise((resolve) => setTimeout(resolve, 200))
    }
    expect(running.writes() - before).toBe(2)
    expect(running.log.filter((line) => line.includes('NB306'))).toHaveLength(1)
  })

  it('N44: a hot notebook is written a few times a second at most, and starves no other', async () => {
    await cluster.putNotebook(ns, 'nb', 'p1')
    await until(shows({ p1: clientText('p1') }))
    const before = running.writes()
    const startedAt = performance.now()
    let rounds = 0
    const hot = (async () => {
      while (performance.now() - startedAt < 3000)
        await cluster.putNotebook(ns, 'nb', rounds++ % 2 === 0 ? 'p1,p2' : 'p1')
    })()
    await cluster.putNotebook(ns, 'calm', 'p2')
    const calm = await until(async () => (await cluster.data(ns, 'calm'))?.['p2'] === clientText('p2'), 2000)
    await hot
    expect(calm).toBeLessThan(1000)
    expect(rounds).toBeGreaterThan(50)
    expect(running.writes() - before).toBeLessThanOrEqual(15)
    await cluster.putNotebook(ns, 'nb', 'p1,p2')
    await until(shows({ p1: clientText('p1'), p2: clientText('p2') }), 3000)
  })

  it('N46: nothing happens: nothing is written', async () => {
    await cluster.putNotebook(ns, 'nb', 'p1')
    await until(shows({ p1: clientText('p1') }))
    const { resourceVersion } = (await cluster.configMap(ns, 'nb'))?.metadata ?? {}
    const before = running.writes()
    // What notebooks get all day long: a status, an annotation of somebody else.
    await cluster.api.apply(
      notebooks,
      {
        apiVersion: 'kubeflow.org/v1',
        kind: 'Notebook',
        metadata: { namespace: ns, name: 'nb', annotations: { 'notebooks.kubeflow.org/last-activity': 'now' } },
      },
      { fieldManager: 'culler' },
    )
    await new Promise((resolve) => setTimeout(resolve, 1500))
    expect((await cluster.configMap(ns, 'nb'))?.metadata.resourceVersion).toBe(resourceVersion)
    expect(running.writes()).toBe(before)
  })

  it('N29: a notebook made anew under the name gets a ConfigMap of its own', async () => {
    await cluster.putNotebook(ns, 'nb', 'p1')
    await until(shows({ p1: clientText('p1') }))
    await cluster.api.delete(notebooks, { namespace: ns, name: 'nb' })
    const { metadata } = await cluster.putNotebook(ns, 'nb', 'p2')
    await until(async () => {
      const object = await cluster.configMap(ns, 'nb')
      return (
        object?.metadata.ownerReferences?.some(({ uid }) => uid === metadata.uid) === true &&
        'p2' in (object['data'] as object)
      )
    })
  })

  it('N47: a bug met with one notebook backs that one off; the others go on', async () => {
    await running.stop()
    let broken = 0
    running = await follow(cluster, {
      inspect: async (key) => {
        if (key !== `${ns}/broken`) return
        broken++
        throw new TypeError('a bug')
      },
    })
    await running.controller.settled
    await cluster.putNotebook(ns, 'broken', 'p1')
    await cluster.putNotebook(ns, 'nb', 'p1')
    await until(shows({ p1: clientText('p1') }), 2000)
    await new Promise((resolve) => setTimeout(resolve, 1000))
    expect(broken).toBeGreaterThan(2)
    expect(broken).toBeLessThan(20)
    expect(running.log.some((line) => line.startsWith('error') && line.includes('a bug'))).toBe(true)
  })

  it('does not write once it does not lead any more', async () => {
    await running.stop()
    let leads = true
    running = await follow(cluster, { isLeader: () => leads })
    await running.controller.settled
    leads = false
    await cluster.putNotebook(ns, 'nb', 'p1')
    await new Promise((resolve) => setTimeout(resolve, 700))
    expect(await cluster.data(ns, 'nb')).toBeUndefined()
  })
})

describe('troubles of the API server', () => {
  let cluster: Cluster
  beforeAll(async () => {
    cluster = await Cluster.start({ withCrds: false })
  })
  afterAll(() => cluster?.stop())

  it('N25: the CRDs are missing, then installed: it starts by itself', async () => {
    const ns = await cluster.makeNamespace()
    const running = await follow(cluster)
    try {
      await running.controller.settled
      await cluster.install(notebookCrd, notebooks)
      await cluster.putNotebook(ns, 'nb', 'p1')
      // The notebook mounts it: it must be there, empty, even while no store can be known.
      await until(async () => (await cluster.data(ns, 'nb')) !== undefined, 20_000)
      await cluster.install(featureStoreCrd, stores)
      await cluster.putStore('s1', 'p1')
      await until(async () => (await cluster.data(ns, 'nb'))?.['p1'] === clientText('p1'), 20_000)
    } finally {
      await running.stop()
    }
  })

  it('N01, N08: the API server is away while things change, etcd is compacted: all right within 5 s after', async () => {
    const ns = await cluster.makeNamespace()
    await cluster.putNotebook(ns, 'gone', 'p1')
    await cluster.putNotebook(ns, 'nb', '')
    const running = await follow(cluster)
    try {
      await running.controller.settled
      await until(async () => (await cluster.data(ns, 'gone'))?.['p1'] !== undefined)
      await cluster.plane.stopApiServer('SIGKILL')
      await new Promise((resolve) => setTimeout(resolve, 3000))
      await cluster.plane.startApiServer()
      await cluster.putNotebook(ns, 'gone', 'p1', null)
      await cluster.putNotebook(ns, 'nb', 'p1')
      await cluster.plane.compactEtcd()
      await until(
        async () =>
          (await cluster.data(ns, 'nb'))?.['p1'] === clientText('p1') && (await cluster.data(ns, 'gone')) === undefined,
        8000,
      )
    } finally {
      await running.stop()
    }
  })
})
