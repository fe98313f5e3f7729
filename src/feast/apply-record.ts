import { createHash } from 'node:crypto'
import { mkdir, readFile, rename, rm, writeFile } from 'node:fs/promises'
import { dirname, join } from 'node:path'
import { isUnchanged, type ApplyTrace } from './apply-trace.ts'
import type { StorePlan } from './protocol.ts'
import type { StoreSpec } from '../spec/store-spec.ts'

/** What, beside the spec's place, tells one record from another. */
export interface RecordKey {
  /** fsop's cache folder. */
  readonly cache: string
  readonly env: NodeJS.ProcessEnv
  /** The environment and interpreter that the backend would use, as text. */
  readonly environment: string
  readonly fsopVersion: string
}

interface ApplyRecord {
  readonly environment: string
  readonly fsopVersion: string
  readonly plan: StorePlan
  readonly trace: ApplyTrace
}

/**
 * The plan of a store that is known to need none: every input that the last apply recorded is as it was then.
 *
 * @returns a plan without changes, or undefined whenever there is any doubt
 */
export async function recallApply(spec: StoreSpec, key: RecordKey): Promise<StorePlan | undefined> {
  try {
    const record = JSON.parse(await readFile(recordPath(spec, key), 'utf8')) as ApplyRecord
    if (record.environment !== key.environment || record.fsopVersion !== key.fsopVersion) return undefined
    return (await isUnchanged(record.trace, key.env)) ? record.plan : undefined
  } catch {
    // No record, or one that cannot be read: the full path knows.
    return undefined
  }
}

/**
 * Keeps what an apply depended on for {@link recallApply}; forgets the store when that cannot be checked later. Never
 * throws: the apply is done, and a full disk only costs the next one its short way.
 */
export async function recordApply(spec: StoreSpec, key: RecordKey, plan: StorePlan, trace: unknown): Promise<void> {
  const path = recordPath(spec, key)
  try {
    await writeRecord(path, key, plan, trace)
  } catch {
    await rm(path, { force: true }).catch(() => undefined)
  }
}

async function writeRecord(path: string, key: RecordKey, plan: StorePlan, trace: unknown): Promise<void> {
  if (!isCacheable(trace)) return rm(path, { force: true })
  const { environment, fsopVersion } = key
  const record: ApplyRecord = { environment, fsopVersion, plan: settled(plan), trace }
  await mkdir(dirname(path), { recursive: true, mode: 0o700 })
  const temporary = `${path}.${process.pid}.tmp`
  try {
    await writeFile(temporary, JSON.stringify(record), { mode: 0o600 })
    await rename(temporary, path)
  } finally {
    await rm(temporary, { force: true })
  }
}

function isCacheable(trace: unknown): trace is ApplyTrace {
  return typeof trace === 'object' && trace !== null && 'cacheable' in trace && trace.cacheable === true
}

function recordPath(spec: StoreSpec, { cache }: RecordKey): string {
  return join(cache, 'applied', `${createHash('sha256').update(spec.path).digest('hex').slice(0, 32)}.json`)
}

/** The plan that a further apply would come to. */
function settled(plan: StorePlan): StorePlan {
  const keep = <T extends { action: string }>(items: readonly T[]) =>
    items
      .filter(({ action }) => action !== 'delete')
      .map((item) => ({ ...item, action: 'unchanged' as const, changes: [] }))
  const objects = keep(plan.objects)
  return {
    ...plan,
    objects,
    infra: keep(plan.infra),
    counts: { create: 0, update: 0, delete: 0, unchanged: objects.length },
  }
}
