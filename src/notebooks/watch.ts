import { setFlagsFromString } from 'node:v8'
import { scopeOf } from './command-flags.ts'
import { createEventTeller } from './event-teller.ts'
import { logLines } from './log-lines.ts'
import { openCluster } from './open-cluster.ts'
import { featureStores, featureStoreVersions, notebookKind } from './resources.ts'
import { controllerRun, type ControllerRun } from './run-controller.ts'
import { identityOf } from './single-run.ts'
import type { Session } from '../cli/session.ts'
import { FsopError } from '../diagnostics/errors.ts'
import { ExitCode } from '../diagnostics/exit-codes.ts'
import { isForbidden, isNotFound, type KubeApi, type Resource } from '../kube/api.ts'
import { systemClock } from '../kube/clock.ts'
import type { Log } from '../kube/log.ts'
import type { SyncRequest } from '../usecases/notebook-sync.ts'
import type { Scope } from '../usecases/notebook-sync-read.ts'

export interface WatchFlags {
  readonly kubeconfig?: string | undefined
  readonly context?: string | undefined
  readonly namespace?: string[] | undefined
  readonly 'all-namespaces': boolean
  readonly 'store-namespace'?: string[] | undefined
  readonly 'leader-elect': boolean
  readonly 'lease-namespace'?: string | undefined
  readonly 'lease-name': string
  readonly 'metrics-address': string
  readonly 'log-format': 'text' | 'json'
  readonly workers: number
  readonly resyncMs: number
}

/** A watch holds back for longer troubles by itself; a single call that fails goes back to the queue. */
const CALL_RETRY_MS = 3000

/**
 * The controller, until a signal ends it.
 *
 * @throws the signal's reason, as every command that is stopped does
 */
export async function watchNotebooks(
  session: Session,
  flags: WatchFlags,
  request: Omit<SyncRequest, 'scope'>,
): Promise<never> {
  keepYoungGenerationSmall()
  const { terminal, env, signal, debug } = session
  const log = logLines((line) => terminal.err(line), { format: flags['log-format'], debug, now: () => new Date() })
  const counter: { run: ControllerRun | undefined } = { run: undefined }
  const api = await openCluster(session, flags, {
    retryDeadlineMs: CALL_RETRY_MS,
    log,
    onRequest: (info) => counter.run?.onRequest(info),
  })
  try {
    const scope = scopeOf(flags, undefined, api.namespace)
    const namespaces = scope.namespaces ?? [undefined]
    const stores = await storesOf(api, scope, log)
    counter.run = controllerRun({
      ...request,
      kind: notebookKind(request.notebooks),
      dryRun: false,
      namespaces,
      ...stores,
      workers: flags.workers,
      resyncMs: flags.resyncMs,
      teller: request.events
        ? createEventTeller(api, {
            kind: notebookKind(request.notebooks),
            isWide: scope.namespaces === undefined,
            now: () => new Date(),
            warn: (message) => log('warn', message),
          })
        : undefined,
      metricsAddress: flags['metrics-address'] === 'off' ? undefined : flags['metrics-address'],
      lease: flags['leader-elect']
        ? {
            namespace: flags['lease-namespace'] ?? api.namespace,
            name: flags['lease-name'],
            identity: identityOf(env['POD_NAME']),
          }
        : undefined,
      clock: systemClock,
      log,
      signal,
      onListening: (address) => log('info', 'serving /healthz, /readyz and /metrics', { address }),
    })
    log('info', 'starting', { server: api.server, namespaces: scope.namespaces?.join(',') ?? 'all' })
    await counter.run.run(api).catch((error: unknown) => {
      throw listening(error, flags['metrics-address'])
    })
  } finally {
    api.close()
  }
  throw signal.reason
}

interface StoresToWatch {
  readonly featureStores: Resource
  readonly storeNamespaces: readonly (string | undefined)[]
}

/** Where FeatureStores are watched: all namespaces unless told, and the notebooks' own where that is not allowed. */
async function storesOf(api: KubeApi, { namespaces, storeNamespaces }: Scope, log: Log): Promise<StoresToWatch> {
  try {
    return {
      featureStores: await versionOf(api, storeNamespaces?.[0]),
      storeNamespaces: storeNamespaces ?? [undefined],
    }
  } catch (error) {
    if (!isForbidden(error)) throw error
    // The watch says so, and goes on once it is granted.
    if (namespaces === undefined) return { featureStores, storeNamespaces: [undefined] }
    log('warn', 'FeatureStores of all namespaces may not be read: those of the notebooks are', {
      reason: error.message,
    })
    return { featureStores: await versionOf(api, namespaces[0]), storeNamespaces: namespaces }
  }
}

/**
 * v1 where it is served, else v1alpha1; v1 too where neither is, to be waited for. One request that gives no object.
 *
 * @throws ApiError 403
 */
async function versionOf(api: KubeApi, namespace: string | undefined): Promise<Resource> {
  for (const resource of featureStoreVersions) {
    try {
      await api.list(resource, { namespace, fieldSelector: 'metadata.name=fsop-looks-for-the-version' })
      return resource
    } catch (error) {
      if (isForbidden(error) && namespace === undefined) throw error
      if (!isNotFound(error)) break
    }
  }
  return featureStores
}

/**
 * V8 lets the space for new objects grow to 32 MiB while the first lists are parsed and never gives it back: a fifth of
 * what a controller at rest needs. It costs a few more short collections.
 */
function keepYoungGenerationSmall(): void {
  setFlagsFromString('--semi-space-growth-factor=1')
}

function listening(error: unknown, address: string): unknown {
  const code = error instanceof Error && 'code' in error ? error.code : undefined
  if (!(error instanceof RangeError) && code !== 'EADDRINUSE' && code !== 'EACCES' && code !== 'EADDRNOTAVAIL')
    return error
  return new FsopError({
    code: 'NB409',
    message: `cannot serve metrics at ${address}: ${error instanceof Error ? error.message : String(error)}`,
    hint: 'name a free address with --metrics-address HOST:PORT, or turn it off with --metrics-address off',
    exitCode: error instanceof RangeError ? ExitCode.usage : ExitCode.failed,
    cause: error,
  })
}
