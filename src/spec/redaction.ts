import { isPartOfSecret } from './environment-findings.ts'
import type { Expansion, VariableReference } from './environment-variables.ts'
import { redacted, secretTexts } from './secret-mask.ts'
import { isReference, type SecretValue } from './secrets.ts'
import { isBefore, within } from './variable-places.ts'
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
  const values = new Map(
    references.flatMap(({ name, text, state }) => (state === 'set' ? [[text, env[name] ?? '']] : [])),
  )
  const lines = new Set(references.map(({ position }) => position.line))
  const places = secrets.map(({ node }) => ({ start: toSource(node.span.start), end: toSource(node.span.end) }))
  return (diagnostic) => {
    const { line = 0, column = 0, endLine = line } = diagnostic
    const isAtSecret = places.some(
      ({ start, end }) => !isBefore({ line, column }, start) && isBefore({ line, column }, end),
    )
    let clean = texts.length > 0 ? redacted(diagnostic, texts, isAtSecret) : diagnostic
    for (const [text, value] of values) {
      if (value.length < 3 || ![...lines].some((one) => one >= line && one <= endLine)) continue
      clean = redacted(clean, [value], true, text)
    }
    return clean
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
  return Array.from(line)
    .slice(from - 1, to === undefined ? undefined : to - 1)
    .join('')
}
