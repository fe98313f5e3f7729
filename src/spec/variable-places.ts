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
  return between(references, start, end)
}

/** The references from one place of the file up to another; they are in the order of the file. */
export function between(references: readonly VariableReference[], start: Position, end: Position): VariableReference[] {
  const first = firstIndex(references.length, (index) => !isBefore(positionOf(references, index), start))
  const last = firstIndex(references.length, (index) => !isBefore(positionOf(references, index), end))
  return references.slice(first, last)
}

function positionOf(references: readonly VariableReference[], index: number): Position {
  return references[index]?.position ?? { line: Infinity, column: Infinity }
}

/** The least index for which a condition holds that holds for all after it. */
function firstIndex(length: number, holds: (index: number) => boolean): number {
  let low = 0
  let high = length
  while (low < high) {
    const middle = (low + high) >> 1
    if (holds(middle)) high = middle
    else low = middle + 1
  }
  return low
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
