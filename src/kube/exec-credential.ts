import { spawn } from 'node:child_process'
import type { Clock } from './clock.ts'
import type { Credential, ExecPlugin } from './kubeconfig.ts'

const DEFAULT_API_VERSION = 'client.authentication.k8s.io/v1'
const MAX_OUTPUT_BYTES = 1024 * 1024

export interface ExecCredential extends Credential {
  /** Time of day after which the plugin has to be asked again; undefined for never. */
  readonly expiresAt: Date | undefined
}

/**
 * Asks a credential plugin, as client-go does (client.authentication.k8s.io/v1). Its stderr is dropped: it may hold what
 * must not get into a log.
 *
 * @throws Error that names the plugin's command and nothing it printed
 */
export function askPlugin(
  plugin: ExecPlugin,
  options: {
    readonly env: Readonly<Record<string, string | undefined>>
    readonly clusterInfo: Readonly<Record<string, unknown>>
    readonly timeoutMs: number
    readonly clock: Clock
    readonly signal?: AbortSignal | undefined
  },
): Promise<ExecCredential> {
  const { command, args = [], env = [], apiVersion = DEFAULT_API_VERSION } = plugin
  const info = { apiVersion, kind: 'ExecCredential', spec: { cluster: options.clusterInfo, interactive: false } }
  const title = `the credential plugin ${command}`
  return new Promise((resolve, reject) => {
    const child = spawn(command, [...(args ?? [])], {
      env: {
        ...options.env,
        KUBERNETES_EXEC_INFO: JSON.stringify(info),
        ...Object.fromEntries((env ?? []).map(({ name, value }) => [name, value])),
      },
      stdio: ['ignore', 'pipe', 'ignore'],
      windowsHide: true,
    })
    const chunks: Buffer[] = []
    let bytes = 0
    const finish = (end: () => void): void => {
      cancel()
      options.signal?.removeEventListener('abort', abort)
      end()
    }
    const stop = (error: unknown): void =>
      finish(() => {
        child.kill('SIGKILL')
        reject(error)
      })
    const abort = (): void => stop(options.signal?.reason)
    const cancel = options.clock.after(options.timeoutMs, () =>
      stop(new Error(`${title} gave no answer in ${options.timeoutMs / 1000} s`)),
    )
    options.signal?.addEventListener('abort', abort, { once: true })
    if (options.signal?.aborted === true) abort()
    child.on('error', (error) =>
      stop(new Error(`${title} cannot be started (${'code' in error ? String(error.code) : ''})`)),
    )
    child.stdout.on('data', (chunk: Buffer) => {
      bytes += chunk.length
      if (bytes > MAX_OUTPUT_BYTES) stop(new Error(`${title} printed more than a credential`))
      else chunks.push(chunk)
    })
    child.on('close', (code) =>
      finish(() => {
        if (code !== 0) {
          reject(new Error(`${title} failed (exit code ${code}); run it by itself to see why`))
          return
        }
        const credential = readCredential(Buffer.concat(chunks).toString('utf8'))
        if (credential === undefined) reject(new Error(`${title} printed no credential`))
        else resolve(credential)
      }),
    )
  })
}

/** @returns undefined for what is no ExecCredential with a token or a certificate */
export function readCredential(output: string): ExecCredential | undefined {
  let value: unknown
  try {
    value = JSON.parse(output)
  } catch {
    return undefined
  }
  const { status } = (value ?? {}) as { status?: Record<string, unknown> }
  const text = (field: string): string | undefined => {
    const found = status?.[field]
    return typeof found === 'string' && found !== '' ? found : undefined
  }
  const token = text('token')
  const certificate = text('clientCertificateData')
  if (token === undefined && certificate === undefined) return undefined
  const expiry = new Date(text('expirationTimestamp') ?? Number.NaN)
  return {
    token: token?.trim(),
    certificate,
    key: text('clientKeyData'),
    expiresAt: Number.isNaN(expiry.getTime()) ? undefined : expiry,
  }
}
