import { celRule } from './cel-rules.ts'
import { isNull, isObject, kubeScalar, toKube, valueAt, type KubeValue } from './kube-value.ts'
import type { CelRule, Definitions, KindSchema, Schema } from './schema.ts'
import { didYouMean, suggest } from '../diagnostics/suggest.ts'
import { maxDiagnostics, type FileSecrets } from '../spec/excerpts.ts'
import type { Report } from '../spec/report.ts'
import { findNode } from '../spec/yaml/find-node.ts'
import type { MapEntry, MapNode, Span, YamlNode } from '../spec/yaml/nodes.ts'

/** What the checks of one object share. */
export interface WalkContext {
  readonly report: Report
  readonly $defs: Definitions
  /** Values that no message may show. */
  readonly secrets: FileSecrets
  /** For texts, such as `FeatureStore feast.dev/v1`. */
  readonly title: string
  readonly onlyInStorageVersion: KindSchema['onlyInStorageVersion']
  /** The apiVersion that has {@link onlyInStorageVersion}. */
  readonly storageVersion: string
}

/**
 * Checks a value against a CRD's schema as the API server does with strict field validation: first nulls are dropped and
 * defaults filled in, then unknown fields, types, values and rules are looked at. Everything is reported, not the first.
 *
 * @param path of the value in the object, such as `spec.services`
 * @param key where something missing is pointed at
 */
export function walk(
  node: YamlNode,
  schema: Schema,
  { path, key }: { path: string; key?: Span },
  context: WalkContext,
): void {
  const known = resolve(schema, context)
  if (known['x-kubernetes-int-or-string'] === true) checkIntOrString(node, known, path, context)
  else if (known.type === 'object') checkObject(node, known, { path, key: key ?? node.span }, context)
  else if (known.type === 'array') checkArray(node, known, path, context)
  else if (known.type !== undefined) checkScalar(node, known, path, context)
}

function resolve(schema: Schema, { $defs }: WalkContext): Schema {
  const name = schema.$ref?.slice('#/$defs/'.length)
  return name === undefined ? schema : ($defs[name] ?? {})
}

function checkObject(node: YamlNode, schema: Schema, { path, key }: { path: string; key: Span }, context: WalkContext) {
  if (node.kind !== 'map') return wrongType(node, 'a mapping', path, context)
  const { properties = {}, additionalProperties } = schema
  for (const entry of node.entries) {
    const property = Object.hasOwn(properties, entry.name) ? properties[entry.name] : undefined
    const below = property ?? (typeof additionalProperties === 'object' ? additionalProperties : undefined)
    const place = join(path, entry.name)
    if (below !== undefined) {
      if (!isNull(entry.value)) walk(entry.value, below, { path: place, key: entry.key.span }, context)
    } else if (additionalProperties !== true && schema['x-kubernetes-preserve-unknown-fields'] !== true) {
      unknownField(entry, properties, { path, place }, context)
    }
  }
  for (const name of schema.required ?? []) {
    const entry = node.entries.find((candidate) => candidate.name === name)
    if (entry !== undefined && !isNull(entry.value)) continue
    const why = resolve(properties[name] ?? {}, context).description
    context.report.add(entry?.key.span ?? key, {
      code: 'KM102',
      message: `${join(path, name)} is missing`,
      why: `${context.title} requires it${why === undefined ? '' : `: ${why}`}`,
      hint: `add \`${name}: …\``,
      path: join(path, name),
    })
  }
  for (const rule of schema['x-kubernetes-validations'] ?? []) checkRule(rule, node, { path, key }, context)
}

function unknownField(
  { name, key }: MapEntry,
  properties: Readonly<Record<string, Schema>>,
  { path, place }: { path: string; place: string },
  context: WalkContext,
) {
  // The texts are costly to make, and nobody reads so many.
  if (context.report.diagnostics.length >= maxDiagnostics) return
  const shape = place.replaceAll(/\.\d+(?=\.|$)/g, '[]')
  if (context.onlyInStorageVersion.some((field) => field.path === shape && field.value === undefined)) {
    context.report.add(key.span, {
      code: 'KM101',
      message: `${place} is a field of ${context.storageVersion} only`,
      why: `the API server drops it, or refuses it with strict field validation, as ${context.title} has no such field`,
      hint: `write \`apiVersion: ${context.storageVersion}\``,
      path: place,
    })
    return
  }
  const names = Object.keys(properties)
  const guess = suggest(name, names)
  const home = guess === undefined ? homeOf(name, properties, context) : undefined
  context.report.add(key.span, {
    code: 'KM101',
    message: `unknown field "${name}" in ${path === '' ? context.title : path}`,
    why: 'the API server refuses it with strict field validation, and drops it without',
    hint:
      guess !== undefined
        ? `did you mean "${guess}"?`
        : home !== undefined
          ? `it belongs under ${join(path, home)}`
          : names.length > 0
            ? `remove it; the fields are: ${names.join(', ')}`
            : 'remove it: there are no fields here',
    path: place,
  })
}

/** The field beside which one of this name would be right, one level down: `onlineStore` is a field of `services`. */
function homeOf(name: string, properties: Readonly<Record<string, Schema>>, context: WalkContext): string | undefined {
  const homes = Object.entries(properties).filter(([, schema]) => {
    const below = resolve(schema, context).properties
    return below !== undefined && Object.hasOwn(below, name)
  })
  return homes.length === 1 ? homes[0]?.[0] : undefined
}

function checkRule(
  { rule, message }: CelRule,
  node: MapNode,
  { path, key }: { path: string; key: Span },
  context: WalkContext,
) {
  const known = celRule(rule)
  const self = toKube(node)
  if (known === undefined || known.holds(self)) return
  const steps = known.at?.find((candidate) => valueAt(self, ...candidate) !== undefined)
  const found = steps && findNode(node, steps)
  context.report.add(found?.value.span ?? key, {
    code: 'KM106',
    message: `${join(path, ...(steps ?? []))}: ${message ?? `the rule ${rule} does not hold`}`,
    why: `a rule of ${context.title}`,
    hint: known.hint,
    path: join(path, ...(steps ?? [])),
  })
}

function checkArray(node: YamlNode, schema: Schema, path: string, context: WalkContext) {
  if (node.kind !== 'seq') return wrongType(node, 'a list', path, context)
  if (schema.minItems !== undefined && node.items.length < schema.minItems) {
    context.report.add(node.span, {
      code: 'KM105',
      message: `${path} needs at least ${schema.minItems} item${schema.minItems === 1 ? '' : 's'}`,
      hint: 'add one',
      path,
    })
  }
  const { items } = schema
  if (items !== undefined) node.items.forEach((item, index) => walk(item, items, { path: `${path}.${index}` }, context))
  const keys = schema['x-kubernetes-list-map-keys']
  if (keys === undefined) return
  const seen = new Map<string, number>()
  for (const [index, item] of node.items.entries()) {
    const value = toKube(item)
    const identity = keys.length === 0 ? value : keys.map((name) => valueAt(value, name) ?? null)
    if (keys.length > 0 && !isObject(value)) continue
    const text = JSON.stringify(identity)
    const first = seen.get(text)
    if (first === undefined) {
      seen.set(text, index)
      continue
    }
    const which = keys.length === 0 ? 'the same item' : `the same ${keys.join(' and ')}`
    context.report.add(item.span, {
      code: 'KM107',
      message: `${path}.${index} has ${which} as ${path}.${first}`,
      why: 'the API server refuses duplicates in this list',
      hint: 'remove one of the two',
      path: `${path}.${index}`,
    })
  }
}

function checkIntOrString(node: YamlNode, schema: Schema, path: string, context: WalkContext) {
  const value = node.kind === 'scalar' ? kubeScalar(node) : undefined
  if (typeof value === 'string') checkText(value, node, schema, path, context)
  else if (!Number.isInteger(value)) wrongType(node, 'an integer or a string', path, context)
}

const scalarWords = { string: 'a string', integer: 'an integer', number: 'a number', boolean: 'a boolean' }

function checkScalar(node: YamlNode, schema: Schema, path: string, context: WalkContext) {
  if (schema.type === undefined || schema.type === 'object' || schema.type === 'array') return
  const value = node.kind === 'scalar' ? kubeScalar(node) : undefined
  const fits = schema.type === 'integer' ? Number.isInteger(value) : typeof value === schema.type
  if (!fits || value === undefined || value === null) return wrongType(node, scalarWords[schema.type], path, context)
  if (schema.enum !== undefined && !schema.enum.includes(value)) {
    const words = schema.enum.filter((word) => typeof word === 'string')
    const newer = context.onlyInStorageVersion.some((field) => field.path === path && field.value === value)
    context.report.add(node.span, {
      code: 'KM104',
      message: `${path} cannot be ${shown(node, context)}${newer ? '' : didYouMean(String(value), words)}`,
      why: `it is one of: ${schema.enum.join(', ')}`,
      hint: newer ? `write \`apiVersion: ${context.storageVersion}\`, which has it` : 'write one of these words',
      path,
    })
  }
  if (typeof value === 'string') checkText(value, node, schema, path, context)
  if (typeof value === 'number') checkNumber(value, node, schema, path, context)
}

function checkText(value: string, node: YamlNode, schema: Schema, path: string, context: WalkContext) {
  const refuse = (problem: string, why: string | undefined, hint: string) =>
    context.report.add(node.span, { code: 'KM105', message: `${path}: ${problem}`, why, hint, path })
  const length = Array.from(value).length
  if (schema.minLength !== undefined && length < schema.minLength)
    refuse('the text is empty', undefined, 'write a text')
  else if (schema.maxLength !== undefined && length > schema.maxLength)
    refuse(`the text is longer than ${schema.maxLength} characters`, undefined, 'shorten it')
  else if (schema.pattern !== undefined && !new RegExp(schema.pattern, 'u').test(value)) {
    const { words, hint } = patternWords(schema)
    refuse(`${shown(node, context)} is not ${words}`, `it must match ${schema.pattern}`, hint)
  }
}

/** The pattern of a quantity, which CRDs repeat wherever a container's resources stand. */
const quantity = /^\^\(\\\+\|-\)\?\(\(\[0-9\]\+/

function patternWords({ pattern = '', patternWords }: Schema): { words: string; hint: string } {
  if (patternWords !== undefined) return { words: patternWords, hint: 'correct it' }
  if (quantity.test(pattern)) return { words: 'a quantity of Kubernetes', hint: 'for instance 500m, 2, 1Gi' }
  if (pattern.startsWith('^https://')) return { words: 'an https:// URL', hint: 'for instance https://idp.example.com' }
  return { words: 'a value that is allowed here', hint: 'correct it' }
}

function checkNumber(value: number, node: YamlNode, schema: Schema, path: string, context: WalkContext) {
  const { minimum = -Infinity, maximum = Infinity } = schema
  if (value >= minimum && value <= maximum) return
  context.report.add(node.span, {
    code: 'KM105',
    message: `${path} cannot be ${shown(node, context)}: it must be ${value < minimum ? `at least ${minimum}` : `at most ${maximum}`}`,
    hint: 'write a number in that range',
    path,
  })
}

function wrongType(node: YamlNode, wanted: string, path: string, context: WalkContext) {
  context.report.add(node.span, {
    code: 'KM103',
    message: `${path} must be ${wanted}, not ${shown(node, context)}`,
    ...typeAdvice(node, wanted, context),
    path,
  })
}

function typeAdvice(node: YamlNode, wanted: string, { secrets }: WalkContext): { why?: string; hint: string } {
  const value = node.kind === 'scalar' ? kubeScalar(node) : undefined
  if (value === null) return { why: 'the value is empty', hint: 'write a value, or remove the entry' }
  if (node.kind === 'scalar' && wanted === 'a string') {
    const quoted = secrets.has(node) ? '' : `: "${node.source}"`
    return { why: 'YAML reads this value as another type', hint: `put it in quotes${quoted}` }
  }
  if (typeof value === 'string' && /^"|^'/.test(node.kind === 'scalar' ? node.source : ''))
    return { hint: wanted === 'a mapping' || wanted === 'a list' ? `write ${wanted}` : 'remove the quotes' }
  return { hint: `write ${wanted}` }
}

/** A value in words, never that of a secret. */
function shown(node: YamlNode, { secrets }: WalkContext): string {
  if (node.kind === 'map') return 'a mapping'
  if (node.kind === 'seq') return 'a list'
  const value: KubeValue = kubeScalar(node)
  if (value === null) return 'nothing'
  if (secrets.has(node)) return `a ${typeof value} (its value is not shown)`
  if (typeof value === 'string') return JSON.stringify(value.length > 60 ? `${value.slice(0, 57)}...` : value)
  return `the ${typeof value} ${node.source}`
}

function join(...steps: readonly string[]): string {
  return steps.filter((step) => step !== '').join('.')
}
