import type { ErrorObject, ValidateFunction } from 'ajv'
import type { Keys } from './catalog.ts'
import type { CheckContext } from './check-context.ts'
import { looksSecret } from './secrets.ts'
import { didYouMean, suggest } from '../diagnostics/suggest.ts'
import { findNode } from './yaml/find-node.ts'
import { YamlOpaque, type YamlNode } from './yaml/nodes.ts'
import { toPlain } from './yaml/to-plain.ts'

/**
 * Checks a block against its schema and reports what is wrong, at the key or value that is.
 *
 * @param block `root` or `component.type`, for the texts
 * @param path where the block stands in the document
 */
export async function checkSchema(
  validate: ValidateFunction,
  { node, value, block, path }: { node: YamlNode; value?: unknown; block: string; path: string },
  context: CheckContext,
): Promise<void> {
  if (validate(value ?? toPlain(node))) return
  const keys = await context.keysOf(block)
  const groups = groupByPath(validate.errors ?? [])
  for (const [pointer, errors] of groups) {
    const steps = pointerSteps(pointer)
    const at = findNode(node, steps) ?? { value: node }
    // A variable that is not set has no value to judge.
    if (context.variablesIn(at.value).some(({ state }) => state !== 'set')) continue
    const where = [path, ...steps].filter((step) => step !== '').join('.')
    for (const error of errors) {
      if (error.keyword === 'additionalProperties')
        reportUnknownKey(error, at.value, { keys: steps.length > 0 ? undefined : keys, where, block }, context)
      if (error.keyword === 'required') reportMissingKey(error, at, { keys, where, block }, context)
    }
    const wrong = errors.find(({ keyword }) => keyword !== 'additionalProperties' && keyword !== 'required')
    if (wrong) reportWrongValue(wrong, errors, at.value, { keys, steps, where }, context)
  }
}

interface Place {
  readonly keys: Keys | undefined
  readonly where: string
  readonly block: string
}

function reportUnknownKey(
  { params }: ErrorObject,
  node: YamlNode,
  { keys, where, block }: Place,
  context: CheckContext,
) {
  const name = String(params['additionalProperty'])
  const entry = node.kind === 'map' ? node.entries.find((candidate) => candidate.name === name) : undefined
  const guess = suggest(name, Object.keys(keys ?? {}))
  context.report.add(entry?.key.span ?? node.span, {
    severity: context.unknownKeys,
    code: 'FS201',
    message: `unknown key "${name}" in ${blockTitle(block, where)}`,
    why:
      block === 'root' ? 'Feast ignores keys that it does not know, without a word' : 'Feast has no such setting there',
    hint: guess
      ? `did you mean "${guess}"?`
      : keys && Object.keys(keys).length > 0
        ? `remove it; the keys are: ${Object.keys(keys).join(', ')}`
        : 'remove it',
    path: join(where, name),
  })
}

function reportMissingKey(
  { params }: ErrorObject,
  at: { key?: YamlNode; value: YamlNode },
  { where, block }: Place,
  context: CheckContext,
) {
  const name = String(params['missingProperty'])
  context.report.add((at.key ?? at.value).span, {
    code: 'FS202',
    message: `${blockTitle(block, where)} has no "${name}"`,
    why: `Feast requires ${name} there`,
    hint: `add \`${name}: …\``,
    path: join(where, name),
  })
}

function reportWrongValue(
  error: ErrorObject,
  errors: readonly ErrorObject[],
  node: YamlNode,
  { keys, steps, where }: { keys: Keys; steps: readonly string[]; where: string },
  context: CheckContext,
) {
  const name = steps.at(-1) ?? where
  const info = steps.length === 1 ? keys[name] : undefined
  const allowed = errors.find(({ keyword }) => keyword === 'enum')?.params['allowedValues'] as unknown[] | undefined
  const constant = errors.find(({ keyword }) => keyword === 'const')?.params['allowedValue'] as unknown
  const words = allowed ?? (constant === undefined ? undefined : [constant])
  const written = shownValue(node, name, context)
  if (words) {
    const strings = words.filter((word) => typeof word === 'string')
    context.report.add(node.span, {
      code: 'FS204',
      message: `${where} cannot be ${written}${typeof toPlain(node) === 'string' ? didYouMean(String(toPlain(node)), strings) : ''}`,
      why: `it is one of: ${words.map((word) => JSON.stringify(word)).join(', ')}`,
      hint: 'write one of these words',
      path: where,
    })
    return
  }
  const wanted = info ? `${article(info.type)} ${info.type}` : expectedOf(error)
  context.report.add(node.span, {
    code: 'FS203',
    message: `${where} must be ${wanted}, not ${written}`,
    ...typeAdvice(node, wanted),
    path: where,
  })
}

function groupByPath(errors: readonly ErrorObject[]): Map<string, ErrorObject[]> {
  const groups = new Map<string, ErrorObject[]>()
  for (const error of errors) groups.set(error.instancePath, [...(groups.get(error.instancePath) ?? []), error])
  return groups
}

/** Advice for the usual mistakes of type. */
function typeAdvice(node: YamlNode, wanted: string): { why?: string; hint?: string } {
  const value = toPlain(node)
  const isText = /string|text|path/.test(wanted)
  if (isText && node.kind === 'scalar' && typeof value !== 'string' && value !== null) {
    return { why: 'YAML reads this value as another type', hint: `put it in quotes: "${node.source}"` }
  }
  if (value === null) return { why: 'the value is empty', hint: 'write a value, or remove the key' }
  return { hint: `write ${wanted}` }
}

function expectedOf({ keyword, params, message }: ErrorObject): string {
  if (keyword === 'type') {
    const type = params['type'] as string | readonly string[]
    const types = typeof type === 'string' ? [type] : type
    return types
      .map((one) => `${article(one)} ${one === 'object' ? 'mapping' : one === 'array' ? 'list' : one}`)
      .join(' or ')
  }
  return (message ?? 'something else').replace(/^must be /, '').replace(/^must /, 'something that must ')
}

/** The value in words, never that of a secret or of a variable. */
function shownValue(node: YamlNode, name: string, context: CheckContext): string {
  if (node.kind === 'map') return 'a mapping'
  if (node.kind === 'seq') return 'a list'
  if (looksSecret(name) || context.variablesIn(node).length > 0) return `${kindOf(node)} (its value is not shown)`
  if (node.value instanceof YamlOpaque) return `the ${kindOf(node)} ${node.source}`
  const shown = typeof node.value === 'string' ? JSON.stringify(node.value) : String(toPlain(node))
  return `${kindOf(node)} ${shown.length > 60 ? `${shown.slice(0, 57)}...` : shown}`
}

function kindOf(node: YamlNode): string {
  if (node.kind !== 'scalar') return node.kind
  const { value } = node
  if (value === null) return 'nothing'
  if (value instanceof YamlOpaque) return value.pythonType.replace('datetime.', '')
  return (
    { string: 'the string', bigint: 'the integer', number: 'the number', boolean: 'the boolean' }[
      typeof value as string
    ] ?? 'a value'
  )
}

function article(word: string): string {
  return /^[aeiou]/.test(word) ? 'an' : 'a'
}

export function blockTitle(block: string, where: string): string {
  return block === 'root' && where === '' ? 'the spec' : where
}

function join(where: string, name: string): string {
  return where === '' ? name : `${where}.${name}`
}

/** The steps of a JSON pointer (RFC 6901). */
function pointerSteps(pointer: string): string[] {
  return pointer
    .split('/')
    .slice(1)
    .map((step) => step.replaceAll('~1', '/').replaceAll('~0', '~'))
}
