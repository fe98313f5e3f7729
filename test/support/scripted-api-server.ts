import { createServer, type IncomingMessage, type ServerResponse } from 'node:http'
import type { Socket } from 'node:net'
import { mkdtempSync, rmSync, writeFileSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { freePort } from './control-plane/program.ts'

/** One request as it came in. */
export interface Received {
  /** `list`, `watch` or the HTTP method. */
  readonly kind: string
  readonly path: string
  readonly query: URLSearchParams
  readonly headers: IncomingMessage['headers']
  readonly body: string
  /** Milliseconds since the server was made. */
  readonly at: number
}

/** Answers one request, or breaks it. */
export type Answer = (exchange: Exchange) => void | Promise<void>

export interface Exchange {
  readonly request: Received
  readonly response: ServerResponse
  readonly socket: Socket
  /** Sends a JSON answer. */
  json(status: number, body: unknown, headers?: Record<string, string>): void
  /** Sends a Status object as the API server does. */
  refuse(status: number, reason?: string, headers?: Record<string, string>): void
  /** Accepts a watch. */
  open(): void
  /** Sends one event of a watch. */
  event(type: string, object: unknown): void
  /** Sends bytes of a watch as they are. */
  raw(bytes: string | Buffer): void
  /** Ends a watch properly. */
  end(): void
  /** Breaks the connection (RST). */
  reset(): void
}

export interface ScriptedApiServer {
  readonly port: number
  /** A kubeconfig that leads here. */
  readonly kubeconfig: string
  readonly requests: readonly Received[]
  /** Requests of a kind. */
  of(kind: string): Received[]
  /** Answers the next request of a kind (`list`, `watch`, `GET`, `POST`, …) so; several are used up in turn. */
  next(kind: string, ...answers: Answer[]): void
  /** Answers every request of a kind so that `next` says nothing of. */
  always(kind: string, answer: Answer): void
  /** Connections that are open. */
  readonly sockets: number
  /** Refuses connections, and breaks those that there are. */
  refuseConnections(): Promise<void>
  acceptConnections(): Promise<void>
  stop(): Promise<void>
}

/**
 * An API server that does as it is told, on loopback. A request that nothing was said about is answered with 501, which no
 * client tries again.
 *
 * @param user the `user` entry of the kubeconfig
 */
export async function startScriptedApiServer(user: Record<string, unknown> = {}): Promise<ScriptedApiServer> {
  const startedAt = performance.now()
  const requests: Received[] = []
  const sockets = new Set<Socket>()
  const once = new Map<string, Answer[]>()
  const standing = new Map<string, Answer>()
  const folder = mkdtempSync(join(tmpdir(), 'fsop-scripted-'))

  const handle = async (request: IncomingMessage, response: ServerResponse): Promise<void> => {
    const url = new URL(request.url ?? '/', 'http://server')
    const kind = kindOf(request.method ?? 'GET', url)
    const at = performance.now() - startedAt
    let body = ''
    for await (const chunk of request.setEncoding('utf8')) body += String(chunk)
    const received = { kind, path: url.pathname, query: url.searchParams, headers: request.headers, body, at }
    requests.push(received)
    const answer = once.get(kind)?.shift() ?? standing.get(kind) ?? ((exchange: Exchange) => exchange.refuse(501))
    await answer(exchangeOf(received, response, request.socket))
  }
  const server = createServer((request, response) => {
    // A client that goes away in the middle is part of the tests.
    handle(request, response).catch(() => request.socket.destroy())
  })
  server.keepAliveTimeout = 60_000
  server.on('connection', (socket) => {
    sockets.add(socket)
    socket.on('close', () => sockets.delete(socket))
    socket.on('error', () => undefined)
  })
  const listen = (port: number): Promise<void> =>
    new Promise((resolve, reject) => {
      server.once('error', reject)
      server.listen(port, '127.0.0.1', () => resolve())
    })
  const close = (): Promise<void> =>
    new Promise((resolve) => {
      server.close(() => resolve())
      for (const socket of sockets) socket.destroy()
    })
  // It is closed and opened again on the same port.
  const port = await freePort()
  await listen(port)
  const kubeconfig = join(folder, 'kubeconfig')
  writeFileSync(kubeconfig, kubeconfigText(port, user))

  return {
    port,
    kubeconfig,
    requests,
    of: (kind) => requests.filter((request) => request.kind === kind),
    next: (kind, ...answers) => once.set(kind, [...(once.get(kind) ?? []), ...answers]),
    always: (kind, answer) => standing.set(kind, answer),
    get sockets() {
      return sockets.size
    },
    refuseConnections: close,
    acceptConnections: () => listen(port),
    async stop() {
      await close()
      rmSync(folder, { recursive: true, force: true })
    },
  }
}

/** A kubeconfig, which is YAML and so may be JSON. Plain http has to be asked for. */
export function kubeconfigText(port: number, user: Record<string, unknown>): string {
  return JSON.stringify({
    apiVersion: 'v1',
    kind: 'Config',
    clusters: [{ name: 'c', cluster: { server: `http://127.0.0.1:${port}`, 'insecure-skip-tls-verify': true } }],
    users: [{ name: 'u', user }],
    contexts: [{ name: 'test', context: { cluster: 'c', user: 'u', namespace: 'team' } }],
    'current-context': 'test',
  })
}

function kindOf(method: string, url: URL): string {
  if (method !== 'GET') return method
  if (url.searchParams.get('watch') === 'true') return 'watch'
  return /\/(configmaps|notebooks)$/.test(url.pathname) ? 'list' : 'GET'
}

function exchangeOf(request: Received, response: ServerResponse, socket: Socket): Exchange {
  const json: Exchange['json'] = (status, body, headers = {}) => {
    response.writeHead(status, { 'Content-Type': 'application/json', ...headers })
    response.end(JSON.stringify(body))
  }
  const open = (): void => {
    if (response.headersSent) return
    response.writeHead(200, { 'Content-Type': 'application/json' })
    response.flushHeaders()
  }
  const raw = (bytes: string | Buffer): void => {
    open()
    response.write(bytes)
  }
  return {
    request,
    response,
    socket,
    json,
    refuse: (status, reason = 'Because', headers) =>
      json(status, { kind: 'Status', code: status, reason, message: `refused with ${status}` }, headers),
    open,
    raw,
    event: (type, object) => raw(`${JSON.stringify({ type, object })}\n`),
    end: () => response.end(),
    reset: () => socket.resetAndDestroy(),
  }
}
