import { byteLength, fingerprint } from './fingerprint.ts'
import { noClaims, type Claims, type ConfigMapView, type FeatureStore, type Notebook } from './model.ts'
import {
  CLIENT_CONFIG_KEY,
  FIELD_MANAGER,
  GO_FIELD_MANAGER,
  MANAGED_BY_LABEL,
  PAUSE_ANNOTATION,
  SEED_LABEL,
  SOURCE_KIND_LABEL,
  SOURCE_LABEL,
} from './names.ts'
import type { KubeObject } from '../kube/api.ts'

/** An object cut down to its name and what we make of it: what lists and watches keep in memory. */
export interface Projected<View> extends KubeObject {
  readonly view: View
}

function projected<View>(object: KubeObject, view: View): Projected<View> {
  const { name, namespace, uid, resourceVersion } = object.metadata
  return {
    apiVersion: object.apiVersion,
    kind: object.kind,
    metadata: {
      name,
      ...(namespace === undefined ? {} : { namespace }),
      ...(uid === undefined ? {} : { uid }),
      ...(resourceVersion === undefined ? {} : { resourceVersion }),
    },
    view,
  }
}

export const projectNotebook = (marks: NotebookMarks) => (object: KubeObject) =>
  projected(object, notebookOf(object, marks))
export const projectFeatureStore = (object: KubeObject) => projected(object, featureStoreOf(object))
export const projectConfigMap = (object: KubeObject) => projected(object, configMapOf(object))

/** The label and the annotation that integrated notebooks carry. */
export interface NotebookMarks {
  readonly label: string
  readonly annotation: string
}

export function notebookOf({ metadata }: KubeObject, { label, annotation }: NotebookMarks): Notebook {
  return {
    namespace: metadata.namespace ?? '',
    name: metadata.name,
    uid: metadata.uid ?? '',
    isEnabled: metadata.labels?.[label] === 'true',
    annotation: metadata.annotations?.[annotation],
    isPaused: metadata.annotations?.[PAUSE_ANNOTATION] === 'true',
    isTerminating: metadata.deletionTimestamp !== undefined,
  }
}

export function featureStoreOf({ apiVersion, metadata, ...rest }: KubeObject): FeatureStore {
  const status = record(rest['status'])
  const applied = record(status['applied'])
  return {
    namespace: metadata.namespace ?? '',
    name: metadata.name,
    uid: metadata.uid ?? '',
    apiVersion,
    project: text(applied['feastProject']) || text(record(rest['spec'])['feastProject']),
    clientConfigMap: text(status['clientConfigMap']),
    phase: text(status['phase']),
    isTerminating: metadata.deletionTimestamp !== undefined,
  }
}

const ourLabels = [SEED_LABEL, MANAGED_BY_LABEL, SOURCE_LABEL, SOURCE_KIND_LABEL]

export function configMapOf({ metadata, ...rest }: KubeObject): ConfigMapView {
  const data = Object.entries(record(rest['data'])).map(([key, value]): [string, string] => [key, String(value)])
  const binary = Object.values(record(rest['binaryData'])).map((value) => Math.floor((String(value).length * 3) / 4))
  const sizes = new Map(data.map(([key, value]) => [key, byteLength(value)]))
  const labels = metadata.labels ?? {}
  return {
    namespace: metadata.namespace ?? '',
    name: metadata.name,
    uid: metadata.uid ?? '',
    resourceVersion: metadata.resourceVersion ?? '',
    labels: Object.fromEntries(ourLabels.flatMap((name) => (name in labels ? [[name, labels[name] ?? '']] : []))),
    owners: (metadata.ownerReferences ?? []).map(({ apiVersion, kind, name, uid }) => ({
      apiVersion,
      kind,
      name,
      uid,
    })),
    data: new Map(data.map(([key, value]) => [key, fingerprint(value)])),
    sizes,
    bytes: [...sizes.values(), ...binary].reduce((sum, size) => sum + size, 0),
    isImmutable: rest['immutable'] === true,
    isTerminating: metadata.deletionTimestamp !== undefined,
    claims: claimsOf(metadata.managedFields),
    clientText: data.find(([key]) => key === CLIENT_CONFIG_KEY)?.[1],
  }
}

/** Reads `managedFields` (docs: server-side apply, field management). */
function claimsOf(managedFields: readonly unknown[] | undefined): Claims {
  if (managedFields === undefined || managedFields.length === 0) return noClaims
  const own = new Set<string>()
  const goHeld = new Set<string>()
  const held = new Set<string>()
  const rivals = new Map<string, string>()
  let isApplied = false
  for (const entry of managedFields.map(record)) {
    const manager = text(entry['manager']) ?? ''
    const isApply = entry['operation'] === 'Apply'
    const fields = record(entry['fieldsV1'])
    const keys = fieldNames(record(fields['f:data']))
    if (isApply && manager === FIELD_MANAGER) {
      isApplied = true
      for (const key of keys) own.add(key)
    } else if (isPredecessor(entry)) {
      for (const key of keys) goHeld.add(key)
    } else {
      for (const key of keys) held.add(key)
      if (!isApply) continue
      for (const key of keys) rivals.set(`data.${key}`, manager)
      for (const label of fieldNames(record(record(fields['f:metadata'])['f:labels'])))
        rivals.set(`labels.${label}`, manager)
    }
  }
  return { isApplied, own, inherited: new Set([...goHeld].filter((key) => !held.has(key))), rivals }
}

/** Whether an entry of `managedFields` is what the Go controller wrote. */
export function isPredecessor(entry: Readonly<Record<string, unknown>>): boolean {
  return entry['operation'] === 'Update' && entry['manager'] === GO_FIELD_MANAGER
}

function fieldNames(fields: Readonly<Record<string, unknown>>): string[] {
  return Object.keys(fields)
    .filter((field) => field.startsWith('f:'))
    .map((field) => field.slice(2))
}

function text(value: unknown): string | undefined {
  return typeof value === 'string' ? value : undefined
}

function record(value: unknown): Readonly<Record<string, unknown>> {
  return typeof value === 'object' && value !== null && !Array.isArray(value) ? (value as Record<string, unknown>) : {}
}
