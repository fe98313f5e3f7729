import { isPartOfSecret } from './environment-findings.ts'
import type { Expansion, VariableReference } from './environment-variables.ts'
import { redacted, secretTexts } from './secret-mask.ts'
import { isReference, type SecretValue } from './secrets.ts'
import { between, within } from './variable-places.ts'
import type { Diagnostic, Position } from '../diagnostics/diagnostic.ts'
import type { ScalarNode } from './yaml/nodes.ts'

/** References that are no variables but a part of a secret, such as `$word` in `pa$word`. */
export function hiddenIn(
  secrets: readonly SecretValue[],
  { references, toSource }: Expansion,
  raw: (node: ScalarNode) => string,
): ReadonlySet<VariableReference> {
  if (references.length === 0) return new Set()
  return new Set(
    secrets
      .filter(({ kind, node }) => kind === 'value' && !isReference(raw(node)))
      .flatMap(({ node }) => within(node, references, toSource).filter(isPartOfSecret)),
  )
}

/** Takes what nobody may see out of a diagnostic's texts: secrets of the file, and values of variables. */
export function redactor(
  secrets: readonly SecretValue[],
  { expansion, isBroken, sourceLines, env }: RedactionFacts,
): (diagnostic: Diagnostic) => Diagnostic {
  const { references, toSource } = expansion
  const texts = secretTexts(secrets, isBroken ? sourceLines : [])
  // Elsewhere in the file a short one, such as the password "redis", is more likely the word that it looks like.
  const long = texts.filter((text) => text.length >= 8)
  const places = secrets.map(({ node }) => toSource(node.span.start))
  const starts = new Set(places.map(({ line, column }) => `${line}:${column}`))
  const lines = new Set(places.map(({ line }) => line))
  return (diagnostic) => {
    const { line = 0, column = 0, endLine = line } = diagnostic
    const near = isBroken || lines.has(line) ? texts : long
    const clean = near.length > 0 ? redacted(diagnostic, near, starts.has(`${line}:${column}`)) : diagnostic
    return between(references, { line, column: 0 }, { line: endLine + 1, column: 0 }).reduce((result, reference) => {
      const value = reference.state === 'set' ? (env[reference.name] ?? '') : ''
      return value.length < 3 ? result : redacted(result, [value], true, reference.text)
    }, clean)
  }
}

interface RedactionFacts {
  readonly expansion: Expansion
  readonly isBroken: boolean
  readonly sourceLines: readonly string[]
  readonly env: Readonly<Record<string, string | undefined>>
}

/** The text between two places of a file. */
export function textBetween(lines: readonly string[], start: Position, end: Position): string {
  if (start.line === end.line) return points(lines[start.line - 1] ?? '', start.column, end.column)
  return [
    points(lines[start.line - 1] ?? '', start.column),
    ...lines.slice(start.line, end.line - 1),
    points(lines[end.line - 1] ?? '', 1, end.column),
  ].join('\n')
}

function points(line: string, from: number, to?: number): string {
  // In most lines a column is one code unit, and cutting those costs nothing.
  if (isPlain(line)) return line.slice(from - 1, to === undefined ? undefined : to - 1)
  return Array.from(line)
    .slice(from - 1, to === undefined ? undefined : to - 1)
    .join('')
}

let lastPlain: { readonly line: string; readonly isPlain: boolean } | undefined

/** Whether a line has no character outside the basic plane; many values of one line are asked for in a row. */
function isPlain(line: string): boolean {
  if (lastPlain?.line !== line) lastPlain = { line, isPlain: !/[\ud800-\udfff]/.test(line) }
  return lastPlain.isPlain
}
