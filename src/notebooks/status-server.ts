import { createServer, type Server } from 'node:http'
import type { AddressInfo } from 'node:net'

export interface StatusServer {
  /** `host:port` as it listens; the port is the system's choice where 0 was asked for. */
  readonly address: string
  close(): Promise<void>
}

export interface StatusAnswers {
  /** Why the process ought to be started anew; undefined when it is well. */
  readonly sick: () => string | undefined
  /** Why it does not do its work yet; undefined when it does. */
  readonly unready: () => string | undefined
  readonly metrics: () => string
}

/** Answers `/healthz`, `/readyz` and `/metrics`. */
export async function serveStatus(address: string, { sick, unready, metrics }: StatusAnswers): Promise<StatusServer> {
  const { host, port } = parseAddress(address)
  const pages: Readonly<Record<string, () => { status: number; text: string; type?: string }>> = {
    '/healthz': () => verdict(sick()),
    '/readyz': () => verdict(unready()),
    '/metrics': () => ({ status: 200, text: metrics(), type: 'text/plain; version=0.0.4' }),
  }
  const server = createServer((request, response) => {
    const path = (request.url ?? '/').split('?')[0] ?? '/'
    const page = request.method === 'GET' || request.method === 'HEAD' ? pages[path] : undefined
    const { status, text, type = 'text/plain' } = page?.() ?? { status: 404, text: 'not found\n' }
    response.writeHead(status, { 'Content-Type': `${type}; charset=utf-8` }).end(request.method === 'HEAD' ? '' : text)
  })
  await listen(server, host, port)
  const bound = server.address() as AddressInfo
  const shown = bound.family === 'IPv6' ? `[${bound.address}]` : bound.address
  return {
    address: `${shown}:${bound.port}`,
    close: () =>
      new Promise((resolve) => {
        server.close(() => resolve())
        server.closeAllConnections()
      }),
  }
}

function verdict(problem: string | undefined): { status: number; text: string } {
  return problem === undefined ? { status: 200, text: 'ok\n' } : { status: 503, text: `${problem}\n` }
}

/** @throws RangeError when the text is no `HOST:PORT` */
export function parseAddress(text: string): { host: string; port: number } {
  const match = /^(?:\[([0-9a-fA-F:.]+)\]|([^:\s]*)):(\d{1,5})$/.exec(text)
  const port = Number(match?.[3])
  if (match === null || port > 65_535) throw new RangeError(`${text} is not HOST:PORT`)
  return { host: (match[1] ?? match[2]) || '0.0.0.0', port }
}

function listen(server: Server, host: string, port: number): Promise<void> {
  return new Promise((resolve, reject) => {
    server.once('error', reject)
    server.listen(port, host, () => {
      server.off('error', reject)
      resolve()
    })
  })
}
