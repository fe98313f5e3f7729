import { generateKeyPairSync, randomUUID } from 'node:crypto'
import { existsSync, mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs'
import { request as httpRequest } from 'node:http'
import { request as httpsRequest } from 'node:https'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { setTimeout as sleep } from 'node:timers/promises'
import { type AuditCounts, readAudit } from './control-plane/audit.ts'
import { findPrograms } from './control-plane/build.ts'
import { freePort, type Program, startProgram } from './control-plane/program.ts'

/** A real API server with its etcd and its controllers (garbage collection, namespaces, deployments, …), without nodes. */
export interface ControlPlane {
  /** File for a user who may do everything. */
  readonly kubeconfig: string
  readonly server: string
  /** A file for a user who may do nothing until RBAC says so. Its name was given to `startControlPlane`. */
  kubeconfigFor(user: string): string
  /** Ends the API server; it does not say goodbye with SIGKILL. */
  stopApiServer(signal?: 'SIGTERM' | 'SIGKILL'): Promise<void>
  /** Starts it again, on the same port and the same data, and waits until it is ready. */
  startApiServer(): Promise<void>
  restartApiServer(signal?: 'SIGTERM' | 'SIGKILL'): Promise<void>
  /** Makes etcd forget everything but the newest state, as an API server does every five minutes. */
  compactEtcd(): Promise<void>
  /** Requests so far, of each user: `{ someone: { 'list configmaps': 1 } }`. A watch counts when it is accepted. */
  auditCounts(): AuditCounts
  stop(): Promise<void>
}

export interface ControlPlaneOptions {
  /** Users without any right, beside `admin`. */
  readonly users?: readonly string[]
  /** Further arguments of kube-apiserver. */
  readonly apiServerArgs?: readonly string[]
}

/** For the hook that starts it: the first one on a machine builds the programs, 11 minutes of two idle cores. */
export const START_TIMEOUT_MS = 60 * 60_000

const READY_TIMEOUT_MS = 120_000

/**
 * Gives the cluster of `FSOP_TEST_KUBECONFIG`, or starts a control plane on loopback: from the programs in
 * `KUBEBUILDER_ASSETS` where that is set, else from ones that are built once into the user's cache.
 *
 * @throws Error when a part cannot be had or does not start: tests fail then, they do not skip
 */
export async function startControlPlane(options: ControlPlaneOptions = {}): Promise<ControlPlane> {
  const given = process.env['FSOP_TEST_KUBECONFIG']
  if (given !== undefined && given !== '') return givenCluster(given)
  const folder = mkdtempSync(join(tmpdir(), 'fsop-control-plane-'))
  const programs = await findPrograms()
  const started: Program[] = []
  const stop = async (): Promise<void> => {
    await Promise.all(started.map((program) => program.stop('SIGKILL')))
    rmSync(folder, { recursive: true, force: true })
  }
  try {
    return { ...(await start(folder, programs, options, started)), stop }
  } catch (error) {
    await stop()
    throw error
  }
}

async function start(
  folder: string,
  programs: Awaited<ReturnType<typeof findPrograms>>,
  { users = [], apiServerArgs = [] }: ControlPlaneOptions,
  started: Program[],
): Promise<Omit<ControlPlane, 'stop'>> {
  const [etcdPort, peerPort, port] = await Promise.all([freePort(), freePort(), freePort()])
  const etcdUrl = `http://127.0.0.1:${etcdPort}`
  const peerUrl = `http://127.0.0.1:${peerPort}`
  const server = `https://127.0.0.1:${port}`
  const file = (name: string): string => join(folder, name)
  const tokens = new Map(['admin', 'controllers', ...users].map((user) => [user, randomUUID()]))
  writeFileSync(file('tokens.csv'), tokenFile(tokens), { mode: 0o600 })
  writeServiceAccountKeys(file('sa.key'), file('sa.pub'))
  writeFileSync(file('audit.yaml'), AUDIT_POLICY)

  const etcd = startProgram(programs.etcd, file('etcd.log'), [
    `--data-dir=${file('etcd')}`,
    '--unsafe-no-fsync',
    `--listen-client-urls=${etcdUrl}`,
    `--advertise-client-urls=${etcdUrl}`,
    `--listen-peer-urls=${peerUrl}`,
    `--initial-advertise-peer-urls=${peerUrl}`,
    `--initial-cluster=default=${peerUrl}`,
    // As kubeadm has it: without, the bookmarks of a quiet resource may be minutes apart.
    '--watch-progress-notify-interval=5s',
    '--log-level=warn',
  ])
  started.push(etcd)

  const runApiServer = (): Program =>
    startProgram(programs['kube-apiserver'], file('kube-apiserver.log'), [
      `--etcd-servers=${etcdUrl}`,
      '--bind-address=127.0.0.1',
      '--advertise-address=127.0.0.1',
      // Endpoints may not name loopback.
      '--endpoint-reconciler-type=none',
      `--secure-port=${port}`,
      // It makes a certificate of its own there, once.
      `--cert-dir=${file('tls')}`,
      `--token-auth-file=${file('tokens.csv')}`,
      '--authorization-mode=RBAC',
      '--allow-privileged=true',
      '--service-cluster-ip-range=10.96.0.0/16',
      '--service-account-issuer=https://kubernetes.default.svc',
      `--service-account-key-file=${file('sa.pub')}`,
      `--service-account-signing-key-file=${file('sa.key')}`,
      `--audit-policy-file=${file('audit.yaml')}`,
      `--audit-log-path=${file('audit.log')}`,
      '--shutdown-delay-duration=0s',
      // Else it waits for its watches for a minute.
      '--shutdown-watch-termination-grace-period=1s',
      ...apiServerArgs,
    ])
  let apiServer = runApiServer()
  started.push(apiServer)
  const admin = tokens.get('admin') ?? ''
  const ready = (): Promise<void> =>
    waitFor('kube-apiserver', apiServer, async () => (await ask(server, '/readyz', admin)) !== undefined)
  await ready()

  const certificate = file('tls/apiserver.crt')
  const kubeconfigFor = (user: string): string => {
    const token = tokens.get(user)
    if (token === undefined) throw new Error(`no user ${user}: name it to startControlPlane`)
    const path = file(`${user}.kubeconfig`)
    writeFileSync(path, kubeconfig(server, certificate, token), { mode: 0o600 })
    return path
  }

  const controllers = startProgram(programs['kube-controller-manager'], file('kube-controller-manager.log'), [
    `--kubeconfig=${kubeconfigFor('controllers')}`,
    `--service-account-private-key-file=${file('sa.key')}`,
    `--root-ca-file=${certificate}`,
    '--leader-elect=false',
    '--secure-port=0',
    '--kube-api-qps=500',
    '--kube-api-burst=1000',
  ])
  started.push(controllers)
  await waitFor(
    'kube-controller-manager',
    controllers,
    async () => (await ask(server, '/api/v1/namespaces/default/serviceaccounts/default', admin)) !== undefined,
  )

  const stopApiServer = (signal: 'SIGTERM' | 'SIGKILL' = 'SIGTERM'): Promise<void> => apiServer.stop(signal)
  const startApiServer = async (): Promise<void> => {
    apiServer = runApiServer()
    started.push(apiServer)
    await ready()
  }
  return {
    kubeconfig: kubeconfigFor('admin'),
    server,
    kubeconfigFor,
    stopApiServer,
    startApiServer,
    async restartApiServer(signal) {
      await stopApiServer(signal)
      await startApiServer()
    },
    compactEtcd: () => compact(etcdUrl),
    auditCounts: () => readAudit(file('audit.log')),
  }
}

/** Metadata of every request, when it ends; of a watch when it begins as well. */
const AUDIT_POLICY = `apiVersion: audit.k8s.io/v1
kind: Policy
omitStages: [RequestReceived]
rules:
  - level: None
    nonResourceURLs: [/readyz*, /livez*, /healthz*]
  - level: Metadata
`

/** Lines of `token,user,uid,groups` (kube-apiserver --token-auth-file). */
function tokenFile(tokens: ReadonlyMap<string, string>): string {
  const masters = new Set(['admin', 'controllers'])
  const lines = [...tokens].map(
    ([user, token]) => `${token},${user},${user}${masters.has(user) ? ',"system:masters"' : ''}`,
  )
  return `${lines.join('\n')}\n`
}

function writeServiceAccountKeys(privateFile: string, publicFile: string): void {
  const { privateKey, publicKey } = generateKeyPairSync('rsa', { modulusLength: 2048 })
  writeFileSync(privateFile, privateKey.export({ type: 'pkcs1', format: 'pem' }), { mode: 0o600 })
  writeFileSync(publicFile, publicKey.export({ type: 'spki', format: 'pem' }))
}

function kubeconfig(server: string, certificate: string, token: string): string {
  return `${JSON.stringify(
    {
      apiVersion: 'v1',
      kind: 'Config',
      clusters: [{ name: 'test', cluster: { server, 'certificate-authority': certificate } }],
      users: [{ name: 'test', user: { token } }],
      contexts: [{ name: 'test', context: { cluster: 'test', user: 'test' } }],
      'current-context': 'test',
    },
    undefined,
    2,
  )}\n`
}

async function waitFor(name: string, program: Program, isReady: () => Promise<boolean>): Promise<void> {
  const deadline = Date.now() + READY_TIMEOUT_MS
  while (!(await isReady())) {
    if (program.ended) throw new Error(`${name} ended: ${lastLines(program.logFile)}`)
    if (Date.now() > deadline) throw new Error(`${name} is not ready: ${lastLines(program.logFile)}`)
    await sleep(50)
  }
}

function lastLines(file: string): string {
  return existsSync(file) ? readFileSync(file, 'utf8').trim().split('\n').slice(-5).join('\n') : 'it wrote nothing'
}

/** The body of a 200, else undefined. The certificate was made a moment ago by the server itself. */
function ask(server: string, path: string, token: string): Promise<string | undefined> {
  return new Promise((resolve) => {
    const headers = { Authorization: `Bearer ${token}` }
    const request = httpsRequest(
      `${server}${path}`,
      { headers, rejectUnauthorized: false, agent: false },
      (response) => {
        let body = ''
        response.setEncoding('utf8').on('data', (text: string) => (body += text))
        response.on('end', () => resolve(response.statusCode === 200 ? body : undefined))
        response.on('error', () => resolve(undefined))
      },
    )
    request.setTimeout(5000, () => request.destroy())
    request.on('error', () => resolve(undefined))
    request.end()
  })
}

/** Through etcd's JSON gateway (etcd documentation, "gRPC gateway"). */
async function compact(etcdUrl: string): Promise<void> {
  const found = (await post(`${etcdUrl}/v3/kv/range`, { key: Buffer.from('a').toString('base64') })) as {
    header: { revision: string }
  }
  await post(`${etcdUrl}/v3/kv/compaction`, { revision: found.header.revision, physical: true })
}

function post(url: string, body: unknown): Promise<unknown> {
  return new Promise((resolve, reject) => {
    const request = httpRequest(url, { method: 'POST', agent: false }, (response) => {
      let text = ''
      response.setEncoding('utf8').on('data', (part: string) => (text += part))
      response.on('end', () =>
        response.statusCode === 200
          ? resolve(JSON.parse(text))
          : reject(new Error(`etcd: ${response.statusCode} ${text}`)),
      )
    })
    request.on('error', reject)
    request.end(JSON.stringify(body))
  })
}

/** A cluster that is not ours to stop or to look into. */
function givenCluster(kubeconfig: string): ControlPlane {
  const notOurs = (): never => {
    throw new Error('this needs a control plane of its own: unset FSOP_TEST_KUBECONFIG')
  }
  return {
    kubeconfig,
    server: '',
    kubeconfigFor: notOurs,
    stopApiServer: notOurs,
    startApiServer: notOurs,
    restartApiServer: notOurs,
    compactEtcd: notOurs,
    auditCounts: notOurs,
    stop: () => Promise.resolve(),
  }
}
