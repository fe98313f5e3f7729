import type { Diagnostic, Position, Severity } from '../diagnostics/diagnostic.ts'
import { tidyDiagnostic, withDocs } from '../diagnostics/errors.ts'
import type { Span } from './yaml/nodes.ts'

export interface Finding {
  readonly severity?: Severity
  readonly code: string
  readonly message: string
  readonly why?: string | undefined
  readonly hint?: string | undefined
  readonly path?: string
  /** What to write in the place of the span, where that is certain. */
  readonly edit?: string | undefined
}

/** Collects what is wrong with one file. */
export interface Report {
  readonly diagnostics: readonly Diagnostic[]
  /** @param span in the text that was parsed; undefined for the file as a whole */
  add(span: Span | undefined, finding: Finding): void
  /** As {@link add}, for a place that is known in the file itself. */
  addAtSource(span: Span, finding: Finding): void
  /** Adds diagnostics of another part of fsop about the same text. */
  addAll(diagnostics: readonly Diagnostic[]): void
}

/**
 * @param toSource where a position of the parsed text stands in the file
 */
export function createReport(file: string, toSource: (position: Position) => Position): Report {
  const diagnostics: Diagnostic[] = []
  const seen = new Set<string>()
  const push = (diagnostic: Diagnostic) => {
    const key = [diagnostic.code, diagnostic.line, diagnostic.column, diagnostic.message].join('\0')
    if (seen.has(key)) return
    seen.add(key)
    diagnostics.push(withDocs(diagnostic))
  }
  const addAt = (span: Span | undefined, { severity = 'error', code, message, why, hint, path, edit }: Finding) =>
    push({
      severity,
      code,
      message,
      ...(why === undefined ? {} : { why }),
      ...(hint === undefined ? {} : { hint }),
      file,
      ...(span === undefined ? {} : place(span.start, span.end)),
      ...(path === undefined ? {} : { path }),
      ...(edit === undefined ? {} : { edit }),
    })
  return {
    diagnostics,
    add: (span, finding) => addAt(span && { start: toSource(span.start), end: toSource(span.end) }, finding),
    addAtSource: addAt,
    addAll(others) {
      for (const { line, column, endLine, endColumn, ...rest } of others.map(tidyDiagnostic)) {
        if (line === undefined || column === undefined) {
          push({ ...rest, file, ...(line === undefined ? {} : { line }) })
          continue
        }
        const start = { line, column }
        push({
          ...rest,
          file,
          ...place(toSource(start), toSource({ line: endLine ?? line, column: endColumn ?? column + 1 })),
        })
      }
    },
  }
}

function place(start: Position, end: Position) {
  return { line: start.line, column: start.column, endLine: end.line, endColumn: end.column }
}

/** Errors first would tear apart what belongs together: the order of the file. */
export function inFileOrder(diagnostics: readonly Diagnostic[]): Diagnostic[] {
  return diagnostics.toSorted((a, b) => (a.line ?? 0) - (b.line ?? 0) || (a.column ?? 0) - (b.column ?? 0))
}
