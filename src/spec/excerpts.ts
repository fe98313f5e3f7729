import type { Diagnostic } from '../diagnostics/diagnostic.ts'
import { inFileOrder } from './report.ts'
import { maskedLines } from './secret-mask.ts'
import { looksSecret, maskUrls } from './secrets.ts'
import type { MapEntry, YamlNode } from './yaml/nodes.ts'

/**
 * The scalars that hold credentials, judged by the keys above them: `password: …`, and the pairs of containers'
 * environments, `{ name: DB_PASSWORD, value: … }`. References such as `${DB_PASSWORD}` and `$(DB_PASSWORD)` are none.
 */
export function secretValues(roots: readonly YamlNode[]): ReadonlySet<YamlNode> {
  const found = new Set<YamlNode>()
  const pending: YamlNode[] = [...roots]
  const seen = new Set<YamlNode>()
  for (let node = pending.pop(); node !== undefined; node = pending.pop()) {
    if (seen.has(node)) continue
    seen.add(node)
    if (node.kind === 'seq') pending.push(...node.items)
    if (node.kind !== 'map') continue
    const pair = secretPair(node.entries)
    for (const { name, value } of node.entries) {
      if (value === pair || looksSecret(name)) addScalars(value, found)
      pending.push(value)
    }
  }
  return found
}

/** The value of `{ name: DB_PASSWORD, value: … }`. */
function secretPair(entries: readonly MapEntry[]): YamlNode | undefined {
  const name = entries.find((entry) => entry.name === 'name')?.value
  if (name?.kind !== 'scalar' || typeof name.value !== 'string' || !looksSecret(name.value)) return undefined
  return entries.find((entry) => entry.name === 'value')?.value
}

/** A mapping behind a secret's name (`secret: { secretName: … }` of a volume) is no secret by that. */
function addScalars(node: YamlNode, found: Set<YamlNode>) {
  if (node.kind === 'seq') for (const item of node.items) addScalars(item, found)
  if (node.kind !== 'scalar' || node.value === null || typeof node.value === 'boolean') return
  if (!isReference(node.source)) found.add(node)
}

function isReference(source: string): boolean {
  return /^["']?\$(?:\w+|\{\w+\}|\(\w+\))["']?$/.test(source)
}

/**
 * The diagnostics in the order of the file, with excerpts in which no secret can be read.
 *
 * @param lines of the file, without line breaks
 * @param documents empty where the file could not be parsed; then lines are judged by their text
 */
export function withExcerpts(
  diagnostics: readonly Diagnostic[],
  lines: readonly string[],
  documents: readonly YamlNode[],
): Diagnostic[] {
  const masked = maskedLines(lines, undefined, (position) => position).map((line, index) =>
    Array.from(maskPair(line, [lines[index], lines[index - 1], lines[index + 1]])),
  )
  for (const { span } of secretValues(documents)) {
    for (let line = span.start.line; line <= span.end.line; line++) {
      const points = masked[line - 1] ?? []
      const from = line === span.start.line ? span.start.column - 1 : 0
      const to = line === span.end.line ? span.end.column - 1 : points.length
      for (let index = from; index < to && index < points.length; index++) points[index] = '*'
    }
  }
  return inFileOrder(diagnostics).map((diagnostic) => {
    const points = diagnostic.line === undefined ? undefined : masked[diagnostic.line - 1]
    return points === undefined ? diagnostic : { ...diagnostic, excerpt: points.join('').slice(0, 2000) }
  })
}

/** `value: …` beside the name of a secret, on the same line or the next to it. */
function maskPair(line: string, neighbours: readonly (string | undefined)[]): string {
  const pair = /^(.*?\bvalue["']?\s*:\s*)(\S.*)$/.exec(line)
  const isSecret = neighbours.some((text) => {
    const name = /\bname["']?\s*:\s*["']?([\w-]+)/.exec(text ?? '')?.[1]
    return name !== undefined && looksSecret(name)
  })
  if (pair?.[2] === undefined || !isSecret || isReference(pair[2])) return line
  return `${pair[1]}${'*'.repeat(Array.from(pair[2]).length)}`
}

/** Whether a text carries a password in the user part of a URL. */
export function hasUrlPassword(text: string): boolean {
  return /[a-z][a-z0-9+.-]*:\/\/[^\s:/@]*:[^\s@/]+@/i.test(text) && maskUrls(text) !== text
}
