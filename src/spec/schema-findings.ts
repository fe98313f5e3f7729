import type { ErrorObject, ValidateFunction } from 'ajv'
import type { Keys } from './catalog.ts'
import type { CheckContext } from './check-context.ts'
import { schemaErrors } from './schema-values.ts'
import { looksSecret } from './secrets.ts'
import { suggest } from '../diagnostics/suggest.ts'
import { findNode } from './yaml/find-node.ts'
import { YamlOpaque, type MapEntry, type MapNode, type YamlNode } from './yaml/nodes.ts'
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
  const errors = schemaErrors(validate, node, value)
  if (errors.length === 0) return
  const groups = groupByPath(errors)
  const keys = await context.keysOf(block)
  for (const [pointer, group] of groups) {
    const steps = pointerSteps(pointer)
    const at = findNode(node, steps) ?? { value: node }
    // A variable that is not set has no value to judge.
    if (at.value.kind === 'scalar' && context.variablesIn(at.value).some(({ state }) => state !== 'set')) continue
    const where = [path, ...steps].filter((step) => step !== '').join('.')
    for (const error of group) {
      if (error.keyword === 'additionalProperties')
        await reportUnknownKey(error, at.value, { keys: keysAt(keys, steps), where, block }, context)
      if (error.keyword === 'required') reportMissingKey(error, at, { keys, where, block }, context)
    }
    const wrong = group.find(({ keyword }) => keyword !== 'additionalProperties' && keyword !== 'required')
    if (wrong)
      reportWrongValue(wrong, group, at.value, { keys: keysAt(keys, steps.slice(0, -1)), steps, where }, context)
  }
}

/** The keys known at a place inside a block: of a mapping below a key, or of the mappings in a list below it. */
function keysAt(keys: Keys, steps: readonly string[]): Keys | undefined {
  let found: Keys | undefined = keys
  for (const step of steps) {
    if (/^\d+$/.test(step) && !Object.hasOwn(found, step)) continue
    const inner: Keys | undefined = Object.hasOwn(found, step) ? found[step]?.keys : undefined
    if (inner === undefined) return undefined
    found = inner
  }
  return found
}

interface Place {
  readonly keys: Keys | undefined
  readonly where: string
  readonly block: string
}

async function reportUnknownKey(
  { params }: ErrorObject,
  node: YamlNode,
  { keys, where, block }: Place,
  context: CheckContext,
) {
  const name = String(params['additionalProperty'])
  const entry = node.kind === 'map' ? entryOf(node, name) : undefined
  // In a file of thousands of unknown keys, what was meant by each is nobody's question.
  const isLost = node.kind === 'map' && node.entries.length > 500
  const place = isLost ? undefined : await placeOf(name, block, where, context)
  const guess = isLost ? undefined : suggest(name, Object.keys(keys ?? {}))
  context.report.add(entry?.key.span ?? node.span, {
    severity: context.unknownKeys,
    code: 'FS201',
    message: `unknown key "${name}" in ${blockTitle(block, where)}`,
    why:
      block === 'root' ? 'Feast ignores keys that it does not know, without a word' : 'Feast has no such setting there',
    hint: place
      ? `it is a key of ${place}: move it there`
      : guess
        ? `did you mean "${guess}"?`
        : keys && documentedKeys(keys).length > 0
          ? `remove it; the keys are: ${documentedKeys(keys).join(', ')}`
          : 'remove it',
    path: join(where, name),
    edit: guess !== undefined && !place && node.kind === 'map' && !entryOf(node, guess) ? guess : undefined,
  })
}

const entriesOf = new WeakMap<MapNode, ReadonlyMap<string, MapEntry>>()

function entryOf(node: MapNode, name: string): MapEntry | undefined {
  const known = entriesOf.get(node) ?? new Map(node.entries.map((entry) => [entry.name, entry]))
  entriesOf.set(node, known)
  return known.get(name)
}

/** The one block of the spec that knows a key, for a key that stands at the wrong level. */
async function placeOf(name: string, block: string, where: string, context: CheckContext): Promise<string | undefined> {
  if (name === 'type' || name === 'registry_type') return undefined
  const known = await Promise.all(
    context.blocksInUse.map(async (one) => ({ ...one, keys: await context.keysOf(one.block) })),
  )
  const isOther = (path: string) => path !== where
  const shallow = known.filter(({ keys }) => Object.hasOwn(keys, name)).map(({ path }) => path)
  const deep = known.filter((one) => one.block === block).flatMap(({ keys, path }) => deepPlaces(keys, path, name))
  // A setting of a store is more likely meant than one deep in an optional block.
  for (const places of [shallow.filter(isOther), deep.filter(isOther)]) {
    if (places.length > 0) return places.length === 1 ? places[0] || 'the top of the file' : undefined
  }
  return undefined
}

/** Without the second names of keys, which Feast takes but does not tell of. */
function documentedKeys(keys: Keys): string[] {
  return Object.keys(keys).filter((key) => keys[key]?.aliasOf === undefined)
}

/** Where a block and the blocks inside it know a key. */
function deepPlaces(keys: Keys, path: string, name: string): string[] {
  return [
    ...(Object.hasOwn(keys, name) ? [path] : []),
    ...Object.entries(keys).flatMap(([key, { keys: inner, aliasOf }]) =>
      inner && aliasOf === undefined ? deepPlaces(inner, join(path, key), name) : [],
    ),
  ]
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
  { keys, steps, where }: { keys: Keys | undefined; steps: readonly string[]; where: string },
  context: CheckContext,
) {
  const name = steps.at(-1) ?? where
  const info = keys && Object.hasOwn(keys, name) ? keys[name] : undefined
  const allowed = errors.find(({ keyword }) => keyword === 'enum')?.params['allowedValues'] as unknown[] | undefined
  const constant = errors.find(({ keyword }) => keyword === 'const')?.params['allowedValue'] as unknown
  const words = allowed ?? (constant === undefined ? undefined : [constant])
  const written = shownValue(node, name, context)
  if (words) {
    const strings = words.filter((word) => typeof word === 'string')
    const plain = toPlain(node)
    const meant = typeof plain === 'string' ? suggest(plain, strings) : undefined
    context.report.add(node.span, {
      code: 'FS204',
      message: `${where} cannot be ${written}${meant === undefined ? '' : `; did you mean "${meant}"?`}`,
      why: `it is one of: ${words.map((word) => JSON.stringify(word)).join(', ')}`,
      hint: 'write one of these words',
      path: where,
      edit: meant,
    })
    return
  }
  const wanted = info ? `${article(info.type)} ${info.type}` : expectedOf(error)
  context.report.add(node.span, {
    code: 'FS203',
    message: `${where} must be ${wanted}, not ${written}`,
    ...typeAdvice(node, wanted, looksSecret(name) || context.variablesIn(node).length > 0),
    path: where,
  })
}

function groupByPath(errors: readonly ErrorObject[]): Map<string, ErrorObject[]> {
  const groups = new Map<string, ErrorObject[]>()
  for (const error of errors) {
    const group = groups.get(error.instancePath)
    if (group) group.push(error)
    else groups.set(error.instancePath, [error])
  }
  return groups
}

/** Advice for the usual mistakes of type. */
function typeAdvice(node: YamlNode, wanted: string, isHidden: boolean): { why?: string; hint?: string } {
  const value = toPlain(node)
  const isText = /string|text|path/.test(wanted)
  if (isText && node.kind === 'scalar' && typeof value !== 'string' && value !== null) {
    return {
      why: 'YAML reads this value as another type',
      hint: isHidden ? 'put it in quotes' : `put it in quotes: "${node.source}"`,
    }
  }
  if (value === null) return { why: 'the value is empty', hint: 'write a value, or remove the key' }
  return { hint: `write ${wanted}` }
}

function expectedOf({ keyword, params, message }: ErrorObject): string {
  if (keyword === 'type') {
    const type = params['type'] as string | readonly string[]
    const types = typeof type === 'string' ? [type] : type
    return types
      .map((one) => (one === 'object' ? 'mapping' : one === 'array' ? 'list' : one))
      .map((one) => `${article(one)} ${one}`)
      .join(' or ')
  }
  return (message ?? 'something else').replace(/^must be /, '').replace(/^must /, 'something that must ')
}

/** The value in words, never that of a secret or of a variable. */
export function shownValue(node: YamlNode, name: string, context: CheckContext): string {
  if (node.kind === 'map') return node.tag.endsWith(':set') ? 'a set' : 'a mapping'
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
