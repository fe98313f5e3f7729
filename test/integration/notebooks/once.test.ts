import { afterAll, beforeAll, beforeEach, describe, expect, it } from 'vitest'
import { clientText, Cluster, events, notebooks, until } from './cluster.ts'
import type { KubeObject } from '../../../src/kube/api.ts'
import { configMaps } from '../../../src/notebooks/resources.ts'
import { exitCodeOf } from '../../../src/usecases/notebook-sync.ts'

let cluster: Cluster
let ns: string

beforeAll(async () => {
  cluster = await Cluster.start()
  await cluster.putStore('s1', 'p1')
  await cluster.putStore('s2', 'p2')
})
afterAll(() => cluster?.stop())
beforeEach(async () => {
  ns = await cluster.makeNamespace()
})

const codes = (report: Awaited<ReturnType<Cluster['sync']>>) =>
  report.outcomes
    .filter(({ notebook }) => notebook.startsWith(`${ns}/`))
    .flatMap(({ faults }) => faults.map(({ code }) => code))

describe('the scenarios of the seed, on a real API server', () => {
  it('create, no write when run again, project removed, store and client config changed, label removed', async () => {
    const notebook = await cluster.putNotebook(ns, 'nb', 'p1, p2')
    await cluster.sync()
    const made = await cluster.configMap(ns, 'nb')
    expect(made).toMatchObject({
      metadata: {
        labels: {
          'managed-by': 'feast-operator',
          'app.kubernetes.io/managed-by': 'feast-operator',
          'source-resource': 'nb',
          'source-kind': 'Notebook',
        },
        ownerReferences: [
          {
            apiVersion: 'kubeflow.org/v1',
            kind: 'Notebook',
            name: 'nb',
            uid: notebook.metadata.uid,
            controller: false,
            blockOwnerDeletion: false,
          },
        ],
      },
      data: { p1: clientText('p1'), p2: clientText('p2') },
    })
    expect(made?.metadata.managedFields).toMatchObject([{ manager: 'fsop', operation: 'Apply' }])

    const again = await cluster.sync()
    expect(again.outcomes.filter(({ notebook }) => notebook === `${ns}/nb`)).toEqual([])
    expect((await cluster.configMap(ns, 'nb'))?.metadata.resourceVersion).toBe(made?.metadata.resourceVersion)

    await cluster.putNotebook(ns, 'nb', 'p2')
    await cluster.sync()
    expect(await cluster.data(ns, 'nb')).toEqual({ p2: clientText('p2') })

    await cluster.putClient('s2', clientText('p2', 'v: 2\n'))
    await cluster.sync()
    expect(await cluster.data(ns, 'nb')).toEqual({ p2: clientText('p2', 'v: 2\n') })
    await cluster.putClient('s2', clientText('p2'))

    await cluster.putNotebook(ns, 'nb', 'p2', null)
    await cluster.sync()
    expect(await cluster.data(ns, 'nb')).toBeUndefined()
  })

  it('notebook deleted: the garbage collector takes the ConfigMap', async () => {
    await cluster.putNotebook(ns, 'nb', 'p1')
    await cluster.sync()
    await cluster.api.delete(notebooks, { namespace: ns, name: 'nb' })
    await until(async () => (await cluster.configMap(ns, 'nb')) === undefined, 60_000)
  })

  it('N29: recreated with a new uid: the ConfigMap is the new one’s and stays', async () => {
    await cluster.putNotebook(ns, 'nb', 'p1')
    await cluster.sync()
    await cluster.api.delete(notebooks, { namespace: ns, name: 'nb' })
    const anew = await cluster.putNotebook(ns, 'nb', 'p1')
    await cluster.sync()
    await new Promise((resolve) => setTimeout(resolve, 1500))
    await cluster.sync()
    const object = await cluster.configMap(ns, 'nb')
    expect(object?.metadata.ownerReferences?.map(({ uid }) => uid)).toEqual([anew.metadata.uid])
  })

  it('N30: "True" is off; an empty annotation gives an empty ConfigMap', async () => {
    await cluster.putNotebook(ns, 'off', 'p1', 'True')
    await cluster.putNotebook(ns, 'empty', '')
    await cluster.sync()
    expect(await cluster.data(ns, 'off')).toBeUndefined()
    expect(await cluster.data(ns, 'empty')).toEqual({})
  })
})

describe('what others did to the ConfigMap', () => {
  it('N20: a hand edit is restored, a foreign key kept, a deletion made good', async () => {
    await cluster.putNotebook(ns, 'nb', 'p1,p2')
    await cluster.sync()
    await cluster.edit(ns, 'nb', (object) => ({
      ...object,
      data: { p1: 'edited', notes: 'mine' },
      metadata: { ...object.metadata, labels: {} },
    }))
    await cluster.sync()
    expect(await cluster.data(ns, 'nb')).toEqual({ p1: clientText('p1'), p2: clientText('p2'), notes: 'mine' })
    expect((await cluster.configMap(ns, 'nb'))?.metadata.labels).toMatchObject({ 'managed-by': 'feast-operator' })
    await cluster.api.delete(configMaps, { namespace: ns, name: 'nb-feast-config' })
    await cluster.sync()
    expect(await cluster.data(ns, 'nb')).toEqual({ p1: clientText('p1'), p2: clientText('p2') })
  })

  it('takes over what the Go controller wrote, its left-over keys included', async () => {
    const { metadata } = await cluster.putNotebook(ns, 'nb', 'p1')
    const go = {
      apiVersion: 'v1',
      kind: 'ConfigMap',
      metadata: {
        namespace: ns,
        name: 'nb-feast-config',
        labels: {
          'app.kubernetes.io/managed-by': 'feast-operator',
          'source-resource': 'nb',
          'source-kind': 'Notebook',
        },
        ownerReferences: [{ apiVersion: 'kubeflow.org/v1', kind: 'Notebook', name: 'nb', uid: metadata.uid ?? '' }],
        managedFields: [
          {
            manager: 'manager',
            operation: 'Update',
            apiVersion: 'v1',
            fieldsType: 'FieldsV1',
            fieldsV1: { 'f:data': { '.': {}, 'f:p1': {}, 'f:p9': {} } },
          },
        ],
      },
      data: { p1: 'old', p9: 'left over' },
    }
    const { metadata: made } = await cluster.api.create<KubeObject>(configMaps, go)
    // As the API server books it for a program called manager.
    await cluster.api.update(configMaps, { ...go, metadata: { ...made, managedFields: go.metadata.managedFields } })
    await cluster.sync()
    expect(await cluster.data(ns, 'nb')).toEqual({ p1: clientText('p1') })
    const { outcomes } = await cluster.sync()
    expect(outcomes.filter(({ notebook }) => notebook === `${ns}/nb`)).toEqual([])
  })

  it('N18: a key that another manager applies is left to it, unless told', async () => {
    await cluster.putNotebook(ns, 'nb', 'p1')
    await cluster.sync()
    const at = {
      apiVersion: 'v1',
      kind: 'ConfigMap',
      metadata: { namespace: ns, name: 'nb-feast-config' },
      data: { p1: 'argo says' },
    }
    await cluster.api.apply(configMaps, at, { fieldManager: 'argocd', force: true })
    expect(codes(await cluster.sync())).toEqual(['NB305'])
    expect(await cluster.data(ns, 'nb')).toEqual({ p1: 'argo says' })
    await cluster.sync({ forceConflicts: true })
    expect(await cluster.data(ns, 'nb')).toEqual({ p1: clientText('p1') })
  })

  it('N19: one that is not ours is neither written nor deleted; --adopt takes it', async () => {
    await cluster.api.create(configMaps, {
      apiVersion: 'v1',
      kind: 'ConfigMap',
      metadata: { namespace: ns, name: 'nb-feast-config' },
      data: { mine: 'yes' },
    })
    await cluster.putNotebook(ns, 'nb', 'p1')
    expect(codes(await cluster.sync())).toEqual(['NB301'])
    await cluster.putNotebook(ns, 'nb', 'p1', null)
    await cluster.sync()
    expect(await cluster.data(ns, 'nb')).toEqual({ mine: 'yes' })
    await cluster.putNotebook(ns, 'nb', 'p1')
    await cluster.sync({ adopt: true })
    expect(await cluster.data(ns, 'nb')).toEqual({ mine: 'yes', p1: clientText('p1') })
  })

  it('N39: immutable: reported, replaced when told', async () => {
    await cluster.putNotebook(ns, 'nb', 'p1')
    await cluster.sync()
    await cluster.edit(ns, 'nb', (object) => ({ ...object, immutable: true }))
    await cluster.putNotebook(ns, 'nb', 'p2')
    expect(codes(await cluster.sync())).toEqual(['NB302'])
    await cluster.sync({ replaceImmutable: true })
    expect(await cluster.data(ns, 'nb')).toEqual({ p2: clientText('p2') })
  })
})

describe('limits of the API server', () => {
  it('N31: hostile names', async () => {
    await cluster.putNotebook(
      ns,
      'nb',
      `p1,../x,__proto__,a\nb,${Array.from({ length: 1000 }, (_, index) => `q${index}`).join(',')}`,
    )
    const report = await cluster.sync({ events: true })
    expect(codes(report).filter((code) => code === 'NB101')).toHaveLength(3)
    expect(await cluster.data(ns, 'nb')).toEqual({ p1: clientText('p1') })
  })

  it('N37: just under 1 MiB fits, one byte more does not', async () => {
    const text = (project: string, bytes: number) => {
      const start = `${clientText(project)}# `
      return `${start}${'x'.repeat(bytes - start.length - 1)}\n`
    }
    const half = 512 * 1024
    await cluster.putStore('h1', 'h1', { text: text('h1', half) })
    await cluster.putStore('h2', 'h2', { text: text('h2', half) })
    await cluster.putNotebook(ns, 'nb', 'h1,h2')
    expect(codes(await cluster.sync())).toEqual([])
    await cluster.putClient('h2', text('h2', half + 1))
    expect(codes(await cluster.sync())).toEqual(['NB303'])
    expect((await cluster.data(ns, 'nb'))?.['h2']?.length).toBe(half)
    await cluster.deleteStore('h1')
    await cluster.deleteStore('h2')
  })

  it('N38: the longest name that fits, and one that is too long', async () => {
    const longest = 'a'.repeat(240)
    await cluster.putNotebook(ns, longest, 'p1')
    await cluster.putNotebook(ns, 'b'.repeat(250), 'p1')
    expect(codes(await cluster.sync())).toEqual(['NB304'])
    expect(await cluster.data(ns, longest)).toEqual({ p1: clientText('p1') })
    await cluster.api.delete(notebooks, { namespace: ns, name: longest })
    await cluster.api.delete(notebooks, { namespace: ns, name: 'b'.repeat(250) })
  })

  it('N27: a namespace that is going away: skipped', async () => {
    await cluster.putNotebook(ns, 'nb', 'p1')
    await cluster.api.apply(notebooks, {
      apiVersion: 'kubeflow.org/v1',
      kind: 'Notebook',
      metadata: { namespace: ns, name: 'nb', finalizers: ['example.org/wait'] } as never,
    })
    await cluster.api.delete(
      { group: '', version: 'v1', plural: 'namespaces', kind: 'Namespace', namespaced: false },
      { name: ns },
    )
    await until(
      async () =>
        await cluster.api
          .get<never>(notebooks, { namespace: ns, name: 'nb' })
          .then(
            ({ metadata }: { metadata: { deletionTimestamp?: string } }) => metadata.deletionTimestamp !== undefined,
          ),
    )
    const report = await cluster.sync()
    expect(exitCodeOf(report)).not.toBe(70)
    expect(await cluster.data(ns, 'nb')).toBeUndefined()
    await cluster.api.apply(notebooks, {
      apiVersion: 'kubeflow.org/v1',
      kind: 'Notebook',
      metadata: { namespace: ns, name: 'nb' },
    })
  })
})

describe('Events', () => {
  it('tell the fault on the Notebook and on the FeatureStore, once', async () => {
    await cluster.putStore('bad', 'bad', { text: 'project: [\n' })
    await cluster.putNotebook(ns, 'nb', 'bad,nowhere')
    await cluster.sync({ events: true })
    await cluster.sync({ events: true })
    const { items } = await cluster.api.list(events, { fieldSelector: 'reportingComponent=fsop-notebook-sync' })
    const told = items
      .filter((event) => event.metadata.namespace === ns || JSON.stringify(event).includes('"name":"bad"'))
      .map((event) => `${event['reason'] as string} ${(event['involvedObject'] as { kind: string }).kind}`)
    expect(told.sort()).toEqual([
      'ClientConfigInvalid FeatureStore',
      'ClientConfigInvalid Notebook',
      'ProjectNotFound Notebook',
    ])
    await cluster.deleteStore('bad')
  })
})
