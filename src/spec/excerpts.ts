import type { Diagnostic } from '../diagnostics/diagnostic.ts'
import { inFileOrder } from './report.ts'
import { maskSecrets, redacted, secretTexts } from './secret-mask.ts'
import { findSecrets, looksSecret, type SecretValue } from './secrets.ts'
import type { YamlNode } from './yaml/nodes.ts'

/** More problems than anyone reads, as of the YAML reader. */
export const maxDiagnostics = 200

/** The credentials of a file that Kubernetes or fsop itself reads, by the value that is or holds one. */
export type FileSecrets = ReadonlyMap<YamlNode, SecretValue>

/**
 * Finds the credentials of a backend file or a manifest. What stands in a mapping below a key that looks secret is none
 * by that, as in a volume's `secret: { secretName: … }`, nor is the reference `$(DB_PASSWORD)` of a container's variable.
 */
export function fileSecrets(documents: readonly YamlNode[]): FileSecrets {
  const secrets = documents
    .flatMap((document) => findSecrets(document, ({ source }) => source))
    .filter(({ kind, key, path, node }) => {
      if (kind === 'login') return true
      if (/^["']?\$\(\w+\)["']?$/.test(node.source)) return false
      const place = path.replace(/(?:\.\d+)+$/, '')
      return (
        place === key || place.endsWith(`.${key}`) || isValueOfPair(place) || looksSecret(place.split('.').at(-1) ?? '')
      )
    })
  return new Map(secrets.map((secret) => [secret.node, secret]))
}

function isValueOfPair(place: string): boolean {
  return /(?:^|\.)value$/.test(place)
}

/**
 * The diagnostics in the order of the file, with excerpts; no credential can be read in them.
 *
 * @param lines of the file, without line breaks
 * @param documents empty where the file could not be parsed; then lines are judged by their text
 */
export function withExcerpts(
  diagnostics: readonly Diagnostic[],
  lines: readonly string[],
  documents: readonly YamlNode[],
): Diagnostic[] {
  const isBroken = documents.length === 0
  const secrets = [...fileSecrets(documents).values()]
  const masked = maskSecrets(isBroken ? maskPairs(lines) : lines, secrets, { isBroken, toSource: (place) => place })
  const broken = isBroken ? secretTexts([], lines) : []
  return inFileOrder(diagnostics)
    .slice(0, maxDiagnostics)
    .map((diagnostic) => {
      const { line = 0 } = diagnostic
      // Only those of the same line: a password "feast" elsewhere must not take that word out of every text.
      const near = secrets
        .filter(({ node: { span } }) => span.start.line <= line && line <= span.end.line)
        .slice(0, 100)
      const clean = redacted(diagnostic, isBroken ? broken : secretTexts(near, []), true)
      const excerpt = masked[line - 1]
      return excerpt === undefined ? clean : { ...clean, excerpt: excerpt.slice(0, 2000) }
    })
}

/** `value: …` beside the name of a secret, on the same line or the next to it, where there are no nodes to tell. */
function maskPairs(lines: readonly string[]): readonly string[] {
  return lines.map((line, index) => {
    const pair = /^(.*?\bvalue["']?\s*:\s*)(\S.*)$/.exec(line)
    const names = [line, lines[index - 1], lines[index + 1]].flatMap(
      (text) => /\bname["']?\s*:\s*["']?([\w-]+)/.exec(text ?? '')?.[1] ?? [],
    )
    return pair?.[2] !== undefined && names.some(looksSecret)
      ? `${pair[1]}${'*'.repeat(Array.from(pair[2]).length)}`
      : line
  })
}
