import { credentialsIn, findSecrets, isReference, looksSecret, maskUrls, type SecretValue } from './secrets.ts'
import type { Diagnostic, Position } from '../diagnostics/diagnostic.ts'
import type { YamlNode } from './yaml/nodes.ts'

/**
 * The lines of a file for excerpts: every character of a secret is a `*`, and so are passwords inside URLs.
 *
 * @param isBroken the file is no YAML, so there may be secrets that {@link secrets} lacks: what stands behind a key that
 *   looks secret is masked to the end of the line, and so are the lines that belong to it
 */
export function maskSecrets(
  lines: readonly string[],
  secrets: readonly SecretValue[],
  { isBroken, toSource }: { isBroken: boolean; toSource: (position: Position) => Position },
): readonly string[] {
  const masked = (isBroken ? maskByKeys(lines) : lines.map(maskComment)).map((line) => Array.from(maskUrls(line)))
  for (const { node, kind } of secrets) {
    // Of a login on one line only the password is masked, which maskUrls has done.
    if (kind === 'login' && node.span.start.line === node.span.end.line) continue
    const start = toSource(node.span.start)
    const end = toSource(node.span.end)
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

/**
 * The lines of a file for excerpts, judged line by line: what stands behind the first key of a line that looks secret.
 *
 * @param root values behind keys that look secret are masked by their place as well
 */
export function maskedLines(
  lines: readonly string[],
  root: YamlNode | undefined,
  toSource: (position: Position) => Position,
): readonly string[] {
  const secrets = root === undefined ? [] : findSecrets(root, ({ source }) => source)
  return maskSecrets(lines.map(maskPair), secrets, { isBroken: false, toSource })
}

function maskPair(line: string): string {
  const pair = /^(.*?["']?)([A-Za-z_][\w-]*)(["']?\s*:\s*)(\S.*)$/.exec(line)
  if (pair?.[2] === undefined || !looksSecret(pair[2]) || /^[&*!|>{[]/.test(pair[4] ?? '')) return line
  return isReference(pair[4] ?? '')
    ? line
    : `${pair[1]}${pair[2]}${pair[3]}${'*'.repeat(Array.from(pair[4] ?? '').length)}`
}

/** The texts that no output may show: whole values, and the passwords inside longer ones. */
export function secretTexts(secrets: readonly SecretValue[], brokenLines: readonly string[]): readonly string[] {
  const texts = secrets.flatMap(({ node, kind }) => {
    const value = node.value === null ? '' : String(node.value)
    if (kind === 'login') return [...credentialsIn(value), ...credentialsIn(node.source)]
    return [value, node.source, ...value.split(/\r?\n/)]
  })
  const masked = maskByKeys(brokenLines)
  const hidden = brokenLines.flatMap((line, index) =>
    masked[index] === line ? [] : wordsHidden(line, masked[index] ?? ''),
  )
  return [...new Set([...texts, ...hidden].map((text) => text.trim()))]
    .filter((text) => text.length > 0 && !/^[*|>&!"'{}[\],:-]+$/.test(text))
    .toSorted((a, b) => b.length - a.length)
}

/** Replaces secrets in the texts of a diagnostic. Short ones only where the diagnostic is about the secret itself. */
export function redacted<T extends Pick<Diagnostic, 'message' | 'why' | 'hint' | 'path'>>(
  diagnostic: T,
  texts: readonly string[],
  isAtSecret: boolean,
  replacement = '***',
): T {
  const least = isAtSecret ? 2 : 4
  const clean =
    texts.length > 500
      ? // Too many to look for one by one: what is quoted goes.
        (text: string) => text.replaceAll(/"[^"]*"/g, '"***"')
      : (text: string) =>
          texts.reduce(
            (result, secret) => (secret.length < least ? result : result.replaceAll(secret, () => replacement)),
            text,
          )
  return {
    ...diagnostic,
    message: clean(diagnostic.message),
    ...(diagnostic.why === undefined ? {} : { why: clean(diagnostic.why) }),
    ...(diagnostic.hint === undefined ? {} : { hint: clean(diagnostic.hint) }),
    ...(diagnostic.path === undefined ? {} : { path: clean(diagnostic.path) }),
  }
}

const keyPattern = /([A-Za-z_][\w.-]*)(["']?\s*[:=]\s*)/g

/** Where the value of the first key that looks secret starts on a line. */
function secretStart(line: string): number | undefined {
  for (const match of line.matchAll(keyPattern)) {
    if (looksSecret(match[1] ?? '')) return match.index + match[0].length
  }
  return undefined
}

function maskByKeys(lines: readonly string[]): string[] {
  let below: number | undefined
  let isNext = false
  return lines.map((line) => {
    const indent = /^\s*/.exec(line)?.[0].length ?? 0
    if (line.trim() === '') return line
    if ((below !== undefined && indent > below) || isNext) {
      isNext = false
      return `${line.slice(0, indent)}${'*'.repeat(line.length - indent)}`
    }
    below = undefined
    const start = secretStart(line)
    if (start === undefined) return line
    below = indent
    const rest = line.slice(start)
    isNext = rest.trim() === ''
    return isReference(rest.replace(/[\s,}\]]+$/, '')) ? line : `${line.slice(0, start)}${'*'.repeat(rest.length)}`
  })
}

/** A comment may hold a line that was a setting once. */
function maskComment(line: string): string {
  const comment = /(?:^|\s)#/.exec(line)
  if (comment === null) return line
  const rest = line.slice(comment.index)
  const start = secretStart(rest)
  return start === undefined
    ? line
    : `${line.slice(0, comment.index)}${rest.slice(0, start)}${'*'.repeat(rest.length - start)}`
}

function wordsHidden(line: string, masked: string): string[] {
  const from = Array.from(masked).findIndex((character, index) => character === '*' && line[index] !== '*')
  const hidden = line.slice(Math.max(0, from)).trim()
  return [hidden, ...hidden.split(/[\s,{}[\]"'`:]+/).filter((word) => word.length >= 4)]
}
