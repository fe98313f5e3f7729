import { YamlOpaque, type ScalarNode, type YamlNode } from '../spec/yaml/nodes.ts'
import { TAG } from '../spec/yaml/tags.ts'

export type KubeScalar = string | number | boolean | null
export type KubeValue = KubeScalar | readonly KubeValue[] | { readonly [name: string]: KubeValue }

/**
 * A scalar as kubectl reads it. Its parser (sigs.k8s.io/yaml, go-yaml v2) differs from PyYAML's: dates and numbers in
 * base 60 stay texts, `1e3` and `08` are numbers, `y` and `n` are booleans.
 */
export function kubeScalar({ value, source, style, isTagged }: ScalarNode): KubeScalar {
  if (style !== 'plain' || isTagged) return value instanceof YamlOpaque ? source : plain(value)
  if (value instanceof YamlOpaque || /^[-+]?[0-9_]+(?::[0-5]?[0-9])+(?:\.[0-9_]*)?$/.test(source)) return source
  if (typeof value === 'string') {
    if (/^[yYnN]$/.test(value)) return /y/i.test(value)
    if (/^[-+]?(?:\.[0-9]+|[0-9]+(?:\.[0-9]*)?)(?:[eE][-+]?[0-9]+)?$/.test(value)) return Number(value)
  }
  return plain(value)
}

function plain(value: Exclude<ScalarNode['value'], YamlOpaque>): KubeScalar {
  return typeof value === 'bigint' ? Number(value) : value
}

/** A value as the API server validates it: nulls in mappings are dropped before (nothing in these schemas is nullable). */
export function toKube(node: YamlNode): KubeValue {
  if (node.kind === 'scalar') return kubeScalar(node)
  if (node.kind === 'seq') return node.items.map(toKube)
  const object: Record<string, KubeValue> = Object.create(null)
  if (node.tag === TAG.set) return object
  for (const { name, value } of node.entries) {
    const plainValue = toKube(value)
    if (plainValue !== null) object[name] = plainValue
  }
  return object
}

export function isNull(node: YamlNode): boolean {
  return node.kind === 'scalar' && kubeScalar(node) === null
}

export function isObject(value: KubeValue | undefined): value is { readonly [name: string]: KubeValue } {
  return typeof value === 'object' && value !== null && !Array.isArray(value)
}

/** What stands at a path; undefined where there is nothing, as CEL's `has` is false then. */
export function valueAt(value: KubeValue | undefined, ...path: readonly string[]): KubeValue | undefined {
  let found = value
  for (const step of path) found = isObject(found) ? found[step] : undefined
  return found ?? undefined
}
