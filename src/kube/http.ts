import http from 'node:http'
import https from 'node:https'
import { ApiError, type TransportReason } from './api.ts'
import type { Clock } from './clock.ts'

/** Where a call goes and how it gets there. */
export interface Target {
  /** Scheme, host and port, and perhaps a path that every call starts with. */
  readonly server: URL
  readonly agent: http.Agent
  /** Credentials; they stay out of every message. */
  readonly headers: Readonly<Record<string, string>>
}

export interface HttpCall {
  readonly method: string
  /** Path on the server, encoded, without the query. */
  readonly path: string
  readonly query?: Readonly<Record<string, string>> | undefined
  readonly headers?: Readonly<Record<string, string>> | undefined
  readonly body?: string | undefined
  /** Longest wait for the answer to begin; starts when the call has got a connection to be made on. */
  readonly headTimeoutMs: number
  /** Longest time without a byte after that. */
  readonly idleTimeoutMs: number
  readonly signal?: AbortSignal | undefined
  readonly clock: Clock
}

/** What becomes of a response as it comes in. Both may throw, which ends the call with that error. */
export interface Receiver {
  head(response: http.IncomingMessage): void
  data(chunk: Buffer): void
}

/**
 * Makes one call. Resolves when the whole response is received.
 *
 * @throws ApiError with status 0 when there is no whole response, the signal's reason once that aborts, and what the
 * receiver throws. The connection is closed then.
 */
export function exchange(target: Target, call: HttpCall, receiver: Receiver): Promise<void> {
  return new Promise((resolve, reject) => {
    if (call.signal?.aborted === true) {
      reject(call.signal.reason)
      return
    }
    const request = open(target, call)
    let connected = false
    let settled = false
    const idle = createIdleTimer(call.clock, call.headTimeoutMs, (ms) =>
      fail(transportError(call, 'Timeout', `nothing came from ${target.server.host} for ${ms / 1000} s`)),
    )

    const settle = (): boolean => {
      if (settled) return false
      settled = true
      idle.stop()
      call.signal?.removeEventListener('abort', abort)
      return true
    }
    const fail = (error: unknown): void => {
      if (!settle()) return
      request.destroy()
      reject(error)
    }
    const abort = (): void => fail(call.signal?.reason)
    const broken = (error: Error): void => fail(brokenError(call, error, connected))

    call.signal?.addEventListener('abort', abort, { once: true })
    request.on('socket', (socket) => {
      idle.touch()
      if (socket.connecting) socket.once('connect', () => (connected = true))
      else connected = true
    })
    // It stays on after the end: an error that comes late must find a listener.
    request.on('error', broken)
    request.on('response', (response) => {
      idle.limit(call.idleTimeoutMs)
      response.on('error', broken)
      response.on('data', (chunk: Buffer) => {
        if (settled) return
        idle.touch()
        attempt(() => receiver.data(chunk))
      })
      response.on('end', () => {
        if (settle()) resolve()
      })
      response.on('close', () => broken(new Error('the connection was closed')))
      attempt(() => receiver.head(response))
    })
    const attempt = (receive: () => void): void => {
      try {
        receive()
      } catch (error) {
        fail(error)
      }
    }
    request.end(call.body)
  })
}

function open({ server, agent, headers }: Target, call: HttpCall): http.ClientRequest {
  const query = new URLSearchParams(call.query).toString()
  const base = server.pathname.replace(/\/$/, '')
  const { request } = server.protocol === 'https:' ? https : http
  return request({
    protocol: server.protocol,
    // URL keeps the brackets of an IPv6 address, which a socket does not take.
    hostname: server.hostname.replace(/^\[(.*)\]$/, '$1'),
    port: server.port,
    path: `${base}${call.path}${query === '' ? '' : `?${query}`}`,
    method: call.method,
    headers: {
      ...headers,
      ...call.headers,
      ...(call.body === undefined ? {} : { 'Content-Length': String(Buffer.byteLength(call.body)) }),
    },
    agent,
  })
}

interface IdleTimer {
  touch(): void
  limit(ms: number): void
  stop(): void
}

/** One timer for all the bytes of a call: they only note the time. Starts with the first touch. */
function createIdleTimer(clock: Clock, firstMs: number, onIdle: (ms: number) => void): IdleTimer {
  let ms = firstMs
  let touchedAt: number | undefined
  let cancel: (() => void) | undefined
  const check = (): void => {
    const leftMs = (touchedAt ?? clock.now()) + ms - clock.now()
    if (leftMs <= 0) onIdle(ms)
    else cancel = clock.after(leftMs, check)
  }
  return {
    touch() {
      const first = touchedAt === undefined
      touchedAt = clock.now()
      if (first) check()
    },
    limit(newMs) {
      ms = newMs
      touchedAt = clock.now()
      cancel?.()
      check()
    },
    stop: () => cancel?.(),
  }
}

export function transportError(
  { method, path }: Pick<HttpCall, 'method' | 'path'>,
  reason: TransportReason,
  problem: string,
  cause?: unknown,
): ApiError {
  return new ApiError(`${method} ${path}: ${problem}`, { status: 0, reason, method, path, cause })
}

function brokenError(call: HttpCall, error: Error, connected: boolean): ApiError {
  const code = 'code' in error && typeof error.code === 'string' ? error.code : ''
  return transportError(call, reasonOf(code, connected), problemOf(error, code), error)
}

function reasonOf(code: string, connected: boolean): TransportReason {
  if (TLS_CODE.test(code)) return 'TlsError'
  return connected ? 'ConnectionError' : 'ConnectionRefused'
}

/** Codes of OpenSSL's certificate checks and of Node's own (tls, "X509 certificate error codes"). */
const TLS_CODE =
  /^(EPROTO$|ERR_TLS_|ERR_SSL_|ERR_OSSL_|CERT_|CRL_|DEPTH_ZERO_|SELF_SIGNED_|UNABLE_TO_|INVALID_CA|HOSTNAME_)/

/** Happy Eyeballs gives an AggregateError without a message of its own. */
function problemOf(error: Error, code: string): string {
  return error.message === '' ? `cannot connect (${code})` : error.message
}
