import { toKube, kubeScalar, type KubeValue } from './kube-value.ts'
import type { FileSecrets } from '../spec/excerpts.ts'
import type { Report } from '../spec/report.ts'
import type { MapEntry, MapNode, YamlNode } from '../spec/yaml/nodes.ts'

/** One Kubernetes object of a file, as the checks of its kind look at it. */
export interface ManifestObject {
  readonly root: MapNode
  readonly entries: ReadonlyMap<string, MapEntry>
  readonly apiVersion: MapEntry
  /** Without the group: `v1`. */
  readonly version: string
  readonly kind: string
  readonly metadata: ReadonlyMap<string, MapEntry>
  readonly labels: readonly MapEntry[]
  readonly annotations: readonly MapEntry[]
  /** `metadata.name`, if it is there and a text. */
  readonly name: string | undefined
  readonly spec: MapEntry | undefined
  /** {@link spec} as data. */
  readonly specValue: KubeValue | undefined
  readonly report: Report
  /** Values that no message may show. */
  readonly secrets: FileSecrets
}

/** @param apiVersion the entry, whose value is a text with or without a group */
export function manifestObject(
  root: MapNode,
  { apiVersion, kind, ...shared }: { apiVersion: MapEntry; kind: string } & Pick<ManifestObject, 'report' | 'secrets'>,
): ManifestObject {
  const entries = entriesOf(root)
  const metadata = entriesOf(entries.get('metadata')?.value)
  const spec = entries.get('spec')
  return {
    ...shared,
    root,
    entries,
    apiVersion,
    kind,
    version: textOf(apiVersion.value)?.split('/').at(-1) ?? '',
    metadata,
    labels: [...entriesOf(metadata.get('labels')?.value).values()],
    annotations: [...entriesOf(metadata.get('annotations')?.value).values()],
    name: textOf(metadata.get('name')?.value),
    spec,
    specValue: spec && toKube(spec.value),
  }
}

/** The entries of a mapping by name; none for anything else. */
export function entriesOf(node: YamlNode | undefined): ReadonlyMap<string, MapEntry> {
  return new Map(node?.kind === 'map' ? node.entries.map((entry) => [entry.name, entry]) : [])
}

/** The text of a scalar; undefined for anything else. */
export function textOf(node: YamlNode | undefined): string | undefined {
  const value = node?.kind === 'scalar' ? kubeScalar(node) : undefined
  return typeof value === 'string' ? value : undefined
}
