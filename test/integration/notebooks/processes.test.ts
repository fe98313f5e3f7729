import { spawn, type ChildProcess } from 'node:child_process'
import { join } from 'node:path'
import { afterAll, afterEach, beforeAll, describe, expect, it } from 'vitest'
import { clientText, Cluster, notebooks, resourceOf, until } from './cluster.ts'
import type { KubeObject } from '../../../src/kube/api.ts'
import { LEASES } from '../../../src/kube/lease.ts'
import { toPlain } from '../../../src/spec/yaml/to-plain.ts'
import { readYaml } from '../../../src/spec/yaml/read-yaml.ts'

const program = join(import.meta.dirname, '../../../bin/run.js')

interface Run {
  readonly child: ChildProcess
  readonly ended: Promise<{ code: number | null; stdout: string; stderr: string }>
  readonly stderr: () => string
}

let cluster: Cluster
const running: Run[] = []

beforeAll(async () => {
  cluster = await Cluster.start()
  await cluster.putStore('s1', 'p1')
})
afterEach(async () => {
  for (const { child } of running.splice(0)) child.kill('SIGKILL')
})
afterAll(() => cluster?.stop())

function start(args: readonly string[], kubeconfig = cluster.plane.kubeconfig, env: Record<string, string> = {}): Run {
  const child = spawn(process.execPath, [program, 'notebook-sync', ...args], {
    env: { PATH: process.env['PATH'], KUBECONFIG: kubeconfig, ...env },
    stdio: ['ignore', 'pipe', 'pipe'],
  })
  let stdout = ''
  let stderr = ''
  child.stdout.setEncoding('utf8').on('data', (text: string) => (stdout += text))
  child.stderr.setEncoding('utf8').on('data', (text: string) => (stderr += text))
  const ended = new Promise<{ code: number | null; stdout: string; stderr: string }>((resolve) =>
    child.once('close', (code) => resolve({ code, stdout, stderr })),
  )
  const run = { child, ended, stderr: () => stderr }
  running.push(run)
  return run
}

const fsop = (...args: Parameters<typeof start>) => start(...args).ended

describe('one run', () => {
  it('creates, says so; again: nothing to do; --dry-run writes nothing', async () => {
    const ns = await cluster.makeNamespace()
    await cluster.putNotebook(ns, 'nb', 'p1')
    const planned = await fsop(['-n', ns, '--dry-run', '--diff'])
    expect(planned).toMatchObject({ code: 0 })
    expect(planned.stdout).toContain('+project: p1')
    expect(planned.stdout).toContain('to be created')
    expect(await cluster.data(ns, 'nb')).toBeUndefined()
    const made = await fsop(['-n', ns])
    expect(made.stdout).toMatch(/nb-feast-config +created +\+p1/)
    expect(await cluster.data(ns, 'nb')).toEqual({ p1: clientText('p1') })
    const again = await fsop(['-n', ns, '--json'])
    expect(JSON.parse(again.stdout)).toMatchObject({ ok: true, result: { counts: { unchanged: 1, created: 0 } } })
  })

  it('partly: exit code 6, the envelope and the table say why', async () => {
    const ns = await cluster.makeNamespace()
    await cluster.putNotebook(ns, 'nb', 'p1,nowhere')
    const { code, stdout } = await fsop(['-n', ns, '--json'])
    expect(code).toBe(6)
    expect(JSON.parse(stdout)).toMatchObject({
      ok: false,
      error: { code: 'NB201', exitCode: 6 },
      result: { outcomes: [{ notebook: `${ns}/nb`, faults: [{ code: 'NB201', project: 'nowhere' }] }] },
    })
    const status = await fsop(['status', `${ns}/nb`, '--detailed-exitcode'])
    expect(status.code).toBe(5)
    expect(status.stdout).toMatch(/nowhere +NB201 ProjectNotFound +not there/)
  })

  it('--wait looks again until the project is there', async () => {
    const ns = await cluster.makeNamespace()
    await cluster.putNotebook(ns, 'nb', 'soon')
    const run = start([`${ns}/nb`, '--wait', '--timeout', '30s'])
    await until(async () => (await cluster.data(ns, 'nb')) !== undefined)
    await cluster.putStore('soon', 'soon')
    expect(await run.ended).toMatchObject({ code: 0 })
    expect(await cluster.data(ns, 'nb')).toEqual({ soon: clientText('soon') })
    await cluster.deleteStore('soon')
  })

  it('N15: no API server: exit code 4 after --timeout at most', async () => {
    const config = await cluster.kubeconfigOf('default', 'default')
    const { readFileSync, writeFileSync } = await import('node:fs')
    writeFileSync(config, readFileSync(config, 'utf8').replaceAll(/https:\/\/127\.0\.0\.1:\d+/g, 'https://127.0.0.1:1'))
    const startedAt = performance.now()
    const { code, stderr } = await fsop(['-A', '--timeout', '3s'], config)
    expect([1, 4]).toContain(code)
    expect(stderr).toMatch(/NB40[46]/)
    expect(performance.now() - startedAt).toBeLessThan(6000)
  })

  it('N43: overlapping runs with --lock: the second says so and exits 0', async () => {
    const ns = await cluster.makeNamespace()
    await cluster.putNotebook(ns, 'nb', 'never')
    const lock = ['--lock', '--lease-namespace', ns]
    const first = start([`${ns}/nb`, '--wait', '--timeout', '30s', ...lock])
    await until(async () => (await cluster.data(ns, 'nb')) !== undefined)
    const second = await fsop(['-n', ns, ...lock])
    expect(second).toMatchObject({ code: 0 })
    expect(second.stdout).toContain('Already running')
    first.child.kill('SIGTERM')
    expect(await first.ended).toMatchObject({ code: 143 })
    // Given up: the next need not wait.
    expect(await fsop(['-n', ns, ...lock])).toMatchObject({ code: 6 })
  })
})

describe('the controller as a process', () => {
  const watch = (...more: string[]) => ['-A', '--watch', '--metrics-address', '127.0.0.1:0', ...more]

  it('N40: SIGTERM and SIGINT: exit 143 and 130 within 5 s; SIGKILL: the next one goes on', async () => {
    for (const [signal, code] of [
      ['SIGTERM', 143],
      ['SIGINT', 130],
    ] as const) {
      const run = start(watch())
      await until(() => run.stderr().includes(' watching'))
      const startedAt = performance.now()
      run.child.kill(signal)
      expect(await run.ended).toMatchObject({ code })
      expect(performance.now() - startedAt).toBeLessThan(5000)
    }
    const ns = await cluster.makeNamespace()
    const names = Array.from({ length: 60 }, (_, index) => `nb${index}`)
    await Promise.all(names.map((name) => cluster.putNotebook(ns, name, 'p1')))
    const killed = start(watch())
    await until(async () => (await cluster.data(ns, 'nb0')) !== undefined)
    killed.child.kill('SIGKILL')
    start(watch())
    await until(async () =>
      (await Promise.all(names.map((name) => cluster.data(ns, name)))).every((data) => data?.['p1'] !== undefined),
    )
  })

  it('serves health and metrics', async () => {
    const run = start(watch('--log-format', 'json'))
    await until(() => run.stderr().includes('"watching"'))
    const lines = run
      .stderr()
      .trim()
      .split('\n')
      .map((line) => JSON.parse(line) as { message: string; address?: string })
    const address = lines.find(({ address }) => address !== undefined)?.address ?? ''
    const get = async (path: string) => {
      const response = await fetch(`http://${address}${path}`)
      return `${response.status} ${await response.text()}`
    }
    expect(await get('/healthz')).toBe('200 ok\n')
    expect(await get('/readyz')).toBe('200 ok\n')
    const metrics = await get('/metrics')
    for (const name of [
      'reconcile_total',
      'queue_depth',
      'queue_latency_seconds_count',
      'relists_total',
      'watch_connects_total',
      'last_event_age_seconds',
    ])
      expect(metrics).toContain(`fsop_notebook_sync_${name}`)
    expect(await get('/')).toMatch(/^404/)
  })

  it('N41: two replicas: one works; killed, the other takes over within 17 s', async () => {
    const ns = await cluster.makeNamespace()
    const elect = watch('--leader-elect', '--lease-namespace', ns)
    const first = start(elect, undefined, { POD_NAME: 'first' })
    await until(() => first.stderr().includes('leading as first'))
    const second = start(elect, undefined, { POD_NAME: 'second' })
    await cluster.putNotebook(ns, 'nb', 'p1')
    await until(async () => (await cluster.data(ns, 'nb')) !== undefined)
    await new Promise((resolve) => setTimeout(resolve, 3000))
    expect(second.stderr()).not.toContain('leading')
    first.child.kill('SIGKILL')
    await cluster.putNotebook(ns, 'nb2', 'p1')
    const took = await until(async () => (await cluster.data(ns, 'nb2')) !== undefined, 25_000)
    expect(took).toBeLessThan(19_500)
    expect(second.stderr()).toContain('leading as second')
    second.child.kill('SIGTERM')
    await second.ended
    const lease = await cluster.api.get<KubeObject>(LEASES, { namespace: ns, name: 'fsop-notebook-sync' })
    expect((lease['spec'] as { holderIdentity?: string }).holderIdentity ?? '').toBe('')
  })
})

describe('with exactly the printed manifests', () => {
  async function install(args: readonly string[]): Promise<KubeObject[]> {
    const { stdout, code } = await fsop(['manifests', ...args])
    expect(code).toBe(0)
    const { documents, diagnostics } = readYaml(Buffer.from(stdout), 'manifests')
    expect(diagnostics.filter(({ severity }) => severity === 'error')).toEqual([])
    const objects = documents.map((document) => toPlain(document) as KubeObject)
    for (const object of objects)
      await cluster.api.apply(resourceOf(object), object, { fieldManager: 'installer', force: true })
    return objects
  }

  it('they apply, Deployment and CronJob pass the restricted admission', async () => {
    const objects = await install(['--namespace', 'sync-a', '--name', 'sync-a'])
    expect(objects.map(({ kind }) => kind)).toEqual(
      expect.arrayContaining([
        'Namespace',
        'ServiceAccount',
        'ClusterRole',
        'ClusterRoleBinding',
        'Role',
        'Deployment',
        'PodDisruptionBudget',
        'NetworkPolicy',
      ]),
    )
    const pods = { group: '', version: 'v1', plural: 'pods', kind: 'Pod', namespaced: true }
    // Made by the deployment controller, past the admission of the namespace.
    await until(async () => (await cluster.api.list(pods, { namespace: 'sync-a' })).items.length === 2, 30_000)
    const cron = await install(['--mode', 'cron', '--namespace', 'sync-b', '--name', 'sync-b'])
    const job = cron.find(({ kind }) => kind === 'CronJob')?.['spec'] as {
      jobTemplate: { spec: { template: KubeObject } }
    }
    const template = job.jobTemplate.spec.template
    await cluster.api.create(
      pods,
      { ...template, apiVersion: 'v1', kind: 'Pod', metadata: { namespace: 'sync-b', name: 'tried' } },
      { dryRun: true },
    )
  })

  it('the rights suffice, for the cluster and for namespaces; without one of them: 403 and the Role', async () => {
    const ns = await cluster.makeNamespace()
    await cluster.putNotebook(ns, 'nb', 'p1,nowhere')
    await install(['--namespace', 'sync-c', '--name', 'sync-c'])
    const wide = await cluster.kubeconfigOf('sync-c', 'sync-c')
    expect((await fsop(['can-i', '-A', '--watch', '--leader-elect'], wide)).code).toBe(0)
    const run = start(['-A', '--watch', '--leader-elect', '--metrics-address', 'off'], wide)
    await until(async () => (await cluster.data(ns, 'nb'))?.['p1'] === clientText('p1'), 25_000)
    await cluster.putNotebook(ns, 'nb', 'p1', null)
    await until(async () => (await cluster.data(ns, 'nb')) === undefined)
    run.child.kill('SIGTERM')
    expect((await run.ended).stderr).not.toMatch(/forbidden/i)

    await install([
      '--mode',
      'cron',
      '--namespace',
      'sync-d',
      '--name',
      'sync-d',
      '--watch-namespace',
      ns,
      '--store-namespace',
      'feast',
    ])
    const narrow = await cluster.kubeconfigOf('sync-d', 'sync-d')
    await cluster.putNotebook(ns, 'nb', 'p1')
    const once = await fsop(['-n', ns, '--store-namespace', `${ns},feast`], narrow)
    expect(once).toMatchObject({ code: 0, stderr: '' })
    expect(await cluster.data(ns, 'nb')).toEqual({ p1: clientText('p1') })

    await install(['--namespace', 'sync-e', '--name', 'sync-e', '--watch-namespace', ns, '--store-namespace', 'feast'])
    const scoped = await cluster.kubeconfigOf('sync-e', 'sync-e')
    const following = start(
      ['-n', ns, '--store-namespace', `${ns},feast`, '--watch', '--leader-elect', '--metrics-address', 'off'],
      scoped,
    )
    await until(() => following.stderr().includes(' watching'))
    await cluster.putNotebook(ns, 'nb', '')
    await until(async () => Object.keys((await cluster.data(ns, 'nb')) ?? {}).length === 0)
    await cluster.putNotebook(ns, 'nb', 'p1')
    await until(async () => (await cluster.data(ns, 'nb'))?.['p1'] === clientText('p1'))
    following.child.kill('SIGTERM')
    expect((await following.ended).stderr).not.toMatch(/forbidden/i)

    // N23, N24: what it may not read.
    const other = await cluster.makeNamespace()
    await cluster.putNotebook(other, 'nb', 'p1')
    const partly = await fsop(['-n', `${ns},${other}`, '--store-namespace', `${ns},feast`], narrow)
    expect(partly.code).toBe(6)
    expect(partly.stderr).toMatch(new RegExp(`NB403[^]*kind: Role[^]*namespace: ${other}`))
    const refused = await fsop(['-A'], narrow)
    expect(refused.code).toBe(4)
    expect(refused.stderr).toMatch(/NB403[^]*kind: ClusterRole/)
    expect((await fsop(['can-i', '-A'], narrow)).code).toBe(4)

    // A right taken away: the write is refused and said.
    const role = resourceOf({ apiVersion: 'rbac.authorization.k8s.io/v1', kind: 'Role', metadata: { name: '' } })
    await cluster.api.apply(
      role,
      {
        apiVersion: 'rbac.authorization.k8s.io/v1',
        kind: 'Role',
        metadata: { namespace: ns, name: 'sync-d' },
        rules: [
          { apiGroups: ['kubeflow.org'], resources: ['notebooks'], verbs: ['get', 'list'] },
          { apiGroups: ['feast.dev'], resources: ['featurestores'], verbs: ['get', 'list'] },
          { apiGroups: [''], resources: ['configmaps'], verbs: ['get', 'list'] },
        ],
      },
      { fieldManager: 'installer', force: true },
    )
    await cluster.putNotebook(ns, 'nb', '')
    let blocked = await fsop(['-n', ns, '--store-namespace', `${ns},feast`], narrow)
    await until(async () => {
      blocked = await fsop(['-n', ns, '--store-namespace', `${ns},feast`], narrow)
      return blocked.code === 4
    })
    expect(blocked.stderr).toContain('NB310')
    expect(await cluster.data(ns, 'nb')).toEqual({ p1: clientText('p1') })
    await cluster.api.delete(notebooks, { namespace: ns, name: 'nb' })
  })
})
