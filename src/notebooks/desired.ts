import { shortHash } from './fingerprint.ts'
import type { Notebook } from './model.ts'
import { configMapName, MANAGED_BY, MANAGED_BY_LABEL, SEED_LABEL, SOURCE_KIND_LABEL, SOURCE_LABEL } from './names.ts'
import type { KubeObject, OwnerReference } from '../kube/api.ts'

/** What a Notebook is called where it is an owner: its group, version and kind. */
export interface NotebookKind {
  readonly apiVersion: string
  readonly kind: string
}

const MAX_LABEL = 63

/** Both forms of the managed-by label: the seed's and the Go code's. */
export function desiredLabels(notebook: string, { kind }: NotebookKind): Readonly<Record<string, string>> {
  return {
    [SEED_LABEL]: MANAGED_BY,
    [MANAGED_BY_LABEL]: MANAGED_BY,
    [SOURCE_LABEL]: labelValue(notebook),
    [SOURCE_KIND_LABEL]: kind,
  }
}

/** Names reach 253 characters and label values 63: a longer one is cut and told apart by a hash. */
export function labelValue(name: string): string {
  if (name.length <= MAX_LABEL) return name
  const hash = shortHash(name)
  return `${name.slice(0, MAX_LABEL - hash.length - 1).replace(/[^A-Za-z0-9]+$/, '')}-${hash}`
}

/** The Go controller writes both flags, as false: the notebook owns the ConfigMap and controls nothing about it. */
export function desiredOwner({ name, uid }: Notebook, { apiVersion, kind }: NotebookKind): OwnerReference {
  return { apiVersion, kind, name, uid, controller: false, blockOwnerDeletion: false }
}

/** The ConfigMap as we apply it: what we own and nothing else. */
export function desiredObject(
  notebook: Notebook,
  data: ReadonlyMap<string, string>,
  kind: NotebookKind,
  /** Apply only to this state of the object; `CREATE_ONLY` when there must be none. */
  resourceVersion: string,
): KubeObject {
  return {
    apiVersion: 'v1',
    kind: 'ConfigMap',
    metadata: {
      name: configMapName(notebook.name),
      namespace: notebook.namespace,
      resourceVersion,
      labels: { ...desiredLabels(notebook.name, kind) },
      ownerReferences: [desiredOwner(notebook, kind)],
    },
    // From entries, so that a key `__proto__` is a key like any other.
    data: Object.fromEntries([...data].sort(([a], [b]) => (a < b ? -1 : 1))),
  }
}

/**
 * A resource version that no object has: an apply with it makes the object where there is none, and conflicts (409) where
 * there is one. So one request creates, and never writes over what we have not seen.
 */
export const CREATE_ONLY = '1'
