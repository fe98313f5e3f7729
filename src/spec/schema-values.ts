import type { ErrorObject, ValidateFunction } from 'ajv'
import { YamlOpaque, type YamlNode } from './yaml/nodes.ts'
import { toPlain } from './yaml/to-plain.ts'

/**
 * What a compiled schema has against a value, as Feast's own classes would judge it. The errors are the caller's: the
 * validator's own list is overwritten by its next call.
 *
 * @param value in place of the node's, for a bare word that stands for a block
 */
export function schemaErrors(validate: ValidateFunction, node: YamlNode, value?: unknown): readonly ErrorObject[] {
  const plain = value ?? toPlain(node)
  const errors = validate(schemaValue(plain)) ? [] : (validate.errors ?? [])
  return value === undefined ? [...errors, ...numberErrors(validate, node, plain)] : errors
}

/** Stands for a date or bytes, which are of no type that JSON Schema knows. */
const odd = Symbol('no JSON type')

/**
 * A value as the compiled schemas must see it: large integers as integers (how large matters to no schema of Feast), the
 * members of a set as a list, which pydantic makes of one, and dates as nothing that they could take for a mapping.
 */
function schemaValue(value: unknown): unknown {
  if (!needsChange(value)) return value
  if (typeof value === 'bigint') return value < 0n ? Number.MIN_SAFE_INTEGER : Number.MAX_SAFE_INTEGER
  if (value instanceof YamlOpaque) return odd
  if (value instanceof Set) return [...value].map(schemaValue)
  if (Array.isArray(value)) return value.map(schemaValue)
  if (!isPlainObject(value)) return value
  return withoutPrototype(Object.entries(value).map(([key, inner]) => [key, schemaValue(inner)]))
}

function needsChange(value: unknown): boolean {
  if (typeof value !== 'object' || value === null) return typeof value === 'bigint'
  if (value instanceof YamlOpaque || value instanceof Set) return true
  return (Array.isArray(value) ? value : Object.values(value)).some(needsChange)
}

/**
 * Finds what a JSON Schema cannot tell apart. Pydantic refuses the float `5.0` for a strict integer and takes it for a
 * lax one, which may be text as well; it refuses infinity and NaN for both; and a bound holds for what it converts to a
 * number too (`"0"`, `false`). So the value is looked at again, with fractions in place of floats and numbers in place of
 * what may become one.
 */
function numberErrors(validate: ValidateFunction, node: YamlNode, plain: unknown): ErrorObject[] {
  const places: Numbers = new Map()
  collectNumbers(node, '', places)
  if (places.size === 0) return []
  validate(schemaValue(withNumbers(plain, '', places)))
  return (validate.errors ?? []).filter(({ keyword, params, instancePath }) => {
    const place = places.get(instancePath)
    if (place === undefined) return false
    if (place.float === undefined) return /^(?:exclusive)?(?:min|max)imum$/i.test(keyword)
    if (keyword !== 'type') return false
    const types = [params['type'] as string | readonly string[]].flat()
    return types.includes('integer') && (!Number.isFinite(place.float) || !types.includes('string'))
  })
}

type Numbers = Map<string, { readonly shown: number; readonly float?: number }>

function collectNumbers(node: YamlNode, pointer: string, places: Numbers): void {
  if (node.kind === 'scalar') {
    const { value } = node
    if (typeof value === 'number' && (Number.isInteger(value) || !Number.isFinite(value)))
      places.set(pointer, { shown: 0.5, float: value })
    else if (typeof value === 'boolean') places.set(pointer, { shown: value ? 1 : 0 })
    else if (typeof value === 'string' && /^\s*[-+]?[\d_]*\.?\d+\s*$/.test(value))
      places.set(pointer, { shown: Number(value.replaceAll('_', '')) })
  } else if (node.kind === 'seq') {
    node.items.forEach((item, index) => collectNumbers(item, `${pointer}/${index}`, places))
  } else {
    for (const { name, value } of node.entries) collectNumbers(value, `${pointer}/${pointerStep(name)}`, places)
  }
}

function withNumbers(value: unknown, pointer: string, places: Numbers): unknown {
  const place = places.get(pointer)
  if (place !== undefined) return place.shown
  if (Array.isArray(value)) return value.map((item, index) => withNumbers(item, `${pointer}/${index}`, places))
  if (!isPlainObject(value)) return value
  return withoutPrototype(
    Object.entries(value).map(([name, inner]) => [name, withNumbers(inner, `${pointer}/${pointerStep(name)}`, places)]),
  )
}

/** A key as a step of a JSON pointer (RFC 6901). */
function pointerStep(name: string): string {
  return name.replaceAll('~', '~0').replaceAll('/', '~1')
}

function isPlainObject(value: unknown): value is Readonly<Record<string, unknown>> {
  return typeof value === 'object' && value !== null && Object.getPrototypeOf(value) === null
}

function withoutPrototype(entries: readonly (readonly [string, unknown])[]): Record<string, unknown> {
  return Object.assign(Object.create(null) as Record<string, unknown>, Object.fromEntries(entries))
}
