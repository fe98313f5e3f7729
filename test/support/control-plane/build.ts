import { spawn } from 'node:child_process'
import { randomUUID } from 'node:crypto'
import { existsSync, readFileSync } from 'node:fs'
import { mkdir, rename, rm } from 'node:fs/promises'
import { homedir, setPriority } from 'node:os'
import { join } from 'node:path'
import { fileURLToPath } from 'node:url'
import { withProcessLock } from '../../../src/adapters/process-lock.ts'

/** Go packages of the programs, as go.mod in this folder pins them. */
const PACKAGES = {
  etcd: 'go.etcd.io/etcd/server/v3',
  'kube-apiserver': 'k8s.io/kubernetes/cmd/kube-apiserver',
  'kube-controller-manager': 'k8s.io/kubernetes/cmd/kube-controller-manager',
}

/** Paths of the programs. */
export type Programs = Readonly<Record<keyof typeof PACKAGES, string>>

const module = fileURLToPath(new URL('.', import.meta.url))

/**
 * Gives each program from `KUBEBUILDER_ASSETS` where it is there, else from the user's cache, where all are built once.
 *
 * @throws Error when they cannot be built
 */
export async function findPrograms(): Promise<Programs> {
  const version = pinnedVersion()
  const cache = process.env['XDG_CACHE_HOME'] || join(homedir(), '.cache')
  const folder = join(cache, 'fsop', 'tests', `kubernetes-${version}`)
  const assets = process.env['KUBEBUILDER_ASSETS'] ?? ''
  const pathOf = (name: string): string => {
    const given = join(assets, name)
    return assets !== '' && existsSync(given) ? given : join(folder, 'bin', name)
  }
  const programs: Programs = {
    etcd: pathOf('etcd'),
    'kube-apiserver': pathOf('kube-apiserver'),
    'kube-controller-manager': pathOf('kube-controller-manager'),
  }
  if (Object.values(programs).every(existsSync)) return programs
  await mkdir(folder, { recursive: true })
  const signal = new AbortController().signal
  const onWait = (pid: number): void => say(`process ${pid} is building the Kubernetes programs, waiting for it`)
  await withProcessLock(join(folder, 'lock'), { signal, onWait }, async () => {
    if (!Object.values(programs).every(existsSync)) await build(folder, version)
  })
  return programs
}

/** All in one run of the compiler, which shares its work; built beside their place and moved there whole. */
async function build(folder: string, version: string): Promise<void> {
  say(`building etcd, kube-apiserver and kube-controller-manager ${version} into ${folder}`)
  say('  8 to 10 minutes of CPU time and 600 MB of Go modules, once')
  const startedAt = Date.now()
  const building = join(folder, `building.${randomUUID()}`)
  try {
    await go([
      'build',
      '-trimpath',
      '-buildvcs=false',
      '-mod=readonly',
      // Without the stamp they call themselves v0.0.0-master+$Format:%H$, which clients cannot read.
      `-ldflags=${stamp(version)}`,
      '-o',
      `${building}/`,
      ...Object.values(PACKAGES),
    ])
    await rename(join(building, 'server'), join(building, 'etcd'))
    await rm(join(folder, 'bin'), { recursive: true, force: true })
    await rename(building, join(folder, 'bin'))
  } finally {
    await rm(building, { recursive: true, force: true })
  }
  say(`  done in ${Math.round((Date.now() - startedAt) / 1000)} s`)
}

function stamp(version: string): string {
  const [major, minor] = version.split('.')
  const values = { gitVersion: `v${version}`, gitMajor: major, gitMinor: minor, gitTreeState: 'clean' }
  const set = Object.entries(values).map(([name, value]) => `-X k8s.io/component-base/version.${name}=${value}`)
  return ['-s -w', ...set].join(' ')
}

function go(args: readonly string[]): Promise<void> {
  return new Promise((resolve, reject) => {
    const child = spawn('go', args, {
      cwd: module,
      env: { ...process.env, CGO_ENABLED: '0', GOFLAGS: '' },
      stdio: ['ignore', 'ignore', 'pipe'],
    })
    // Ten minutes of both cores: everything else on the machine goes first.
    if (child.pid !== undefined) setPriority(child.pid, 10)
    let stderr = ''
    child.stderr.setEncoding('utf8').on('data', (text: string) => (stderr = (stderr + text).slice(-4000)))
    child.on('error', (error) => reject(new Error(needsGo('go cannot be started'), { cause: error })))
    child.on('close', (code) => (code === 0 ? resolve() : reject(new Error(needsGo(`go build failed:\n${stderr}`)))))
  })
}

function needsGo(problem: string): string {
  return `${problem}\nThe tests need Go 1.26 to build a control plane, or KUBEBUILDER_ASSETS, or FSOP_TEST_KUBECONFIG.`
}

function pinnedVersion(): string {
  const found = /^\s*k8s\.io\/kubernetes v(\S+)$/m.exec(readFileSync(join(module, 'go.mod'), 'utf8'))
  if (found?.[1] === undefined) throw new Error('go.mod names no version of k8s.io/kubernetes')
  return found[1]
}

function say(text: string): void {
  process.stderr.write(`${text}\n`)
}
