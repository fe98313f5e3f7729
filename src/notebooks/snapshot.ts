import type { ConfigMapView, FeatureStore, Key, Notebook } from './model.ts'
import { keyOf } from './model.ts'
import { MANAGED_BY, MANAGED_BY_LABEL, notebookNameOf, SEED_LABEL } from './names.ts'
import type { World } from './reconcile.ts'
import { indexStores, type StoreIndex } from './stores.ts'

/** Only integrated notebooks are read: the API server selects. */
export function notebookSelector({ label }: { readonly label: string }): string {
  return `${label}=true`
}

/**
 * Our ConfigMaps and those of the Feast operator, its client configs among them; then those with the seed's label alone.
 * Other ConfigMaps, of which a cluster has thousands, are never read.
 */
export const CONFIG_MAP_SELECTORS = [
  `${MANAGED_BY_LABEL}=${MANAGED_BY}`,
  `${SEED_LABEL}=${MANAGED_BY},${MANAGED_BY_LABEL}!=${MANAGED_BY}`,
] as const

/** What a single run has read. */
export interface Snapshot {
  readonly notebooks: ReadonlyMap<Key, Notebook>
  readonly configMaps: ReadonlyMap<Key, ConfigMapView>
  readonly stores: readonly FeatureStore[]
  readonly gap: string | undefined
}

export function worldOf({ notebooks, configMaps, stores, gap }: Snapshot): World {
  const index: StoreIndex = indexStores(stores, gap)
  const now = new Map(configMaps)
  return {
    notebook: (key) => notebooks.get(key),
    configMap: (key) => now.get(key),
    stores: () => index,
    wrote: (key, view) => void (view === undefined ? now.delete(key) : now.set(key, view)),
  }
}

/** The notebooks that need a look: the integrated ones, and those whose ConfigMap of ours may have to go. */
export function keysOf({ notebooks, configMaps }: Pick<Snapshot, 'notebooks' | 'configMaps'>): readonly Key[] {
  const keys = new Set(notebooks.keys())
  for (const key of configMaps.keys()) {
    const notebook = notebookOfConfigMap(key)
    if (notebook !== undefined) keys.add(notebook)
  }
  return [...keys].sort()
}

/** The notebook whose ConfigMap this could be, by the name alone. */
export function notebookOfConfigMap(key: Key): Key | undefined {
  const [namespace = '', name = ''] = key.split('/')
  const notebook = notebookNameOf(name)
  return notebook === undefined ? undefined : keyOf({ namespace, name: notebook })
}
