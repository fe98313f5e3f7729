import { beforeEach, describe, expect, it } from 'vitest'
import { clientText, codes, notebooks, putClient, putNotebook, putStore, run } from './builders.ts'
import { FakeCluster, refusal } from './fake-cluster.ts'
import { exitCodeOf } from '../../../src/usecases/notebook-sync.ts'

let cluster: FakeCluster
const name = 'nb-feast-config'

beforeEach(() => {
  cluster = new FakeCluster()
  putStore(cluster, 's1', 'p1')
  putStore(cluster, 's2', 'p2')
})

describe('the scenarios of the seed', () => {
  it('creates the ConfigMap as the seed and the Go code write it', async () => {
    putNotebook(cluster, 'nb', 'p1, p2', { uid: 'u1' })
    const report = await run(cluster)
    expect(cluster.objects.get(`configmaps/user/${name}`)).toMatchObject({
      apiVersion: 'v1',
      kind: 'ConfigMap',
      metadata: {
        name,
        namespace: 'user',
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
            uid: 'u1',
            controller: false,
            blockOwnerDeletion: false,
          },
        ],
      },
      data: { p1: clientText('p1'), p2: clientText('p2') },
    })
    expect(report.outcomes).toMatchObject([{ notebook: 'user/nb', action: 'created', projects: ['p1', 'p2'] }])
    expect(exitCodeOf(report)).toBe(0)
  })

  it('writes nothing when run again', async () => {
    putNotebook(cluster, 'nb', 'p1,p2')
    await run(cluster)
    cluster.calls.length = 0
    const report = await run(cluster)
    expect(cluster.writes()).toEqual([])
    expect(cluster.calls.length).toBeLessThanOrEqual(10)
    expect(report.outcomes).toEqual([])
    expect(report.counts.unchanged).toBe(1)
  })

  it('one request a new notebook, and a few lists', async () => {
    for (let index = 0; index < 100; index++) putNotebook(cluster, `nb${index}`, 'p1,p2')
    await run(cluster)
    expect(cluster.writes()).toHaveLength(100)
    expect(cluster.calls.length).toBeLessThanOrEqual(110)
  })

  it('removes the key of a project that is no longer named', async () => {
    putNotebook(cluster, 'nb', 'p1,p2')
    await run(cluster)
    putNotebook(cluster, 'nb', 'p2')
    const report = await run(cluster)
    expect(cluster.data('user', name)).toEqual({ p2: clientText('p2') })
    expect(report.outcomes).toMatchObject([{ action: 'updated', changes: [{ what: 'p1', verb: 'remove' }] }])
  })

  it('N35: follows the client ConfigMap alone', async () => {
    putNotebook(cluster, 'nb', 'p1')
    await run(cluster)
    putClient(cluster, 's1', clientText('p1', 'x: 1\n'))
    await run(cluster)
    expect(cluster.data('user', name)).toEqual({ p1: clientText('p1', 'x: 1\n') })
  })

  it('N30: label removed or not exactly true: only our ConfigMap goes; annotation emptied: it stays, empty', async () => {
    putNotebook(cluster, 'nb', 'p1')
    putNotebook(cluster, 'other', 'p1')
    await run(cluster)
    putNotebook(cluster, 'nb', 'p1', { labels: { 'opendatahub.io/feast-integration': 'True' } })
    putNotebook(cluster, 'other', '')
    const report = await run(cluster)
    expect(cluster.data('user', name)).toBeUndefined()
    expect(cluster.data('user', 'other-feast-config')).toEqual({})
    expect(report.counts).toMatchObject({ deleted: 1, updated: 1 })
  })

  it('the ConfigMap exists, empty, with the label and no annotation', async () => {
    putNotebook(cluster, 'nb', undefined)
    await run(cluster)
    expect(cluster.data('user', name)).toEqual({})
  })

  it('leaves the ConfigMap of a deleted notebook to the garbage collector', async () => {
    putNotebook(cluster, 'nb', 'p1')
    await run(cluster)
    cluster.remove('notebooks', 'user', 'nb')
    cluster.calls.length = 0
    await run(cluster)
    expect(cluster.writes()).toEqual([])
  })

  it('leaves the ConfigMap of a former notebook of the name to the garbage collector too', async () => {
    putNotebook(cluster, 'nb', 'p1', { uid: 'u1' })
    await run(cluster)
    cluster.remove('notebooks', 'user', 'nb')
    putNotebook(cluster, 'nb', 'p1', { uid: 'u2', labels: {} })
    cluster.calls.length = 0
    await run(cluster)
    expect(cluster.writes()).toEqual([])
  })

  it('N29: recreated with a new uid: the owner changes', async () => {
    putNotebook(cluster, 'nb', 'p1', { uid: 'u1' })
    await run(cluster)
    cluster.remove('notebooks', 'user', 'nb')
    putNotebook(cluster, 'nb', 'p1', { uid: 'u2' })
    await run(cluster)
    const owners = cluster.objects.get(`configmaps/user/${name}`)?.metadata.ownerReferences
    expect(owners).toMatchObject([{ uid: 'u2' }])
  })
})

describe('projects', () => {
  it('a missing project keeps no other back', async () => {
    putNotebook(cluster, 'nb', 'p1,nowhere')
    const report = await run(cluster)
    expect(cluster.data('user', name)).toEqual({ p1: clientText('p1') })
    expect(codes(report)).toEqual(['NB201'])
    expect(exitCodeOf(report)).toBe(6)
  })

  it('is found by the name of the store too, by project first', async () => {
    putStore(cluster, 'p1', 'elsewhere')
    putNotebook(cluster, 'nb', 's2,p1')
    await run(cluster)
    expect(cluster.data('user', name)).toEqual({ s2: clientText('p2'), p1: clientText('p1') })
  })

  it('status.applied comes before spec', async () => {
    putStore(cluster, 's3', 'old', { status: { applied: { feastProject: 'new' } }, text: clientText('new') })
    putNotebook(cluster, 'nb', 'old,new')
    const report = await run(cluster)
    expect(Object.keys(cluster.data('user', name) ?? {})).toEqual(['new'])
    expect(codes(report)).toEqual(['NB201'])
  })

  it('N32: two stores of one project: refused with both named, last good kept; ns/project or the same namespace decides', async () => {
    putNotebook(cluster, 'nb', 'p1')
    await run(cluster)
    putStore(cluster, 's9', 'p1', { namespace: 'z', text: clientText('p1', 'z: 1\n') })
    const report = await run(cluster)
    expect(report.outcomes[0]?.faults).toMatchObject([
      { code: 'NB202', message: expect.stringContaining('feast/s1, z/s9') as string },
    ])
    expect(cluster.data('user', name)).toEqual({ p1: clientText('p1') })
    putNotebook(cluster, 'nb', 'z/p1')
    expect(codes(await run(cluster))).toEqual([])
    expect(cluster.data('user', name)).toEqual({ p1: clientText('p1', 'z: 1\n') })
    putNotebook(cluster, 'nb', 'p1')
    putStore(cluster, 's8', 'p1', { namespace: 'user', text: clientText('p1', 'user: 1\n') })
    expect(codes(await run(cluster))).toEqual([])
    expect(cluster.data('user', name)).toEqual({ p1: clientText('p1', 'user: 1\n') })
  })

  it('N33: not Ready or without a client ConfigMap: pending, last good kept', async () => {
    putNotebook(cluster, 'nb', 'p1,p2')
    await run(cluster)
    putStore(cluster, 's1', 'p1', { status: { phase: 'Failed' }, text: clientText('p1', 'new: 1\n') })
    putStore(cluster, 's2', 'p2', { status: { clientConfigMap: '' } })
    expect(codes(await run(cluster)).sort()).toEqual(['NB203', 'NB204'])
    expect(cluster.data('user', name)).toEqual({ p1: clientText('p1'), p2: clientText('p2') })
  })

  it('N34: store deleted, project renamed: the key goes after the read that shows it', async () => {
    putNotebook(cluster, 'nb', 'p1,p2')
    await run(cluster)
    cluster.remove('featurestores', 'feast', 's1')
    putStore(cluster, 's2', 'renamed', { text: clientText('renamed') })
    expect(codes(await run(cluster))).toEqual(['NB201', 'NB201'])
    expect(cluster.data('user', name)).toEqual({})
  })

  it('N34: a failed list of the stores proves nothing', async () => {
    putNotebook(cluster, 'nb', 'p1,p2')
    await run(cluster)
    cluster.fail = (verb, at) =>
      verb === 'list' && at.startsWith('featurestores') ? refusal(503, 'ServiceUnavailable', 'GET', at) : undefined
    putNotebook(cluster, 'nb', 'p1')
    const report = await run(cluster)
    expect(cluster.data('user', name)).toEqual({ p1: clientText('p1') })
    expect(exitCodeOf(report)).toBe(6)
  })

  it('N26: v1alpha1 where v1 is not served', async () => {
    const list = cluster.list.bind(cluster)
    cluster.list = (resource, options) =>
      resource.plural === 'featurestores' && resource.version === 'v1'
        ? Promise.reject(refusal(404, 'NotFound', 'GET', 'featurestores'))
        : list(resource, options)
    putNotebook(cluster, 'nb', 'p1')
    await run(cluster)
    expect(cluster.data('user', name)).toEqual({ p1: clientText('p1') })
  })

  it('the FeatureStore CRD is away: last good kept', async () => {
    putNotebook(cluster, 'nb', 'p1')
    await run(cluster)
    cluster.missing.add('featurestores')
    const report = await run(cluster)
    expect(report.problems).toMatchObject([{ code: 'NB402' }])
    expect(cluster.data('user', name)).toEqual({ p1: clientText('p1') })
  })
})

describe('client configs', () => {
  it('a client ConfigMap without the label is read by name', async () => {
    putStore(cluster, 's3', 'p3', { labelled: false })
    putNotebook(cluster, 'nb', 'p3')
    putNotebook(cluster, 'nb2', 'p3')
    await run(cluster)
    expect(cluster.data('user', name)).toEqual({ p3: clientText('p3') })
    expect(cluster.calls.filter(({ verb }) => verb === 'get')).toHaveLength(1)
  })

  it('N16: 503 on one client ConfigMap: its last good value stays, the others go on', async () => {
    putStore(cluster, 's3', 'p3', { labelled: false })
    putNotebook(cluster, 'nb', 'p1,p3')
    await run(cluster)
    putClient(cluster, 's1', clientText('p1', 'v: 2\n'))
    putClient(cluster, 's3', clientText('p3', 'v: 2\n'), { labelled: false })
    cluster.fail = (verb, at) =>
      verb === 'get' && at.includes('feast-s3-client') ? refusal(503, 'ServiceUnavailable', 'GET', at) : undefined
    const report = await run(cluster)
    expect(cluster.data('user', name)).toEqual({ p1: clientText('p1', 'v: 2\n'), p3: clientText('p3') })
    expect(codes(report)).toEqual(['NB210'])
    expect(exitCodeOf(report)).toBe(6)
    cluster.fail = () => undefined
    await run(cluster)
    expect(cluster.data('user', name)).toMatchObject({ p3: clientText('p3', 'v: 2\n') })
  })

  it.each([
    ['NB207', 'project: [p1\n'],
    ['NB207', '- a\n'],
    ['NB207', ''],
    ['NB208', clientText('p2')],
    ['NB209', clientText('p1', 'online_store:\n  type: redis\n  password: hunter2hunter2\n')],
  ])('N36: %s: not handed on, last good kept, no secret shown', async (code, text) => {
    putNotebook(cluster, 'nb', 'p1')
    await run(cluster)
    putClient(cluster, 's1', text)
    const report = await run(cluster)
    expect(codes(report)).toEqual([code])
    expect(JSON.stringify(report)).not.toContain('hunter2')
    expect(cluster.data('user', name)).toEqual({ p1: clientText('p1') })
  })

  it('a secret is handed on where that is asked for', async () => {
    const text = clientText('p1', 'auth:\n  type: oidc\n  client_secret: hunter2hunter2\n')
    putClient(cluster, 's1', text)
    putNotebook(cluster, 'nb', 'p1')
    expect(codes(await run(cluster, { allowSecrets: true }))).toEqual([])
    expect(cluster.data('user', name)).toEqual({ p1: text })
  })

  it('a client ConfigMap that was read and is gone, or has no such key, takes the key with it', async () => {
    putNotebook(cluster, 'nb', 'p1,p2')
    await run(cluster)
    cluster.remove('configmaps', 'feast', 'feast-s1-client')
    const at = 'configmaps/feast/feast-s2-client'
    const client = cluster.objects.get(at)
    if (client) cluster.objects.set(at, { ...client, data: { other: 'x' } })
    expect(codes(await run(cluster)).sort()).toEqual(['NB205', 'NB206'])
    expect(cluster.data('user', name)).toEqual({})
  })
})

describe('ConfigMaps of others', () => {
  const foreign = { kind: 'ConfigMap', metadata: { namespace: 'user', name }, data: { mine: 'yes' } }

  it('N19: not ours: left alone, --adopt takes it and keeps its keys', async () => {
    cluster.put('configmaps', foreign, 'kubectl-create')
    putNotebook(cluster, 'nb', 'p1')
    const report = await run(cluster)
    expect(codes(report)).toEqual(['NB301'])
    expect(cluster.data('user', name)).toEqual({ mine: 'yes' })
    expect(codes(await run(cluster, { adopt: true }))).toEqual([])
    expect(cluster.data('user', name)).toEqual({ mine: 'yes', p1: clientText('p1') })
  })

  it('not ours and the notebook not integrated: never deleted', async () => {
    cluster.put('configmaps', {
      ...foreign,
      metadata: { ...foreign.metadata, labels: { 'managed-by': 'feast-operator' } },
    })
    putNotebook(cluster, 'nb', 'p1', { labels: {} })
    await run(cluster)
    expect(cluster.writes()).toEqual([])
  })

  it('N20: a key that a user adds is kept, one that a user edits is restored, an emptied one too', async () => {
    putNotebook(cluster, 'nb', 'p1,p2')
    await run(cluster)
    const live = cluster.objects.get(`configmaps/user/${name}`)
    if (!live) throw new Error('none')
    cluster.put('configmaps', { ...live, data: { p1: 'edited', notes: 'mine' } }, 'kubectl-edit')
    await run(cluster)
    expect(cluster.data('user', name)).toEqual({ p1: clientText('p1'), p2: clientText('p2'), notes: 'mine' })
    putNotebook(cluster, 'nb', 'p2')
    await run(cluster)
    expect(cluster.data('user', name)).toEqual({ p2: clientText('p2'), notes: 'mine' })
  })

  it('takes over what the Go controller wrote, and removes its keys too', async () => {
    putNotebook(cluster, 'nb', 'p1', { uid: 'u1' })
    cluster.put('configmaps', {
      kind: 'ConfigMap',
      metadata: {
        namespace: 'user',
        name,
        labels: {
          'app.kubernetes.io/managed-by': 'feast-operator',
          'source-resource': 'nb',
          'source-kind': 'Notebook',
        },
        ownerReferences: [{ apiVersion: 'kubeflow.org/v1', kind: 'Notebook', name: 'nb', uid: 'u1' }],
      },
      data: { p1: 'old text', p2: 'left over' },
    })
    await run(cluster)
    expect(cluster.data('user', name)).toEqual({ p1: clientText('p1') })
    cluster.calls.length = 0
    await run(cluster)
    expect(cluster.writes()).toEqual([])
  })

  it('N18: a field that another manager applies is not taken, unless told', async () => {
    putNotebook(cluster, 'nb', 'p1')
    await run(cluster)
    const at = `configmaps/user/${name}`
    const live = cluster.objects.get(at)
    if (!live) throw new Error('none')
    cluster.objects.set(at, {
      ...live,
      data: { p1: 'helm says' },
      metadata: {
        ...live.metadata,
        managedFields: [{ manager: 'helm', operation: 'Apply', fieldsV1: { 'f:data': { 'f:p1': {} } } }],
      },
    })
    const report = await run(cluster)
    expect(report.outcomes[0]?.faults).toMatchObject([
      { code: 'NB305', message: expect.stringContaining('data.p1 by "helm"') as string },
    ])
    expect(cluster.data('user', name)).toEqual({ p1: 'helm says' })
    await run(cluster, { forceConflicts: true })
    expect(cluster.data('user', name)).toEqual({ p1: clientText('p1') })
  })

  it('N39: immutable: reported; replaced only when told', async () => {
    putNotebook(cluster, 'nb', 'p1')
    await run(cluster)
    const at = `configmaps/user/${name}`
    const live = cluster.objects.get(at)
    if (!live) throw new Error('none')
    cluster.objects.set(at, { ...live, immutable: true })
    expect(codes(await run(cluster))).toEqual([])
    putNotebook(cluster, 'nb', 'p2')
    expect(codes(await run(cluster))).toEqual(['NB302'])
    expect(cluster.data('user', name)).toEqual({ p1: clientText('p1') })
    await run(cluster, { replaceImmutable: true })
    expect(cluster.data('user', name)).toEqual({ p2: clientText('p2') })
  })
})

describe('limits', () => {
  it('N37: over 1 MiB: refused before the call, sizes named, last good kept, the others go on', async () => {
    const large = (project: string, size: number) => clientText(project, `# ${'x'.repeat(size)}\n`)
    putStore(cluster, 'big', 'big', { text: large('big', 900_000) })
    putStore(cluster, 'big2', 'big2', { text: clientText('big2') })
    putNotebook(cluster, 'nb', 'p1,big,big2')
    await run(cluster)
    putClient(cluster, 'big2', large('big2', 500_000))
    putClient(cluster, 's1', clientText('p1', 'v: 2\n'))
    const report = await run(cluster)
    expect(report.outcomes[0]?.faults).toMatchObject([
      { code: 'NB303', project: 'big2', message: expect.stringMatching(/big2 5\d{5}/) as string },
    ])
    expect(cluster.data('user', name)).toEqual({
      big: large('big', 900_000),
      big2: clientText('big2'),
      p1: clientText('p1', 'v: 2\n'),
    })
  })

  it('N38: names of 240 and 250 characters', async () => {
    putNotebook(cluster, 'a'.repeat(240), 'p1')
    putNotebook(cluster, 'b'.repeat(250), 'p1')
    const report = await run(cluster)
    expect(codes(report)).toEqual(['NB304'])
    const { labels } = cluster.objects.get(`configmaps/user/${'a'.repeat(240)}-feast-config`)?.metadata ?? {}
    expect(labels?.['source-resource']).toMatch(/^a{52}-[0-9a-f]{10}$/)
    cluster.calls.length = 0
    await run(cluster)
    expect(cluster.writes()).toEqual([])
  })
})

describe('faults of single calls', () => {
  it('N17: overtaken: read again, decided again', async () => {
    putNotebook(cluster, 'nb', 'p1')
    await run(cluster)
    putNotebook(cluster, 'nb', 'p1,p2')
    let times = 0
    cluster.fail = (verb, at) => {
      if (verb !== 'apply' || times++ >= 3) return undefined
      const live = cluster.objects.get(`configmaps/user/${name}`)
      if (live)
        cluster.put(
          'configmaps',
          { ...live, data: { ...(live['data'] as object), notes: String(times) } },
          'kubectl-edit',
        )
      return refusal(409, 'Conflict', 'PATCH', at)
    }
    expect(codes(await run(cluster))).toEqual([])
    expect(cluster.data('user', name)).toMatchObject({ p1: clientText('p1'), p2: clientText('p2'), notes: '3' })
  })

  it('N23: 403 on one namespace of several: the rest goes on', async () => {
    putNotebook(cluster, 'nb', 'p1')
    putNotebook(cluster, 'nb', 'p1', { namespace: 'closed' })
    cluster.fail = (_, at) => (at.includes('/closed/') ? refusal(403, 'Forbidden', 'GET', at) : undefined)
    const report = await run(cluster, {
      scope: { namespaces: ['user', 'closed'], storeNamespaces: undefined, only: undefined },
    })
    expect(report.problems).toMatchObject([
      { code: 'NB403', hint: expect.stringContaining('namespace: closed') as string },
    ])
    expect(cluster.data('user', name)).toEqual({ p1: clientText('p1') })
    expect(exitCodeOf(report)).toBe(6)
  })

  it('N24: 403 on everything: exit code 4 and the ClusterRole that is needed', async () => {
    cluster.fail = (_, at) => refusal(403, 'Forbidden', 'GET', at)
    await expect(run(cluster)).rejects.toMatchObject({
      exitCode: 4,
      diagnostic: {
        code: 'NB403',
        hint: expect.stringMatching(/kind: ClusterRole[^]*notebooks[^]*featurestores[^]*configmaps/) as string,
      },
    })
  })

  it('N24: FeatureStores of all namespaces may not be listed: those of the own one are', async () => {
    putStore(cluster, 'near', 'near', { namespace: 'user' })
    putNotebook(cluster, 'nb', 'near,p1')
    cluster.fail = (_, at) => (at.startsWith('featurestores/*') ? refusal(403, 'Forbidden', 'GET', at) : undefined)
    const report = await run(cluster, { scope: { namespaces: ['user'], storeNamespaces: undefined, only: undefined } })
    expect(cluster.data('user', name)).toEqual({ near: clientText('near') })
    expect(codes(report)).toEqual(['NB211'])
  })

  it('N25: no Notebook CRD: a notice and 0, or a failure when told', async () => {
    cluster.missing.add('notebooks')
    const report = await run(cluster)
    expect(report.problems).toMatchObject([{ code: 'NB401', severity: 'info' }])
    expect(exitCodeOf(report)).toBe(0)
    await expect(run(cluster, { requireCrd: true })).rejects.toMatchObject({ exitCode: 1 })
  })

  it('N27: a namespace that is going away: skipped with one try', async () => {
    putNotebook(cluster, 'nb', 'p1')
    const details = { causes: [{ reason: 'NamespaceTerminating' }] }
    cluster.fail = (verb, at) => (verb === 'apply' ? refusal(403, 'Forbidden', 'PATCH', at, details) : undefined)
    expect(codes(await run(cluster))).toEqual(['NB307'])
    expect(cluster.writes()).toHaveLength(1)
  })

  it('N28: the notebook is being deleted: nothing is written', async () => {
    putNotebook(cluster, 'nb', 'p1')
    const nb = cluster.objects.get('notebooks/user/nb')
    if (nb) cluster.objects.set('notebooks/user/nb', { ...nb, metadata: { ...nb.metadata, deletionTimestamp: 'now' } })
    await run(cluster)
    expect(cluster.writes()).toEqual([])
  })

  it('N47: a bug in one key ends a single run as a bug, and is not swallowed', async () => {
    putNotebook(cluster, 'nb', 'p1')
    cluster.apply = () => Promise.reject(new TypeError('a bug'))
    await expect(run(cluster)).rejects.toThrow('a bug')
  })

  it('N50: --dry-run: tells what would be done, 0 mutating requests', async () => {
    putNotebook(cluster, 'nb', 'p1,nowhere')
    const report = await run(cluster, { dryRun: true, events: true })
    expect(report.outcomes).toMatchObject([{ action: 'created' }])
    expect(cluster.writes()).toEqual([])
    cluster.put('configmaps', { kind: 'ConfigMap', metadata: { namespace: 'user', name }, data: {} }, 'kubectl')
    expect(codes(await run(cluster, { dryRun: true }))).toContain('NB301')
  })

  it('pause: nothing is written', async () => {
    putNotebook(cluster, 'nb', 'p1', { annotations: { 'fsop.dev/paused': 'true' } })
    const report = await run(cluster)
    expect(codes(report)).toEqual(['NB308'])
    expect(exitCodeOf(report)).toBe(0)
    expect(cluster.writes()).toEqual([])
  })
})

describe('Events', () => {
  it('one a fault and object, not again while it is there', async () => {
    putNotebook(cluster, 'nb', 'x1,x2,p1')
    putStore(cluster, 's1', 'p1', { status: { phase: 'Failed' } })
    await run(cluster, { events: true })
    const events = [...cluster.objects.values()].filter(({ kind }) => kind === 'Event')
    expect(events.map((event) => [event['reason'], (event['involvedObject'] as { kind: string }).kind]).sort()).toEqual(
      [
        ['FeatureStoreNotReady', 'FeatureStore'],
        ['FeatureStoreNotReady', 'Notebook'],
        ['ProjectNotFound', 'Notebook'],
      ],
    )
    cluster.calls.length = 0
    await run(cluster, { events: true })
    expect(cluster.writes()).toEqual([])
  })

  it('without the right to write them the work is done all the same', async () => {
    putNotebook(cluster, 'nb', 'x1,p1')
    cluster.fail = (_, at) => (at.startsWith('events') ? refusal(403, 'Forbidden', 'POST', at) : undefined)
    await run(cluster, { events: true })
    expect(cluster.data('user', name)).toEqual({ p1: clientText('p1') })
  })
})

it('looks at one notebook alone when told', async () => {
  putNotebook(cluster, 'nb', 'p1')
  putNotebook(cluster, 'nb2', 'p1')
  const only = { namespace: 'user', name: 'nb' }
  await run(cluster, { scope: { namespaces: undefined, storeNamespaces: undefined, only } })
  expect(cluster.writes()).toHaveLength(1)
  await expect(
    run(cluster, { scope: { namespaces: undefined, storeNamespaces: undefined, only: { ...only, name: 'none' } } }),
  ).rejects.toMatchObject({ diagnostic: { code: 'NB407' } })
  expect(notebooks.plural).toBe('notebooks')
})
