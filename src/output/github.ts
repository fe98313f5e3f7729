import type { Diagnostic } from '../diagnostics/diagnostic.ts'

/** Diagnostics as workflow commands of GitHub Actions, which shows them beside the lines of a pull request. */
export function formatGithub(diagnostics: readonly Diagnostic[]): string {
  return diagnostics.map(annotation).join('\n')
}

function annotation({
  severity,
  code,
  message,
  why,
  hint,
  file,
  line,
  column,
  endLine,
  endColumn,
}: Diagnostic): string {
  const properties = {
    file,
    line,
    endLine: endLine === line ? undefined : endLine,
    col: column,
    // Columns are for one line only, and the end is inclusive.
    endColumn: endLine === line && endColumn !== undefined ? Math.max(column ?? 1, endColumn - 1) : undefined,
    title: code,
  }
  const written = Object.entries(properties)
    .filter(([, value]) => value !== undefined)
    .map(([name, value]) => `${name}=${escapeProperty(String(value))}`)
    .join(',')
  const text = [message, why && `why: ${why}`, hint && `fix: ${hint}`].filter(Boolean).join('\n')
  return `::${severity === 'info' ? 'notice' : severity} ${written}::${escapeData(text)}`
}

/** The escapes of the Actions toolkit (packages/core/src/command.ts). */
function escapeData(text: string): string {
  return text.replaceAll('%', '%25').replaceAll('\r', '%0D').replaceAll('\n', '%0A')
}

function escapeProperty(text: string): string {
  return escapeData(text).replaceAll(':', '%3A').replaceAll(',', '%2C')
}
