import type { Diagnostic, Severity } from '../diagnostics/diagnostic.ts'
import type { Style } from './style.ts'

/** Diagnostics for people: what, where with an excerpt and a caret, why, how to mend it. */
export function formatDiagnostics(diagnostics: readonly Diagnostic[], style: Style): string {
  return diagnostics.map((diagnostic) => formatDiagnostic(diagnostic, style)).join('\n\n')
}

function formatDiagnostic(diagnostic: Diagnostic, style: Style): string {
  const { severity, code, message, why, hint, docs } = diagnostic
  const paint = painter(severity, style)
  const lines = [`${style.bold(paint(`${severity} ${code}`))}: ${style.bold(clean(message))}`]
  lines.push(...place(diagnostic, style))
  if (why) lines.push(...labelled('why', why, style))
  if (hint) lines.push(...labelled('fix', hint, style))
  if (docs && diagnostic.line !== undefined) lines.push(...labelled('see', docs, style))
  return lines.join('\n')
}

function place(
  { file, line, column, endLine, endColumn, excerpt: text, severity }: Diagnostic,
  style: Style,
): string[] {
  if (file === undefined) return []
  const address = [file, line, column].filter((part) => part !== undefined).join(':')
  const lines = [`  ${style.cyan('-->')} ${clean(address)}`]
  if (line === undefined || text === undefined) return lines
  const width = String(line).length
  const start = column ?? 1
  const excerpt = window(text, start)
  const end = endLine === line && endColumn !== undefined ? endColumn : start + 1
  const caret = '^'.repeat(Math.max(1, Math.min(end - start, excerpt.text.length - excerpt.column + 1)))
  return [
    ...lines,
    `${' '.repeat(width)} ${style.cyan('|')}`,
    `${style.cyan(`${line} |`)} ${excerpt.text}`,
    `${' '.repeat(width)} ${style.cyan('|')} ${' '.repeat(excerpt.column - 1)}${painter(severity, style)(caret)}`,
  ]
}

/** The part of a long line around the column, as one terminal line; columns count code points. */
function window(line: string, column: number): { text: string; column: number } {
  const points = Array.from(line, (point) => (isControl(point) ? (point === '\t' ? ' ' : '\uFFFD') : point))
  const from = points.length > 110 ? Math.max(0, Math.min(column - 40, points.length - 100)) : 0
  const text = points.slice(from, from + 110).join('')
  return from === 0 ? { text, column } : { text: `…${text}`, column: column - from + 1 }
}

function labelled(label: string, text: string, style: Style): string[] {
  return clean(text)
    .split('\n')
    .map((line, index) => `  ${index === 0 ? style.cyan(`${label}:`) : '    '} ${line}`)
}

function painter(severity: Severity, style: Style): (text: string) => string {
  return { error: style.red, warning: style.yellow, info: style.blue }[severity]
}

/** Text of the user's or of a tool must not steer the terminal. */
function clean(text: string): string {
  return Array.from(text, (point) => (isControl(point) && point !== '\n' ? '\uFFFD' : point)).join('')
}

function isControl(point: string): boolean {
  const code = point.codePointAt(0) ?? 0
  const bidi = (code >= 0x202a && code <= 0x202e) || (code >= 0x2066 && code <= 0x2069)
  return code < 0x20 || (code >= 0x7f && code < 0xa0) || bidi
}
