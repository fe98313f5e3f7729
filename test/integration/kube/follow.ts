import { mkdtempSync, rmSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { setTimeout as sleep } from 'node:timers/promises'
import { onTestFinished } from 'vitest'
import type { KubeObject } from '../../../src/kube/api.ts'
import { connect, type ClusterConnection, type ConnectOptions } from '../../../src/kube/connect.ts'
import type { Change } from '../../../src/kube/object-store.ts'
import { type Reflection, type ReflectOptions, reflect, type ReflectorCounter } from '../../../src/kube/reflector.ts'
import { CONFIG_MAPS } from '../../support/kube-objects.ts'
import { type ScriptedApiServer, startScriptedApiServer } from '../../support/scripted-api-server.ts'

/** Times a fiftieth of the real ones. */
export const FAST = {
  idleTimeoutMs: 300,
  backoff: { firstMs: 16, maxMs: 600, factor: 2, jitter: 0.5 },
  rate: { perSecond: 20, burst: 3 },
}

export async function scripted(user?: Record<string, unknown>): Promise<ScriptedApiServer> {
  const server = await startScriptedApiServer(user)
  onTestFinished(() => server.stop())
  return server
}

/** A folder of the test's own, gone afterwards. */
export function emptyFolder(): string {
  const folder = mkdtempSync(join(tmpdir(), 'fsop-kube-'))
  onTestFinished(() => rmSync(folder, { recursive: true, force: true }))
  return folder
}

export async function connected(kubeconfig: string, options: Partial<ConnectOptions> = {}): Promise<ClusterConnection> {
  const connection = await connect({ kubeconfig, env: process.env, userAgent: 'fsop-test', ...options })
  onTestFinished(() => connection.close())
  return connection
}

export interface Followed {
  readonly connection: ClusterConnection
  readonly reflection: Reflection<KubeObject>
  /** What was told: `set name@resourceVersion` or `gone name`. */
  readonly events: string[]
  /** Lines of log from `info` on. */
  readonly logs: string[]
  readonly count: (name: ReflectorCounter) => number
}

/** Follows the ConfigMaps of a server. */
export async function follow(
  kubeconfig: string,
  options: Partial<ReflectOptions<KubeObject>> & { connection?: Partial<ConnectOptions> } = {},
): Promise<Followed> {
  const { connection: connectOptions, ...reflectOptions } = options
  const connection = await connected(kubeconfig, connectOptions)
  const events: string[] = []
  const logs: string[] = []
  const counts = new Map<string, number>()
  const reflection = reflect(connection, CONFIG_MAPS, {
    ...FAST,
    onEvent: (change) => void events.push(describeChange(change)),
    log: (level, message) => void (level === 'debug' ? undefined : logs.push(`${level} ${message}`)),
    metrics: { count: (name) => void counts.set(name, (counts.get(name) ?? 0) + 1) },
    ...reflectOptions,
  })
  onTestFinished(() => reflection.stop())
  return { connection, reflection, events, logs, count: (name) => counts.get(name) ?? 0 }
}

export function describeChange(change: Change<KubeObject>): string {
  const name = change.key.replace('team/', '')
  return change.type === 'gone' ? `gone ${name}` : `set ${name}@${change.object.metadata.resourceVersion}`
}

/** Waits until something holds; says what did not after `timeoutMs`. */
export async function until(holds: () => boolean, timeoutMs = 5000): Promise<void> {
  const deadline = performance.now() + timeoutMs
  while (!holds()) {
    if (performance.now() > deadline) throw new Error(`not so within ${timeoutMs} ms: ${String(holds)}`)
    await sleep(2)
  }
}
