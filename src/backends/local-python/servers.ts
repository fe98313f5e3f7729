import { connect, createServer } from 'node:net'
import { setTimeout as sleep } from 'node:timers/promises'
import type { ServerKind, ServeRequest } from '../backend.ts'
import { FsopError } from '../../diagnostics/errors.ts'
import type { Processes } from '../../ports/processes.ts'

/** How Feast 0.67 starts each server (feast/cli/serve.py, feast/cli/ui.py) and how to see that it answers. */
const servers: Readonly<Record<ServerKind, Server>> = {
  serve: { command: 'serve', port: 6566, host: '127.0.0.1', scheme: 'http', health: '/health', takesHost: true },
  'serve-offline': { command: 'serve_offline', port: 8815, host: '127.0.0.1', scheme: 'grpc', takesHost: true },
  'serve-registry': {
    command: 'serve_registry',
    extras: ['grpcio'],
    port: 6570,
    host: '127.0.0.1',
    scheme: 'grpc',
    takesHost: false,
  },
  ui: {
    command: 'ui',
    extras: ['grpcio'],
    port: 8888,
    host: '127.0.0.1',
    scheme: 'http',
    health: '/health',
    takesHost: true,
  },
}

interface Server {
  readonly command: string
  /** Extras of Feast that the server imports, whatever the spec says. */
  readonly extras?: readonly string[]
  readonly port: number
  readonly host: string
  readonly scheme: 'http' | 'grpc'
  readonly health?: string
  /** The gRPC registry server of Feast has no option for its host: it listens on all. */
  readonly takesHost: boolean
}

/** Importing Feast on a loaded machine takes its time. */
const startTimeoutMs = 180_000

export interface ServeContext {
  readonly python: string
  readonly folder: string
  readonly specPath: string
  readonly processes: Processes
  readonly signal: AbortSignal
}

export function serverExtras({ kind }: ServeRequest): readonly string[] {
  return servers[kind].extras ?? []
}

/** The command line of Feast for a server. */
export function serverCommand(
  { kind, host, port, extra }: ServeRequest,
  context: Pick<ServeContext, 'python' | 'folder' | 'specPath'>,
) {
  const server = servers[kind]
  const place = [...(server.takesHost ? ['--host', host ?? server.host] : []), '--port', String(port ?? server.port)]
  const feast = ['-m', 'feast.cli.cli', '-c', context.folder, '-f', context.specPath]
  return [context.python, ...feast, server.command, ...place, ...extra]
}

/**
 * Starts a server of Feast, says when it answers, and waits for its end. A session that is stopped stops the server.
 *
 * @throws FsopError `FS521` when the server ends by itself or never answers
 */
export async function runServer(request: ServeRequest, context: ServeContext): Promise<void> {
  const server = servers[request.kind]
  const host = request.host ?? server.host
  const port = request.port ?? server.port
  const [command = '', ...args] = serverCommand({ ...request, port }, context)
  const tail: string[] = []
  const onLine = (line: string) => {
    tail.push(line)
    if (tail.length > 50) tail.shift()
    request.onLine(line)
  }
  const running = context.processes.start(
    { command, args, cwd: context.folder, env: { FEAST_USAGE: 'False', PYTHONUNBUFFERED: '1' } },
    { stdout: onLine, stderr: onLine },
  )
  running.endInput()
  const life = { ended: false }
  const exit = running.exit.finally(() => (life.ended = true))
  const url = `${secure(request) && server.scheme === 'http' ? 'https' : server.scheme}://${urlHost(host)}:${port}`
  const deadline = Date.now() + startTimeoutMs
  while (!life.ended && !context.signal.aborted) {
    if (await answers(server, host, port, secure(request))) {
      request.onReady(url)
      break
    }
    if (Date.now() > deadline) {
      running.kill('SIGTERM')
      await exit
      throw serverError(request.kind, `it did not answer at ${url} within ${startTimeoutMs / 1000} s`, tail)
    }
    await sleep(100)
  }
  const { code, signal } = await exit
  context.signal.throwIfAborted()
  if (code !== 0) throw serverError(request.kind, `it ended with ${signal ?? `exit code ${code}`}`, tail)
}

/**
 * Makes sure that a server's port is free: worth knowing before an environment is made.
 *
 * @throws FsopError `FS520` when it is taken
 */
export async function checkPort(request: ServeRequest): Promise<void> {
  const host = request.host ?? servers[request.kind].host
  const port = request.port ?? servers[request.kind].port
  const problem = await new Promise<NodeJS.ErrnoException | undefined>((resolve) => {
    const probe = createServer()
    probe.once('error', resolve)
    probe.listen({ host, port, exclusive: true }, () => probe.close(() => resolve(undefined)))
  })
  if (problem === undefined) return
  const taken = problem.code === 'EADDRINUSE'
  throw new FsopError({
    code: 'FS520',
    message: taken ? `port ${port} on ${host} is taken` : `cannot listen on ${host}:${port}`,
    why: taken ? 'another process listens there' : problem.message,
    hint: taken
      ? `choose another with --port, or find the process: ss -ltnp 'sport = :${port}'`
      : 'choose another --host or --port',
  })
}

async function answers({ health }: Server, host: string, port: number, tls: boolean): Promise<boolean> {
  const reachable = host === '0.0.0.0' ? '127.0.0.1' : host === '::' ? '::1' : host
  // A server with a certificate of its own is not ours to judge: an open port is enough there.
  if (health === undefined || tls) return connects(reachable, port)
  try {
    const response = await fetch(`http://${urlHost(reachable)}:${port}${health}`, { signal: AbortSignal.timeout(2000) })
    await response.arrayBuffer()
    return response.ok
  } catch {
    return false
  }
}

function connects(host: string, port: number): Promise<boolean> {
  return new Promise((resolve) => {
    const socket = connect({ host, port, timeout: 2000 })
    const done = (result: boolean) => {
      socket.destroy()
      resolve(result)
    }
    socket.once('connect', () => done(true))
    socket.once('error', () => done(false))
    socket.once('timeout', () => done(false))
  })
}

function secure({ extra }: ServeRequest): boolean {
  return extra.some((word) => /^(-k|--key)(=|$)/.test(word))
}

function urlHost(host: string): string {
  return host.includes(':') ? `[${host}]` : host
}

function serverError(kind: ServerKind, why: string, tail: readonly string[]): FsopError {
  const last = tail.findLast((line) => /error|exception/i.test(line)) ?? tail.at(-1)
  const missing = last?.startsWith('ModuleNotFoundError')
  return new FsopError({
    code: 'FS521',
    message: `${kind} did not stay up: ${last?.trim() || 'it printed nothing'}`,
    why,
    hint: missing
      ? `install it into the environment that the backend file names; Feast's servers need: pip install 'feast[grpcio]'`
      : 'the lines above are what Feast printed',
    detail: tail.join('\n'),
  })
}
