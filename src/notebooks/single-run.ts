import { diffOf } from './diff.ts'
import { configMapName } from './names.ts'
import { readConfigMap } from './write.ts'
import { isNotFound, type KubeApi, type KubeObject } from '../kube/api.ts'
import { pause, systemClock } from '../kube/clock.ts'
import { electLeader, LEASES } from '../kube/lease.ts'
import { hostname } from 'node:os'
import { randomBytes } from 'node:crypto'
import { isSettled, syncOnce, type SyncReport, type SyncRequest } from '../usecases/notebook-sync.ts'

export interface SingleRun {
  readonly request: SyncRequest
  readonly wait: boolean
  readonly diff: boolean
  /** The lock of runs that may overlap. */
  readonly lock: { readonly namespace: string; readonly name: string; readonly api: KubeApi } | undefined
}

const LOOK_AGAIN_MS = 1000
const LOOK_AT_LOCK_MS = 500
/** As long as a held Lease needs to show that its holder is gone, and a little. */
const LOCK_LEASE_MS = 15_000

/**
 * One run, or as many as it takes under `wait`.
 *
 * @returns undefined when another run holds the lock
 */
export async function singleRun(
  api: KubeApi,
  run: SingleRun,
  { signal, warn }: { readonly signal: AbortSignal; readonly warn: (message: string) => void },
): Promise<{ report: SyncReport; diffs: readonly string[] } | undefined> {
  const { lock } = run
  if (lock === undefined) return work(api, run, { signal, warn })
  const election = electLeader(lock.api, {
    namespace: lock.namespace,
    name: lock.name,
    identity: identityOf(),
    leaseMs: LOCK_LEASE_MS,
  })
  try {
    const term = await Promise.race([election.lead(), heldByOther(lock.api, lock, election, signal)])
    if (term === undefined) return undefined
    return await work(api, run, { signal: AbortSignal.any([signal, term]), warn })
  } finally {
    await election.stop()
  }
}

/** A pod's name where there is one; never the same for two processes. */
export function identityOf(podName?: string): string {
  return `${podName ?? hostname()}_${randomBytes(4).toString('hex')}`
}

/**
 * Resolves once another is seen to be at work: it renews the Lease while we look. One that was killed does not, and its
 * Lease is taken over when its time is up.
 */
async function heldByOther(
  api: Pick<KubeApi, 'get'>,
  lease: { readonly namespace: string; readonly name: string },
  election: { readonly identity: string },
  signal: AbortSignal,
): Promise<undefined> {
  const seen = new Set<string>()
  while (seen.size < 2) {
    await pause(systemClock, LOOK_AT_LOCK_MS, signal)
    signal.throwIfAborted()
    const found = await readLease(api, lease)
    const { holderIdentity } = (found?.['spec'] ?? {}) as { readonly holderIdentity?: string }
    // Given up or ours: the election will have it.
    if (!holderIdentity || holderIdentity === election.identity) seen.clear()
    else seen.add(found?.metadata.resourceVersion ?? '')
  }
}

async function readLease(
  api: Pick<KubeApi, 'get'>,
  at: { readonly namespace: string; readonly name: string },
): Promise<KubeObject | undefined> {
  try {
    return await api.get(LEASES, at)
  } catch (error) {
    if (isNotFound(error)) return undefined
    throw error
  }
}

async function work(
  api: KubeApi,
  { request, wait, diff }: SingleRun,
  { signal, warn }: { signal: AbortSignal; warn: (message: string) => void },
): Promise<{ report: SyncReport; diffs: readonly string[] }> {
  const diffs: string[] = []
  const ports = {
    api,
    now: () => new Date(),
    warn,
    signal,
    ...(diff ? { inspect: showDiff(api, diffs) } : {}),
  }
  for (;;) {
    const report = await syncOnce(request, ports)
    if (!wait || isSettled(report)) return { report, diffs }
    await pause(systemClock, LOOK_AGAIN_MS, signal)
    signal.throwIfAborted()
  }
}

function showDiff(api: KubeApi, diffs: string[]): NonNullable<Parameters<typeof syncOnce>[1]['inspect']> {
  return async (key, decision) => {
    if (decision.action === 'none') return
    const [namespace = '', name = ''] = key.split('/')
    const live =
      decision.action === 'create' ? undefined : await readConfigMap(api, { namespace, name: configMapName(name) })
    diffs.push(...diffOf(key, decision, (live?.['data'] ?? {}) as Record<string, string>))
  }
}
