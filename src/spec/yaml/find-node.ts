import type { ScalarNode, YamlNode } from './nodes.ts'

export interface FoundNode {
  /** The key under which the value stands; none at the root and in a list. */
  readonly key?: ScalarNode
  readonly value: YamlNode
}

/**
 * Follows a path of keys and list indexes, such as a schema error carries.
 *
 * @returns undefined where the path leads nowhere
 */
export function findNode(root: YamlNode, path: readonly (string | number)[]): FoundNode | undefined {
  let found: FoundNode = { value: root }
  for (const step of path) {
    const next = child(found.value, step)
    if (!next) return undefined
    found = next
  }
  return found
}

function child(node: YamlNode, step: string | number): FoundNode | undefined {
  if (node.kind === 'scalar') return undefined
  if (node.kind === 'map') return node.entries.find(({ name }) => name === String(step))
  const value = node.items[Number(step)]
  return value && { value }
}
