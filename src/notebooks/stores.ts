import type { ProjectRef } from './annotation.ts'
import { fault, type Fault } from './faults.ts'
import { keyOf, type FeatureStore } from './model.ts'

/** The FeatureStores that could be read. */
export interface StoreIndex {
  readonly byProject: ReadonlyMap<string, readonly FeatureStore[]>
  readonly byName: ReadonlyMap<string, readonly FeatureStore[]>
  /** Why some may be missing: then "not found" proves nothing. */
  readonly gap: string | undefined
}

export function indexStores(stores: Iterable<FeatureStore>, gap?: string): StoreIndex {
  const byProject = new Map<string, FeatureStore[]>()
  const byName = new Map<string, FeatureStore[]>()
  const add = (map: Map<string, FeatureStore[]>, name: string, store: FeatureStore) => {
    const list = map.get(name)
    if (list) list.push(store)
    else map.set(name, [store])
  }
  // In one order, whatever the API server's or the watch's was: messages and choices must not flap.
  for (const store of [...stores].sort(byKey)) {
    add(byName, store.name, store)
    if (store.project !== undefined && store.project !== '') add(byProject, store.project, store)
  }
  return { byProject, byName, gap }
}

function byKey(a: FeatureStore, b: FeatureStore): number {
  return keyOf(a) < keyOf(b) ? -1 : 1
}

/** What is known about a project before its client config is read. */
export type Resolved =
  | { readonly kind: 'store'; readonly store: FeatureStore }
  /** Not to be had now, and no proof that it is gone: what the notebook has stays. */
  | { readonly kind: 'keep'; readonly fault: Fault }
  /** Read, and not there: what the notebook has goes. */
  | { readonly kind: 'gone'; readonly fault: Fault }

/**
 * Finds the store of a project: by project name, else by the store's own name, as the Go controller does, which takes the
 * first of several in random order. Here the form `namespace/project` decides, then the notebook's own namespace; two that
 * are left are refused, with both named.
 */
export function resolveProject({ key, namespace }: ProjectRef, home: string, index: StoreIndex): Resolved {
  const inScope = (stores: readonly FeatureStore[] = []) =>
    namespace === undefined ? stores : stores.filter((store) => store.namespace === namespace)
  const named = inScope(index.byProject.get(key))
  const found = named.length > 0 ? named : inScope(index.byName.get(key))
  const staying = found.filter((store) => !store.isTerminating)
  const candidates = staying.length > 0 ? staying : found
  const near = candidates.filter((store) => store.namespace === home)
  const chosen = near.length > 0 ? near : candidates
  const [store, ...others] = chosen
  if (store === undefined) return notFound(key, namespace, index)
  if (others.length > 0) return { kind: 'keep', fault: ambiguous(key, chosen) }
  return usable(key, store)
}

function notFound(key: string, namespace: string | undefined, { gap }: StoreIndex): Resolved {
  const place = namespace === undefined ? '' : ` in namespace ${namespace}`
  if (gap !== undefined) {
    const message = `project "${key}" was not found${place}, and not all FeatureStores could be read: ${gap}`
    return { kind: 'keep', fault: fault('NB211', message, { project: key }) }
  }
  return {
    kind: 'gone',
    fault: fault('NB201', `project "${key}": there is no FeatureStore of that project${place}`, {
      project: key,
      hint: 'create the FeatureStore, or correct the annotation opendatahub.io/feast-config',
    }),
  }
}

function ambiguous(key: string, stores: readonly FeatureStore[]): Fault {
  const names = stores.slice(0, 5).map(keyOf)
  const more = stores.length > names.length ? ` and ${stores.length - names.length} more` : ''
  return fault('NB202', `project "${key}" is served by several FeatureStores: ${names.join(', ')}${more}`, {
    project: key,
    hint: `write ${stores[0]?.namespace ?? 'NAMESPACE'}/${key} in the annotation to say which one`,
  })
}

function usable(key: string, store: FeatureStore): Resolved {
  const { phase, clientConfigMap } = store
  // A store that never had a phase is not the operator's doing; the Go controller takes it, and so do we.
  if (phase !== undefined && phase !== '' && phase !== 'Ready') {
    return {
      kind: 'keep',
      fault: fault('NB203', `project "${key}": FeatureStore ${keyOf(store)} is ${phase}, not Ready`, {
        project: key,
        store,
        severity: 'warning',
        hint: `kubectl describe featurestore -n ${store.namespace} ${store.name}`,
      }),
    }
  }
  if (clientConfigMap === undefined || clientConfigMap === '') {
    return {
      kind: 'keep',
      fault: fault('NB204', `project "${key}": FeatureStore ${keyOf(store)} names no client ConfigMap yet`, {
        project: key,
        store,
        severity: 'warning',
        hint: 'the Feast operator writes it into status.clientConfigMap once the store runs',
      }),
    }
  }
  return { kind: 'store', store }
}
