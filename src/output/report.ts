import type { Diagnostic } from '../diagnostics/diagnostic.ts'
import { formatGithub } from './github.ts'
import { formatJunit } from './junit.ts'
import { formatSarif } from './sarif.ts'

/** Forms of a report: `text` is for people, `json` the envelope of all commands, the rest for other programs. */
export type ReportFormat = 'text' | 'json' | 'junit' | 'sarif' | 'github'

export interface ReportInput {
  /** All files that were checked, those without a problem too. */
  readonly files: readonly string[]
  readonly diagnostics: readonly Diagnostic[]
  /** fsop's own version. */
  readonly version: string
}

export function formatReport(
  format: Exclude<ReportFormat, 'text' | 'json'>,
  { files, diagnostics, version }: ReportInput,
): string {
  switch (format) {
    case 'junit':
      return formatJunit(files, diagnostics)
    case 'sarif':
      return formatSarif(diagnostics, version)
    case 'github':
      return formatGithub(diagnostics)
  }
}
