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
  { report, isSecret }: CheckContext,
  unset: Severity,
): void {
  const { name, text, position, state } = reference
  if (isSecret(node) && isPartOfSecret(reference)) {
    report.add(node.span, {
      severity: 'warning',
      code: 'FS321',
      message: 'a secret has a "$" in it, which Feast reads as the start of a variable',
      why: 'where a variable of that name is set, its value takes the place',
      hint: 'put the whole secret into one variable, and write only that variable here',
    })
    return
  }
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
      message: `\${${preset[1]}${preset[2]}…}: Feast has no default values for variables`,
      why: 'it takes all that is between the braces for the name, finds no such variable, and keeps the text as it stands',
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

/**
 * Whether a reference inside a literal secret is more likely a part of it, as in `pa$word`: its name must not be shown
 * then.
 */
export function isPartOfSecret({ text, name }: VariableReference): boolean {
  return !text.startsWith('${') || !/^[A-Z_][A-Z0-9_]*$/.test(name)
}

function* scalars(root: YamlNode): Generator<ScalarNode> {
  const pending: YamlNode[] = [root]
  for (let node = pending.pop(); node !== undefined; node = pending.pop()) {
    if (node.kind === 'scalar') yield node
    else if (node.kind === 'seq') pending.push(...node.items)
    else for (const { key, value } of node.entries) pending.push(key, value)
  }
}
