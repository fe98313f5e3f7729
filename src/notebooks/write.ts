import type { Decision, Value } from './decide.ts'
import { CREATE_ONLY, desiredObject, type NotebookKind } from './desired.ts'
import type { ConfigMapView, Notebook } from './model.ts'
import { configMapName, FIELD_MANAGER } from './names.ts'
import { configMapOf, isPredecessor } from './projections.ts'
import { configMaps } from './resources.ts'
import { isNotFound, type KubeApi, type KubeObject } from '../kube/api.ts'

export type WriteApi = Pick<KubeApi, 'get' | 'apply' | 'update' | 'delete'>

/** The object changed between our look at it and the write: decide anew. */
export class Overtaken extends Error {
  override readonly name = 'Overtaken'
}

type Writing = Exclude<Decision, { action: 'none' }>

/**
 * Carries a decision out. Every write is bound to the state that was decided on, by its resource version: what somebody
 * changed since is never written over, it ends in a 409 and a new decision.
 *
 * @returns the ConfigMap as it is now; undefined when it was deleted
 * @throws ApiError, Overtaken
 */
export async function write(
  api: WriteApi,
  notebook: Notebook,
  decision: Writing,
  kind: NotebookKind,
): Promise<ConfigMapView | undefined> {
  const at = { namespace: notebook.namespace, name: configMapName(notebook.name) }
  switch (decision.action) {
    case 'delete':
      await api.delete(configMaps, at, {
        uid: decision.existing.uid,
        resourceVersion: decision.existing.resourceVersion,
      })
      return undefined
    case 'create':
      return applied(api, desiredObject(notebook, texts(decision.data, undefined), kind, CREATE_ONLY))
    case 'update':
    case 'replace': {
      const { existing } = decision
      const needsLive =
        decision.handOver.length > 0 || [...decision.data.values()].some((value) => value.kind === 'last-good')
      const live = needsLive ? await readLive(api, existing) : undefined
      const data = texts(decision.data, live)
      if (decision.action === 'replace') {
        await api.delete(configMaps, at, { uid: existing.uid, resourceVersion: existing.resourceVersion })
        return applied(api, desiredObject(notebook, data, kind, CREATE_ONLY))
      }
      const version =
        decision.handOver.length === 0 || live === undefined
          ? existing.resourceVersion
          : await handOver(api, live, decision.handOver)
      return applied(api, desiredObject(notebook, data, kind, version), true)
    }
  }
}

/** Force reaches only the fields of the state that was looked at, since the write is bound to it. */
async function applied(api: WriteApi, object: KubeObject, force = false): Promise<ConfigMapView> {
  return configMapOf(await api.apply(configMaps, object, { force }))
}

/** The texts behind last good values are not kept in memory: they are read when they are needed. */
async function readLive(api: WriteApi, { namespace, name, resourceVersion }: ConfigMapView): Promise<KubeObject> {
  const live = await readConfigMap(api, { namespace, name })
  if (live?.metadata.resourceVersion !== resourceVersion) throw new Overtaken()
  return live
}

export async function readConfigMap(
  api: Pick<KubeApi, 'get'>,
  at: { namespace: string; name: string },
): Promise<KubeObject | undefined> {
  try {
    return await api.get(configMaps, at)
  } catch (error) {
    if (isNotFound(error)) return undefined
    throw error
  }
}

function texts(data: ReadonlyMap<string, Value>, live: KubeObject | undefined): Map<string, string> {
  const now = (live?.['data'] ?? {}) as Readonly<Record<string, string>>
  return new Map(
    [...data].flatMap(([key, value]): [string, string][] => {
      if (value.kind === 'text') return [[key, value.text]]
      return Object.hasOwn(now, key) ? [[key, now[key] ?? '']] : []
    }),
  )
}

/**
 * Takes a ConfigMap over from the Go controller: removes what is left of its keys, and books its fields to our server-side
 * apply, as client-go's csaupgrade does for kubectl. Without that no apply of ours could ever remove them.
 *
 * @returns the new resource version
 */
async function handOver(api: WriteApi, live: KubeObject, keys: readonly string[]): Promise<string> {
  const gone = new Set(keys)
  const data = Object.entries((live['data'] ?? {}) as Record<string, string>).filter(([key]) => !gone.has(key))
  const managedFields = (live.metadata.managedFields ?? []) as Record<string, unknown>[]
  const kept = managedFields.filter((entry) => !isPredecessor(entry))
  const isBooked = kept.some((entry) => entry['manager'] === FIELD_MANAGER && entry['operation'] === 'Apply')
  const inherited = isBooked ? undefined : managedFields.find(isPredecessor)
  const { metadata } = await api.update(configMaps, {
    ...live,
    metadata: {
      ...live.metadata,
      managedFields:
        inherited === undefined ? kept : [...kept, { ...inherited, manager: FIELD_MANAGER, operation: 'Apply' }],
    },
    data: Object.fromEntries(data),
  })
  return metadata.resourceVersion ?? ''
}
