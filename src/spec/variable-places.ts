import type { Expansion, VariableReference } from './environment-variables.ts'
import type { Position } from '../diagnostics/diagnostic.ts'
import type { YamlNode } from './yaml/nodes.ts'

/** The references whose text stands within a node. */
export function within(
  node: YamlNode,
  references: readonly VariableReference[],
  toSource: (position: Position) => Position,
) {
  if (references.length === 0) return []
  const start = toSource(node.span.start)
  const end = toSource(node.span.end)
  return references.filter(({ position }) => !isBefore(position, start) && isBefore(position, end))
}

/** Says of each reference which setting it stands in. */
export function withPaths(
  references: readonly VariableReference[],
  root: YamlNode,
  { toSource }: Expansion,
): VariableReference[] {
  const paths = new Map<VariableReference, string>()
  const visit = (node: YamlNode, path: string) => {
    if (node.kind === 'scalar') {
      for (const reference of within(node, references, toSource)) if (!paths.has(reference)) paths.set(reference, path)
    } else if (node.kind === 'seq') {
      node.items.forEach((item, index) => visit(item, path === '' ? String(index) : `${path}.${index}`))
    } else {
      for (const { key, name, value } of node.entries) {
        // A key that a variable names is not written out: that would show the variable's value.
        const shown = within(key, references, toSource).length > 0 ? '*' : name
        const below = path === '' ? shown : `${path}.${shown}`
        visit(key, below)
        visit(value, below)
      }
    }
  }
  visit(root, '')
  return references.map((reference) => {
    const path = paths.get(reference)
    return path === undefined ? { ...reference, isComment: true } : { ...reference, path }
  })
}

/** Whether a place comes before another one. */
export function isBefore(a: Position, b: Position): boolean {
  return a.line < b.line || (a.line === b.line && a.column < b.column)
}
