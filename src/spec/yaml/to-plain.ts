import type { ScalarNode, YamlNode } from './nodes.ts'
import { TAG } from './tags.ts'

/**
 * Gives the plain value that a schema check looks at.
 *
 * - `int`: a number, or a bigint beyond the safe integers; `float`: a number (`isFloat` tells the two apart)
 * - dates, times and bytes: instances of `YamlOpaque`, never a string
 * - `dict`: an object without prototype, so that a key `__proto__` is a key like any other
 * - `!!set`: a `Set`; `!!omap` and `!!pairs`: an array of `[key, value]`
 *
 * @param node from `readYaml`, whose limits bound the work
 */
export function toPlain(node: YamlNode): unknown {
  if (node.kind === 'scalar') return plainScalar(node)
  if (node.kind === 'seq') return node.items.map(toPlain)
  if (node.tag === TAG.set) return new Set(node.entries.map(({ key }) => toPlain(key)))
  const object: Record<string, unknown> = Object.create(null)
  for (const { name, value } of node.entries) object[name] = toPlain(value)
  return object
}

function plainScalar({ value }: ScalarNode): unknown {
  if (typeof value === 'bigint' && value >= Number.MIN_SAFE_INTEGER && value <= Number.MAX_SAFE_INTEGER)
    return Number(value)
  return value
}
