import { KubeConfig, loadYaml } from '@kubernetes/client-node'
import { readFile } from 'node:fs/promises'
import type http from 'node:http'
import type { RequestOptions } from 'node:https'
import { delimiter, dirname, isAbsolute, join } from 'node:path'
import { proxyFor } from './proxy.ts'

/** The only module that loads client-node: kubeconfig files, TLS, proxies and the older auth providers are its part. */

export interface KubeconfigOptions {
  /** A file named by the user; the environment is not looked at then. */
  readonly kubeconfig?: string | undefined
  readonly context?: string | undefined
  readonly env: Readonly<Record<string, string | undefined>>
  /** Where a pod finds its service account. */
  readonly serviceAccountFolder?: string | undefined
}

/** A credential plugin of a user (client.authentication.k8s.io). */
export interface ExecPlugin {
  readonly apiVersion?: string | undefined
  readonly command: string
  readonly args?: readonly string[] | undefined
  readonly env?: readonly { readonly name: string; readonly value: string }[] | undefined
}

/** One context of a kubeconfig, with the parts that fsop reads by itself taken out. */
export interface LoadedContext {
  readonly context: string
  readonly namespace: string
  readonly server: URL
  /** A file with a bearer token, which is replaced on disk from time to time. */
  readonly tokenFile: string | undefined
  readonly exec: ExecPlugin | undefined
  /** For an exec plugin that asks for it. */
  readonly clusterInfo: Readonly<Record<string, unknown>>
  /** Asks something else for a token each time: an OIDC provider, or a cloud's older plugin. */
  readonly hasAuthProvider: boolean
  /** Headers and a new agent, for these credentials in the place of what the file says. */
  open(credential: Credential): Promise<{ agent: http.Agent; headers: Record<string, string>; tls: string }>
}

/** What a token file or an exec plugin gives. */
export interface Credential {
  readonly token?: string | undefined
  readonly certificate?: string | undefined
  readonly key?: string | undefined
}

/** The kubeconfig does not lead to a cluster. The message never holds what is in it. */
export class KubeconfigError extends Error {
  constructor(message: string, options?: ErrorOptions) {
    super(message, options)
    this.name = 'KubeconfigError'
  }
}

const SERVICE_ACCOUNT = '/var/run/secrets/kubernetes.io/serviceaccount'

/**
 * Finds the kubeconfig as kubectl does (the file that is named, `KUBECONFIG`, `~/.kube/config`), else the service account
 * of the pod we are in, and reads one context of it.
 *
 * @throws KubeconfigError when there is none, when it cannot be read, or when it has no such context
 */
export async function loadContext(options: KubeconfigOptions): Promise<LoadedContext> {
  const config = (await fromFiles(options)) ?? (await fromPod(options))
  const name = options.context ?? config.currentContext
  if (name === undefined || name === '') throw new KubeconfigError('the kubeconfig has no current context: name one')
  const context = config.getContextObject(name)
  if (context === null) {
    const known = config.getContexts().map((each) => each.name)
    throw new KubeconfigError(
      `the kubeconfig has no context ${name}${known.length > 0 ? `, but ${known.join(', ')}` : ''}`,
    )
  }
  config.setCurrentContext(name)
  const cluster = config.getCurrentCluster()
  if (cluster === null) throw new KubeconfigError(`context ${name} names a cluster that the kubeconfig does not have`)
  const server = readServer(cluster.server, cluster.skipTLSVerify)
  const proxyUrl = cluster.proxyUrl ?? proxyFor(server, options.env)
  config.clusters = [{ ...cluster, ...(proxyUrl === undefined ? {} : { proxyUrl }) }]
  const user = config.getCurrentUser()
  if (user === null && context.user !== undefined && context.user !== '') {
    throw new KubeconfigError(`context ${name} names a user that the kubeconfig does not have`)
  }
  const exec = user?.exec as ExecPlugin | undefined
  const tokenFile = tokenFileOf(user?.authProvider)
  const isExec = exec !== undefined && exec !== null
  const { certFile, certData, keyFile, keyData } = user ?? {}

  return {
    context: name,
    namespace: context.namespace ?? 'default',
    server,
    tokenFile,
    exec: isExec ? exec : undefined,
    clusterInfo: {
      server: cluster.server,
      'certificate-authority-data': cluster.caData,
      'insecure-skip-tls-verify': cluster.skipTLSVerify ? true : undefined,
      'tls-server-name': cluster.tlsServerName,
    },
    hasAuthProvider: tokenFile === undefined && user?.authProvider !== undefined && user.authProvider !== null,
    async open({ token, certificate, key }) {
      if (user !== null) {
        const given = { ...user }
        const entry = {
          ...given,
          ...(isExec ? { exec: undefined } : {}),
          ...(tokenFile === undefined ? {} : { authProvider: undefined }),
          ...(token === undefined ? {} : { token }),
          ...(certificate === undefined
            ? { certFile, certData, keyFile, keyData }
            : { certFile: undefined, keyFile: undefined, certData: base64(certificate), keyData: base64(key ?? '') }),
        }
        config.users = [entry as typeof given]
      }
      const request: RequestOptions = { headers: {} }
      await config.applyToHTTPSOptions(request)
      const headers: Record<string, string> = {}
      for (const [header, value] of Object.entries(request.headers ?? {})) {
        if (typeof value === 'string') headers[header] = value
      }
      if (typeof request.auth === 'string') headers['Authorization'] = `Basic ${base64(request.auth)}`
      const { ca, cert, key: privateKey, servername, rejectUnauthorized } = request
      const tls = JSON.stringify([ca, cert, privateKey, servername, rejectUnauthorized].map(String))
      return { agent: request.agent as http.Agent, headers, tls }
    },
  }
}

async function fromFiles({ kubeconfig, env }: KubeconfigOptions): Promise<KubeConfig | undefined> {
  if (kubeconfig !== undefined) return merge([await readConfig(kubeconfig, true)])
  const listed = (env['KUBECONFIG'] ?? '').split(delimiter).filter((file) => file !== '')
  const home = env['HOME'] ?? env['USERPROFILE'] ?? ''
  const files = listed.length > 0 ? listed : home === '' ? [] : [join(home, '.kube', 'config')]
  const found = await Promise.all(files.map((file) => readConfig(file, false)))
  const configs = found.filter((config) => config !== undefined)
  if (configs.length > 0) return merge(configs)
  if (listed.length > 0) throw new KubeconfigError(`KUBECONFIG names ${listed.join(', ')}, and there is no such file`)
  return undefined
}

/** As kubectl merges: what comes first wins. */
function merge(configs: readonly (KubeConfig | undefined)[]): KubeConfig {
  const all = configs.filter((config) => config !== undefined)
  const whole = new KubeConfig()
  whole.loadFromOptions({
    clusters: firstOfEach(all.flatMap((config) => config.clusters)),
    users: firstOfEach(all.flatMap((config) => config.users)),
    contexts: firstOfEach(all.flatMap((config) => config.contexts)),
    currentContext: all.map((config) => config.currentContext).find((name) => Boolean(name)),
  })
  return whole
}

function firstOfEach<T extends { readonly name: string }>(entries: readonly T[]): T[] {
  const byName = new Map<string, T>()
  for (const entry of entries) if (!byName.has(entry.name)) byName.set(entry.name, entry)
  return [...byName.values()]
}

async function readConfig(file: string, required: boolean): Promise<KubeConfig | undefined> {
  let text: string
  try {
    text = await readFile(file, 'utf8')
  } catch (error) {
    if (!required && isCode(error, 'ENOENT')) return undefined
    throw new KubeconfigError(`cannot read the kubeconfig ${file} (${codeOf(error)})`)
  }
  const folder = dirname(file)
  try {
    const config = new KubeConfig()
    config.loadFromString(text)
    config.makePathsAbsolute(folder)
    readTokenFiles(config, loadYaml(text), folder)
    resolveCommands(config, folder)
    return config
  } catch (error) {
    // The parser's own message quotes the lines around the fault, which may hold a token.
    throw new KubeconfigError(`the kubeconfig ${file} is not valid${whereOf(error)}`)
  }
}

/** client-node does not know `tokenFile` of a user. A token beside it is older than the file's. */
function readTokenFiles(config: KubeConfig, raw: unknown, folder: string): void {
  const { users } = raw as { users?: { name: string; user?: { tokenFile?: string } }[] }
  const files = new Map((users ?? []).map(({ name, user }) => [name, user?.tokenFile]))
  config.users = config.users.map((user) => {
    const file = files.get(user.name)
    if (typeof file !== 'string' || file === '') return user
    const tokenFile = isAbsolute(file) ? file : join(folder, file)
    return { ...user, token: undefined as never, authProvider: { name: 'tokenFile', config: { tokenFile } } }
  })
}

/** A plugin's command with a slash is relative to its kubeconfig (client-go, `ResolveLocalPaths`). */
function resolveCommands(config: KubeConfig, folder: string): void {
  for (const { exec } of config.users) {
    const plugin = exec as { command?: unknown } | null | undefined
    if (typeof plugin?.command !== 'string' || isAbsolute(plugin.command)) continue
    if (/[/\\]/.test(plugin.command)) plugin.command = join(folder, plugin.command)
  }
}

async function fromPod({ env, serviceAccountFolder = SERVICE_ACCOUNT }: KubeconfigOptions): Promise<KubeConfig> {
  const host = env['KUBERNETES_SERVICE_HOST']
  const port = env['KUBERNETES_SERVICE_PORT'] ?? '443'
  const tokenFile = join(serviceAccountFolder, 'token')
  const token = await readFile(tokenFile, 'utf8').catch(() => undefined)
  if (host === undefined || host === '' || token === undefined) {
    throw new KubeconfigError('there is no kubeconfig: neither KUBECONFIG nor ~/.kube/config, nor a service account')
  }
  const namespace = await readFile(join(serviceAccountFolder, 'namespace'), 'utf8').catch(() => '')
  const config = new KubeConfig()
  const name = 'in-cluster'
  config.loadFromOptions({
    clusters: [
      {
        name,
        caFile: join(serviceAccountFolder, 'ca.crt'),
        server: `https://${host.includes(':') ? `[${host}]` : host}:${port}`,
        skipTLSVerify: false,
      },
    ],
    users: [{ name, authProvider: { name: 'tokenFile', config: { tokenFile } } }],
    contexts: [{ name, cluster: name, user: name, namespace: namespace.trim() || 'default' }],
    currentContext: name,
  })
  return config
}

function tokenFileOf(provider: unknown): string | undefined {
  const { config } = (provider ?? {}) as { config?: { tokenFile?: unknown } }
  return typeof config?.tokenFile === 'string' ? config.tokenFile : undefined
}

/** Plain http carries credentials in the open: the kubeconfig has to ask for it. */
function readServer(text: string, skipTlsVerify: boolean): URL {
  const server = URL.canParse(text) ? new URL(text) : undefined
  if (server === undefined || !/^https?:$/.test(server.protocol)) {
    throw new KubeconfigError('the server of the kubeconfig is no http or https URL')
  }
  if (server.protocol === 'http:' && !skipTlsVerify) {
    throw new KubeconfigError('the server of the kubeconfig is not https, and insecure-skip-tls-verify is not set')
  }
  server.username = ''
  server.password = ''
  return server
}

function whereOf(error: unknown): string {
  const { mark } = error as { mark?: { line?: unknown } }
  if (typeof mark?.line === 'number') return `: no YAML in line ${mark.line + 1}`
  // client-node's own words about a missing field name the field, not its value.
  return error instanceof Error && error.message.endsWith('is missing') ? `: ${error.message}` : ''
}

function base64(text: string): string {
  return Buffer.from(text).toString('base64')
}

function codeOf(error: unknown): string {
  return error instanceof Error && 'code' in error ? String(error.code) : 'unknown error'
}

function isCode(error: unknown, code: string): boolean {
  return codeOf(error) === code
}
