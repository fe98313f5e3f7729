import type { Diagnostic } from '../../../src/diagnostics/diagnostic.ts'
import type { OperatorContext } from '../../../src/operators/check-values.ts'
import { withExcerpts } from '../../../src/spec/excerpts.ts'
import { createReport } from '../../../src/spec/report.ts'
import type { MapNode } from '../../../src/spec/yaml/nodes.ts'
import { readYaml } from '../../../src/spec/yaml/read-yaml.ts'

interface Outcome<T> {
  readonly value: T
  readonly diagnostics: readonly Diagnostic[]
  readonly findings: readonly string[]
  /** Before secrets are taken out of texts: no check relies on that. */
  readonly raw: readonly Diagnostic[]
}

/** Runs a check of an operator on a spec, as check-spec does, with no variables in it. */
export function run<T>(text: string, check: (root: MapNode, context: OperatorContext) => T): Outcome<T> {
  const { documents, lines } = readYaml(new TextEncoder().encode(text), 'spec.yaml')
  const root = documents[0]
  if (root?.kind !== 'map') throw new Error('the test needs a mapping')
  const report = createReport('spec.yaml', (position) => position)
  const value = check(root, { report, variablesIn: () => [], unknownKeys: 'error' })
  const diagnostics = withExcerpts(report.diagnostics, lines, documents)
  const findings = diagnostics.map(({ code, path }) => `${code} ${path}`)
  return { value, diagnostics, findings, raw: report.diagnostics }
}
