import { spawn } from 'node:child_process'
import { readFileSync } from 'node:fs'
import { join } from 'node:path'
import { setTimeout as sleep } from 'node:timers/promises'
import type { KubeObject, Resource } from '../src/kube/api.ts'
import { connect, type ClusterConnection } from '../src/kube/connect.ts'
import { configMaps } from '../src/notebooks/resources.ts'
import { clientText, Cluster } from '../test/integration/notebooks/cluster.ts'

const projects = Array.from({ length: 20 }, (_, index) => `project_${index}`)
const namespaceNames = Array.from({ length: 10 }, (_, index) => `bench-${index}`)
const ourLabel = 'source-kind=Notebook'
const admins: Resource = {
  group: 'rbac.authorization.k8s.io',
  version: 'v1',
  plural: 'clusterrolebindings',
  kind: 'ClusterRoleBinding',
  namespaced: false,
}

/**
 * Runs all measurements.
 *
 * @param root the package's folder
 * @param count notebooks, over 10 namespaces, each naming 3 of 20 projects
 * @returns a Markdown table
 */
export async function measure(root: string, count: number): Promise<string> {
  const cluster = await Cluster.start({ users: ['sync', 'floor'] })
  try {
    await cluster.api.apply(admins, {
      apiVersion: 'rbac.authorization.k8s.io/v1',
      kind: 'ClusterRoleBinding',
      metadata: { name: 'bench' },
      roleRef: { apiGroup: 'rbac.authorization.k8s.io', kind: 'ClusterRole', name: 'cluster-admin' },
      subjects: ['sync', 'floor'].map((name) => ({ apiGroup: 'rbac.authorization.k8s.io', kind: 'User', name })),
    })
    await fill(cluster, count)
    return await table(cluster, root, count)
  } finally {
    await cluster.stop()
  }
}

async function fill(cluster: Cluster, count: number): Promise<void> {
  for (const name of namespaceNames) await cluster.makeNamespace(name)
  for (const project of projects) await cluster.putStore(project.replace('_', '-'), project)
  await parallel(count, (index) => {
    const named = [0, 7, 13].map((step) => projects[(index + step) % projects.length])
    return cluster.putNotebook(namespaceNames[index % 10] ?? '', `nb-${index}`, named.join(','))
  })
}

async function table(cluster: Cluster, root: string, count: number): Promise<string> {
  const rows: string[] = []
  const row = (what: string, ours: string, beside: string, bar: string) =>
    rows.push(`| ${what} | ${ours} | ${beside} | ${bar} |`)
  const requests = async () => {
    // The audit log is written behind.
    await sleep(500)
    return Object.values(cluster.plane.auditCounts()['sync'] ?? {}).reduce((sum, one) => sum + one, 0)
  }
  const once = async () => {
    const before = await requests()
    const started = performance.now()
    await fsop(root, ['notebook-sync', '-A', '--json'], cluster.plane.kubeconfigFor('sync'))
    return { seconds: (performance.now() - started) / 1000, requests: (await requests()) - before }
  }
  const floor = await floorOf(cluster, count)
  const fresh = await once()
  row(
    `${count} notebooks, from nothing, once`,
    `${fresh.seconds.toFixed(2)} s, ${fresh.requests} requests`,
    `only the writes: ${floor.write.toFixed(2)} s`,
    `${(fresh.seconds / floor.write).toFixed(2)} × the writes (at most 1.5), ${count + 50} requests`,
  )
  const idle = await once()
  row(
    'nothing to do, once',
    `${idle.seconds.toFixed(2)} s, ${idle.requests} requests`,
    `three lists: ${floor.read.toFixed(2)} s`,
    'at most 10 requests',
  )
  await clear(cluster)
  await watching(cluster, root, count, requests, row, floor.write)
  return ['| what | fsop | beside it | bar |', '|---|---|---|---|', ...rows].join('\n')
}

/** The bare loop: as many applies of ConfigMaps as there are notebooks, over 8 connections, nothing else. */
async function floorOf(cluster: Cluster, count: number): Promise<{ write: number; read: number }> {
  const api = await connect({ kubeconfig: cluster.plane.kubeconfigFor('floor'), env: {}, userAgent: 'floor' })
  const data = Object.fromEntries(projects.slice(0, 3).map((project) => [project, clientText(project)]))
  const started = performance.now()
  await parallel(count, (index) =>
    api.apply(configMaps, {
      apiVersion: 'v1',
      kind: 'ConfigMap',
      metadata: {
        namespace: namespaceNames[index % 10] ?? '',
        name: `floor-${index}`,
        labels: { 'source-kind': 'Notebook' },
      },
      data,
    }),
  )
  const write = (performance.now() - started) / 1000
  const reading = performance.now()
  await Promise.all([api.list(configMaps), api.list(configMaps), api.list(configMaps)])
  const read = (performance.now() - reading) / 1000
  await clear(cluster)
  api.close()
  return { write, read }
}

async function watching(
  cluster: Cluster,
  root: string,
  count: number,
  requests: () => Promise<number>,
  row: (what: string, ours: string, beside: string, bar: string) => void,
  floor: number,
): Promise<void> {
  const before = await requests()
  const started = performance.now()
  const child = spawn(
    process.execPath,
    [
      join(root, 'bin/run.js'),
      'notebook-sync',
      '-A',
      '--watch',
      '--metrics-address',
      'off',
      '--kubeconfig',
      cluster.plane.kubeconfigFor('sync'),
    ],
    { stdio: 'ignore' },
  )
  try {
    await untilAll(cluster.api, count, () => true)
    const fresh = (performance.now() - started) / 1000
    row(
      `${count} notebooks, from nothing, --watch`,
      `${fresh.toFixed(2)} s, ${(await requests()) - before} requests, ${cpuSeconds(child.pid).toFixed(1)} CPU s`,
      `only the writes: ${floor.toFixed(2)} s`,
      `${(fresh / floor).toFixed(2)} × the writes (at most 1.5), ${count + 50} requests`,
    )
    const edits: number[] = []
    for (let index = 0; index < 20; index++) edits.push(await annotationEdit(cluster, index))
    const p50 = edits.toSorted((a, b) => a - b)[10] ?? 0
    row('one annotation edit, to its ConfigMap, p50', `${p50.toFixed(0)} ms`, '', 'at most 16 to 23 ms')
    await change(
      cluster,
      count,
      requests,
      row,
      [projects[1] ?? ''],
      'one client ConfigMap edited, to the last of its notebooks',
      'under 1 s, 160 requests',
    )
    await change(cluster, count, requests, row, projects, 'all 20 client ConfigMaps at once', `${count + 50} requests`)
    const rest = await requests()
    await sleep(60_000)
    row('at rest, 60 s', `${(await requests()) - rest} requests`, '', 'no writes')
    const { rss, peak } = memory(child.pid)
    row('memory after all that', `${rss} MB, peak ${peak} MB`, '', 'under 110 MB')
  } finally {
    child.kill('SIGTERM')
  }
}

async function annotationEdit(cluster: Cluster, index: number): Promise<number> {
  const namespace = namespaceNames[index % 10] ?? ''
  await cluster.putNotebook(namespace, `nb-${index}`, `${projects[2]}`)
  const started = performance.now()
  for (;;) {
    const data = await cluster.data(namespace, `nb-${index}`)
    if (data && Object.keys(data).join() === projects[2]) return performance.now() - started
    if (performance.now() - started > 30_000) throw new Error('an annotation edit was not followed')
  }
}

async function change(
  cluster: Cluster,
  count: number,
  requests: () => Promise<number>,
  row: (what: string, ours: string, beside: string, bar: string) => void,
  changed: readonly string[],
  what: string,
  bar: string,
): Promise<void> {
  const before = await requests()
  const mark = `# ${what}\n`
  const started = performance.now()
  await Promise.all(changed.map((project) => cluster.putClient(project.replace('_', '-'), clientText(project, mark))))
  const seconds = await untilAll(cluster.api, count, (data) =>
    changed.every((project) => data[project] === undefined || data[project].endsWith(mark)),
  ).then(() => (performance.now() - started) / 1000)
  row(what, `${seconds.toFixed(2)} s, ${(await requests()) - before} requests`, '', bar)
}

async function untilAll(
  api: ClusterConnection,
  count: number,
  right: (data: Record<string, string>) => boolean,
): Promise<void> {
  for (const deadline = Date.now() + 120_000; ; await sleep(50)) {
    const { items } = await api.list<KubeObject>(configMaps, { labelSelector: ourLabel })
    if (items.length >= count && items.every(({ data }) => right((data ?? {}) as Record<string, string>))) return
    if (Date.now() > deadline) throw new Error(`only ${items.length} of ${count} ConfigMaps are right`)
  }
}

async function clear(cluster: Cluster): Promise<void> {
  const { items } = await cluster.api.list<KubeObject>(configMaps, { labelSelector: ourLabel })
  await parallel(items.length, (index) => {
    const { namespace = '', name = '' } = items[index]?.metadata ?? {}
    return cluster.api.delete(configMaps, { namespace, name })
  })
}

/** 8 at a time. */
async function parallel(count: number, work: (index: number) => Promise<unknown>): Promise<void> {
  let next = 0
  await Promise.all(
    Array.from({ length: 8 }, async () => {
      for (let index = next++; index < count; index = next++) await work(index)
    }),
  )
}

async function fsop(root: string, args: readonly string[], kubeconfig: string): Promise<void> {
  const child = spawn(process.execPath, [join(root, 'bin/run.js'), ...args, '--kubeconfig', kubeconfig], {
    stdio: 'ignore',
  })
  const code = await new Promise((resolve) => child.once('exit', resolve))
  if (code !== 0) throw new Error(`fsop ${args.join(' ')} ended with ${String(code)}`)
}

function memory(pid: number | undefined): { rss: number; peak: number } {
  const status = readFileSync(`/proc/${pid}/status`, 'utf8')
  const of = (name: string) => Math.round(Number(new RegExp(`${name}:\\s+(\\d+)`).exec(status)?.[1] ?? 0) / 1024)
  return { rss: of('VmRSS'), peak: of('VmHWM') }
}

/** proc(5): user and system time in ticks of 10 ms. */
function cpuSeconds(pid: number | undefined): number {
  const fields = readFileSync(`/proc/${pid}/stat`, 'utf8').split(') ')[1]?.split(' ') ?? []
  return (Number(fields[11]) + Number(fields[12])) / 100
}
