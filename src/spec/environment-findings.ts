import type { CheckContext } from './check-context.ts'
import type { VariableReference } from './environment-variables.ts'
import type { Severity } from '../diagnostics/diagnostic.ts'
import type { ScalarNode, YamlNode } from './yaml/nodes.ts'

/** Reports the variables of a spec whose values Feast would not put where they are written. */
export function checkVariables(root: YamlNode, context: CheckContext, unset: Severity): void {
  for (const node of scalars(root)) {
    for (const reference of context.variablesIn(node)) reportVariable(reference, node, context, unset)
  }
}

function reportVariable(
  reference: VariableReference,
  node: ScalarNode,
  { report }: CheckContext,
  unset: Severity,
): void {
  const { name, text, position, state } = reference
  const span = { start: position, end: { line: position.line, column: position.column + text.length } }
  if (state === 'multiline') {
    report.addAtSource(span, {
      code: 'FS322',
      message: `the value of ${name} has line breaks`,
      why: 'Feast puts values into the text before it reads the YAML, so the further lines would become keys of the spec',
      hint: 'give the variable a value of one line',
    })
    return
  }
  if (state === 'set') return
  const preset = /^([A-Za-z_]\w*)(:?[-=?+]|:)/.exec(name)
  if (preset && text.startsWith('${')) {
    report.addAtSource(span, {
      code: 'FS323',
      message: `${text}: Feast has no default values for variables`,
      why: `it looks for a variable of the odd name "${name}", finds none, and keeps the text as it stands`,
      hint: `write \${${preset[1]}} and set the variable, or write the value itself`,
    })
    return
  }
  // `pa$word` may well be meant as it stands, which is how Feast keeps it.
  const meant = text.startsWith('${') || node.source === text
  report.addAtSource(span, {
    severity: meant ? unset : 'warning',
    code: 'FS321',
    message: `the environment variable ${name} is not set`,
    why: `Feast keeps the text ${text} as it stands`,
    hint: `export ${/^\w+$/.test(name) ? name : 'NAME'}=… before the command`,
  })
}

function* scalars(root: YamlNode): Generator<ScalarNode> {
  const pending: YamlNode[] = [root]
  for (let node = pending.pop(); node !== undefined; node = pending.pop()) {
    if (node.kind === 'scalar') yield node
    else if (node.kind === 'seq') pending.push(...node.items)
    else for (const { key, value } of node.entries) pending.push(key, value)
  }
}
