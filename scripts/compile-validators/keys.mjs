// The keys of a block in the words that messages and `fsop explain` use.

/** The keys of a schema, by name; a key that holds a block, or a list of blocks, has their keys under `keys`. */
export function keysOf(schema) {
  const required = new Set(schema.required)
  return Object.fromEntries(
    Object.entries(schema.properties ?? {}).map(([name, property]) => [name, keyInfo(property, required.has(name))]),
  )
}

function keyInfo(schema, required) {
  const values = valuesOf(schema)
  const block = schema.properties ? schema : schema.items
  return {
    type: typeInWords(schema),
    ...(required && { required }),
    ...(isNullable(schema) && { nullable: true }),
    ...(values && { values }),
    ...('default' in schema && { default: schema.default }),
    ...(schema['x-secret'] && { secret: true }),
    ...(schema['x-alias-of'] && { aliasOf: schema['x-alias-of'] }),
    ...(schema.description && { description: schema.description }),
    ...(block?.properties && { keys: keysOf(block) }),
  }
}

/** What a key holds, without what is accepted only by conversion: `integer`, `list of string`, `mapping`. */
function typeInWords(schema) {
  if (schema.anyOf) return [...new Set(schema.anyOf.map(typeInWords))].join(' or ')
  const values = valuesOf(schema)
  if (values) return [...new Set(values.map((value) => typeof value))].join(' or ')
  const hidden = ['null', ...(schema['x-lax'] ?? [])]
  const types = [schema.type ?? []].flat().filter((type) => !hidden.includes(type))
  return types.map((type) => container(type, schema)).join(' or ') || 'any'
}

function container(type, schema) {
  if (type === 'array') return ofContent('list', schema.items)
  if (type === 'object') return ofContent('mapping', schema.additionalProperties)
  return type
}

function ofContent(name, content) {
  const type = content ? typeInWords(content) : 'any'
  return type === 'any' ? name : `${name} of ${type}`
}

function valuesOf(schema) {
  return 'const' in schema ? [schema.const] : schema.enum?.filter((value) => value !== null)
}

function isNullable(schema) {
  const choices = [schema, ...(schema.anyOf ?? [])]
  return choices.some(({ type, enum: values }) => [type].flat().includes('null') || values?.includes(null))
}
