import type http from 'node:http'
import { readFile } from 'node:fs/promises'
import type { ApiError } from './api.ts'
import type { Clock } from './clock.ts'
import type { Access } from './connection.ts'
import { askPlugin } from './exec-credential.ts'
import { type Target, transportError } from './http.ts'
import type { Credential, LoadedContext } from './kubeconfig.ts'

export interface AccessOptions {
  /** Reads the kubeconfig; called again when the server refuses the credentials. */
  readonly load: () => Promise<LoadedContext>
  readonly env: Readonly<Record<string, string | undefined>>
  readonly clock: Clock
  /** Connections at the same time for calls; each watch has one of its own beside them. */
  readonly maxSockets: number
  readonly pluginTimeoutMs: number
  /** How long a token file is trusted before it is read again; client-go: one minute. */
  readonly tokenFileMs: number
}

interface Agents {
  readonly call: http.Agent
  readonly watch: http.Agent
  /** The TLS settings that they were made for. */
  readonly tls: string
}

interface Opened extends Agents {
  readonly headers: Readonly<Record<string, string>>
  /** The clock's time at which the credentials have to be looked at again. */
  readonly goodUntil: number
}

/** Not again within this time, however often the server refuses: plugins may be slow, or ask a person. */
const REFUSAL_PAUSE_MS = 1000

/** A credential is replaced this long before its end, so that it does not expire on the way. */
const EXPIRY_MARGIN_MS = 10_000

/**
 * Keeps the credentials of a kubeconfig good: token files are read again every minute, plugins are asked again when what
 * they gave expires, and everything is read anew once the server says 401.
 *
 * @param context as loaded first; a kubeconfig that leads to another server later is refused, credentials and all
 */
export function createAccess(context: LoadedContext, options: AccessOptions): Access {
  const { clock } = options
  const closed = new AbortController()
  let current = context
  let opened: Opened | undefined
  let opening: Promise<Opened> | undefined
  let refusedAt = Number.NEGATIVE_INFINITY
  let refreshing: Promise<void> | undefined
  const failed = (problem: string, cause?: unknown): ApiError =>
    transportError({ method: 'GET', path: 'credentials' }, 'CredentialsError', problem, cause)

  const credentialOf = async (): Promise<Credential & { goodForMs: number }> => {
    if (current.exec !== undefined) {
      const { env, pluginTimeoutMs: timeoutMs } = options
      const given = await askPlugin(current.exec, {
        env,
        clusterInfo: current.clusterInfo,
        timeoutMs,
        clock,
        signal: closed.signal,
      })
      const leftMs =
        given.expiresAt === undefined ? Number.POSITIVE_INFINITY : given.expiresAt.getTime() - clock.date().getTime()
      return { ...given, goodForMs: Math.max(REFUSAL_PAUSE_MS, leftMs - EXPIRY_MARGIN_MS) }
    }
    if (current.tokenFile !== undefined) {
      const token = (await readFile(current.tokenFile, 'utf8')).trim()
      if (token === '') throw new Error('the token file is empty')
      return { token, goodForMs: options.tokenFileMs }
    }
    return { goodForMs: current.hasAuthProvider ? options.tokenFileMs : Number.POSITIVE_INFINITY }
  }

  const open = async (): Promise<Opened> => {
    try {
      const { goodForMs, ...credential } = await credentialOf()
      const call = await current.open(credential)
      const agents = opened?.tls === call.tls ? opened : await makeAgents(call, credential)
      if (opened !== undefined && opened !== agents) closeIdle(opened)
      return {
        call: agents.call,
        watch: agents.watch,
        tls: call.tls,
        headers: call.headers,
        goodUntil: clock.now() + goodForMs,
      }
    } catch (error) {
      closed.signal.throwIfAborted()
      throw failed(error instanceof Error ? error.message : 'no credentials', error)
    }
  }

  const makeAgents = async (call: { agent: http.Agent; tls: string }, credential: Credential): Promise<Agents> => {
    const watch = await current.open(credential)
    return {
      call: keepAlive(call.agent, options.maxSockets),
      watch: keepAlive(watch.agent, Number.POSITIVE_INFINITY),
      tls: call.tls,
    }
  }

  const ensure = async (): Promise<Opened> => {
    if (opened !== undefined && clock.now() < opened.goodUntil) return opened
    opening ??= open().finally(() => (opening = undefined))
    opened = await opening
    return opened
  }

  const refresh = async (): Promise<void> => {
    const loaded = await options.load().catch((error: unknown) => {
      throw failed(error instanceof Error ? error.message : 'no kubeconfig', error)
    })
    if (loaded.server.href !== context.server.href) throw failed('the kubeconfig now leads to another server')
    current = loaded
    if (opened !== undefined) opened = { ...opened, goodUntil: Number.NEGATIVE_INFINITY }
    await ensure()
  }

  return {
    async target(kind): Promise<Target> {
      const { call, watch, headers } = await ensure()
      return { server: context.server, agent: kind === 'watch' ? watch : call, headers }
    },
    async refused(target) {
      // Somebody else's 401 has led to new credentials since this call began.
      if (opened !== undefined && opened.headers !== target.headers) return true
      if (clock.now() - refusedAt < REFUSAL_PAUSE_MS && refreshing === undefined) return false
      refusedAt = clock.now()
      refreshing ??= refresh().finally(() => (refreshing = undefined))
      await refreshing
      return true
    },
    close() {
      closed.abort(new Error('the connection to the API server was closed'))
      opened?.call.destroy()
      opened?.watch.destroy()
    },
  }
}

/** client-node's agents close every connection after one call. */
function keepAlive(agent: http.Agent, maxSockets: number): http.Agent {
  agent.maxSockets = maxSockets
  agent.maxFreeSockets = Math.min(maxSockets, 256)
  Object.assign(agent, { keepAlive: true })
  return agent
}

/** Calls that are under way end on the old credentials. */
function closeIdle({ call, watch }: Agents): void {
  for (const agent of [call, watch]) {
    for (const sockets of Object.values(agent.freeSockets)) for (const socket of sockets ?? []) socket.destroy()
  }
}
