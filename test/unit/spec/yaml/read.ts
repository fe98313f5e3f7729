import type { Diagnostic } from '../../../../src/diagnostics/diagnostic.ts'
import type { YamlNode } from '../../../../src/spec/yaml/nodes.ts'
import { readYaml } from '../../../../src/spec/yaml/read-yaml.ts'

export const FILE = 'feature_store.yaml'

export function read(text: string): ReturnType<typeof readYaml> {
  return readYaml(new TextEncoder().encode(text), FILE)
}

/** The root of a text that must give no diagnostics. */
export function root(text: string): YamlNode {
  const { documents, diagnostics } = read(text)
  const [node] = documents
  if (!node || diagnostics.length > 0) throw new Error(`not clean: ${brief(diagnostics).join('; ')}`)
  return node
}

/** Each diagnostic as `CODE line:column message`. */
export function brief(diagnostics: readonly Diagnostic[]): string[] {
  return diagnostics.map(({ code, line, column, message }) => `${code} ${line}:${column} ${message}`)
}

export function problems(text: string): string[] {
  return brief(read(text).diagnostics)
}
