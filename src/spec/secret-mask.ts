import { looksSecret, maskUrls } from './secrets.ts'
import type { Position } from '../diagnostics/diagnostic.ts'
import type { Span, YamlNode } from './yaml/nodes.ts'

/**
 * The lines of a file for excerpts: every character of a value behind a key that looks like a secret is a `*`, and so
 * are passwords inside URLs.
 */
export function maskedLines(
  lines: readonly string[],
  root: YamlNode | undefined,
  toSource: (position: Position) => Position,
): readonly string[] {
  const masked = lines.map((line) => Array.from(maskLine(line)))
  for (const span of root ? secretSpans(root) : []) {
    const start = toSource(span.start)
    const end = toSource(span.end)
    for (let line = start.line; line <= end.line; line++) {
      const points = masked[line - 1]
      if (points === undefined) continue
      const from = line === start.line ? start.column - 1 : 0
      const to = line === end.line ? end.column - 1 : points.length
      for (let index = from; index < to && index < points.length; index++) points[index] = '*'
    }
  }
  return masked.map((points) => points.join(''))
}

/** Also right where the file could not be parsed: `key: value` with a key that looks like a secret. */
function maskLine(line: string): string {
  const pair = /^(.*?["']?)([A-Za-z_][\w-]*)(["']?\s*:\s*)(\S.*)$/.exec(line)
  if (pair?.[2] !== undefined && looksSecret(pair[2]) && !/^[&*!|>{[]/.test(pair[4] ?? '')) {
    return `${pair[1]}${pair[2]}${pair[3]}${'*'.repeat(Array.from(pair[4] ?? '').length)}`
  }
  const url = maskUrls(line)
  return url === line ? line : url
}

function* secretSpans(node: YamlNode): Generator<Span> {
  const pending: YamlNode[] = [node]
  for (let next = pending.pop(); next !== undefined; next = pending.pop()) {
    if (next.kind === 'seq') pending.push(...next.items)
    if (next.kind !== 'map') continue
    for (const { name, value } of next.entries) {
      if (looksSecret(name) && !isReference(value)) yield value.span
      else pending.push(value)
    }
  }
}

/** `${DB_PASSWORD}` is no secret, and people need to see it. */
function isReference(node: YamlNode): boolean {
  return node.kind === 'scalar' && /^["']?\$\{?\w+\}?["']?$/.test(node.source)
}
