import type { Diagnostic } from '../diagnostics/diagnostic.ts'

/** A diagnostic with one certain fix, all on one line. */
export interface Editable extends Diagnostic {
  readonly line: number
  readonly column: number
  readonly endColumn: number
  readonly edit: string
}

/** The diagnostics that can be mended without asking what was meant. */
export function editable(diagnostics: readonly Diagnostic[]): readonly Editable[] {
  return diagnostics.filter((one): one is Editable => {
    const { edit, line, column, endLine, endColumn } = one
    return (
      edit !== undefined && line !== undefined && line === endLine && column !== undefined && endColumn !== undefined
    )
  })
}

/**
 * Puts the edits of diagnostics into a text. Comments, order and everything else stay; where two edits overlap, the later
 * one in the file wins.
 */
export function applyEdits(text: string, edits: readonly Editable[]): string {
  const lines = text.split('\n')
  let before = { line: Infinity, column: Infinity }
  for (const one of edits.toSorted((a, b) => b.line - a.line || b.column - a.column)) {
    const isFree = one.line < before.line || one.endColumn <= before.column
    const line = lines[one.line - 1]
    if (!isFree || line === undefined) continue
    lines[one.line - 1] = editLine(line, one)
    before = one
  }
  return lines.join('\n')
}

/** One line before and after all edits on it, with secrets masked: for people. */
export function editedLines(edits: readonly Editable[]): readonly { line: number; before: string; after: string }[] {
  const numbers = [...new Set(edits.map(({ line }) => line))].toSorted((a, b) => a - b)
  return numbers.map((line) => {
    const own = edits.filter((one) => one.line === line)
    const before = own[0]?.excerpt ?? ''
    const padding = '\n'.repeat(line - 1)
    return { line, before, after: applyEdits(`${padding}${before}`, own).slice(line - 1) }
  })
}

/** Columns count code points. */
function editLine(line: string, { column, endColumn, edit }: Editable): string {
  const points = Array.from(line)
  return [...points.slice(0, column - 1), edit, ...points.slice(endColumn - 1)].join('')
}
