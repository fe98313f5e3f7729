/** A Notebook, down to what decides about its ConfigMap. */
export interface Notebook {
  readonly namespace: string
  readonly name: string
  readonly uid: string
  /** The label is exactly `true`: the only value that the Go controller and the mounting webhook take. */
  readonly isEnabled: boolean
  /** The list of projects as written; none when the annotation is missing. */
  readonly annotation: string | undefined
  readonly isPaused: boolean
  readonly isTerminating: boolean
}

/** A FeatureStore, down to what says where its client config is. */
export interface FeatureStore {
  readonly namespace: string
  readonly name: string
  readonly uid: string
  readonly apiVersion: string
  /** `status.applied.feastProject`, else `spec.feastProject`: the order of the Go controller. */
  readonly project: string | undefined
  /** `status.clientConfigMap`: a ConfigMap beside the store. */
  readonly clientConfigMap: string | undefined
  readonly phase: string | undefined
  readonly isTerminating: boolean
}

export interface Owner {
  readonly apiVersion: string
  readonly kind: string
  readonly name: string
  readonly uid: string
}

/** A ConfigMap without its texts: thousands of them stay in memory. */
export interface ConfigMapView {
  readonly namespace: string
  readonly name: string
  readonly uid: string
  readonly resourceVersion: string
  readonly labels: Readonly<Record<string, string>>
  readonly owners: readonly Owner[]
  /** A fingerprint of the value of each key of `data`. */
  readonly data: ReadonlyMap<string, string>
  /** Bytes of each value of `data`. */
  readonly sizes: ReadonlyMap<string, number>
  /** Bytes of `data` and `binaryData`, as the API server counts them against its limit: values only. */
  readonly bytes: number
  readonly isImmutable: boolean
  readonly isTerminating: boolean
  readonly claims: Claims
  /** The text under `feature_store.yaml`, which only a client ConfigMap has. */
  readonly clientText: string | undefined
}

/** Who says what stands in a ConfigMap, from its `managedFields`. */
export interface Claims {
  /** We have applied it before. */
  readonly isApplied: boolean
  /** Keys of `data` that we hold by server-side apply: leaving one out of the next apply removes it. */
  readonly own: ReadonlySet<string>
  /** Keys of `data` that only the Feast operator's Go controller holds: left over where it ran before us. */
  readonly inherited: ReadonlySet<string>
  /** Fields (`data.p`, `labels.l`) that another manager holds by server-side apply, and so means to keep. */
  readonly rivals: ReadonlyMap<string, string>
}

export const noClaims: Claims = { isApplied: false, own: new Set(), inherited: new Set(), rivals: new Map() }

/** `namespace/name`. */
export type Key = string

export function keyOf({ namespace, name }: { readonly namespace: string; readonly name: string }): Key {
  return `${namespace}/${name}`
}
