import type { Diagnostic } from '../diagnostics/diagnostic.ts'

/**
 * Diagnostics as SARIF 2.1.0 (OASIS standard), the form that code scanning takes.
 *
 * @param version fsop's own
 */
export function formatSarif(diagnostics: readonly Diagnostic[], version: string): string {
  const codes = [...new Set(diagnostics.map(({ code }) => code))].toSorted()
  const log = {
    $schema: 'https://docs.oasis-open.org/sarif/sarif/v2.1.0/errata01/os/schemas/sarif-schema-2.1.0.json',
    version: '2.1.0',
    runs: [
      {
        tool: { driver: { name: 'fsop', semanticVersion: version, rules: codes.map((id) => ({ id })) } },
        // fsop counts columns in code points, as editors show them.
        columnKind: 'unicodeCodePoints',
        results: diagnostics.map((diagnostic) => result(diagnostic, codes)),
      },
    ],
  }
  return JSON.stringify(log, undefined, 2)
}

function result(
  { severity, code, message, why, hint, file, line, column, endLine, endColumn }: Diagnostic,
  codes: readonly string[],
) {
  const text = [message, why && `Why: ${why}`, hint && `Fix: ${hint}`].filter(Boolean).join('. ')
  const region = line === undefined ? {} : { region: { startLine: line, startColumn: column, endLine, endColumn } }
  return {
    ruleId: code,
    ruleIndex: codes.indexOf(code),
    level: severity === 'info' ? 'note' : severity,
    message: { text },
    locations:
      file === undefined ? [] : [{ physicalLocation: { artifactLocation: { uri: fileUri(file) }, ...region } }],
  }
}

/** A relative path stays relative to where the scan ran. */
function fileUri(file: string): string {
  return file.startsWith('/') ? `file://${encodeURI(file)}` : encodeURI(file)
}
