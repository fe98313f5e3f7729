import type { Diagnostic } from '../diagnostics/diagnostic.ts'

/**
 * Diagnostics as JUnit XML, the form that CI systems show as test results: one suite a file, one failed case a problem; a
 * file without any is one passed case.
 */
export function formatJunit(files: readonly string[], diagnostics: readonly Diagnostic[]): string {
  const suites = files.map((file) =>
    suite(
      file,
      diagnostics.filter((one) => one.file === file),
    ),
  )
  const errors = diagnostics.filter(({ severity }) => severity === 'error').length
  const tests = files.reduce((sum, file) => sum + Math.max(1, diagnostics.filter((one) => one.file === file).length), 0)
  return [
    '<?xml version="1.0" encoding="UTF-8"?>',
    `<testsuites name="fsop verify" tests="${tests}" failures="${errors}">`,
    ...suites,
    '</testsuites>',
  ].join('\n')
}

function suite(file: string, diagnostics: readonly Diagnostic[]): string {
  const failures = diagnostics.filter(({ severity }) => severity === 'error').length
  const cases =
    diagnostics.length === 0 ? [`    <testcase classname="${escape(file)}" name="valid"/>`] : diagnostics.map(testCase)
  return [
    `  <testsuite name="${escape(file)}" tests="${cases.length}" failures="${failures}">`,
    ...cases,
    '  </testsuite>',
  ].join('\n')
}

function testCase(diagnostic: Diagnostic): string {
  const { severity, code, message, why, hint, file = '', line, column } = diagnostic
  const place = [file, line, column].filter((part) => part !== undefined).join(':')
  const name = `${code} ${place}`
  const text = [place, why && `why: ${why}`, hint && `fix: ${hint}`].filter(Boolean).join('\n')
  const body =
    severity === 'error'
      ? `      <failure type="${code}" message="${escape(message)}">${escape(text)}</failure>`
      : `      <system-out>${escape(`${severity}: ${message}\n${text}`)}</system-out>`
  return [`    <testcase classname="${escape(file)}" name="${escape(name)}">`, body, '    </testcase>'].join('\n')
}

/** XML 1.0 has no way to write most control characters. */
function escape(text: string): string {
  const entities: Readonly<Record<string, string>> = { '&': '&amp;', '<': '&lt;', '>': '&gt;', '"': '&quot;' }
  return text
    .replaceAll(/[\u0000-\u0008\u000b\u000c\u000e-\u001f\ud800-\udfff\ufffe\uffff]/g, '\uFFFD')
    .replaceAll(/[&<>"]/g, (character) => entities[character] ?? character)
}
