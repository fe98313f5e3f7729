// Writes src/manifests/schema/*.json from CustomResourceDefinitions: `npm run generate:manifest-schema -- CRD_FILE…`.
// One file a version of a kind: the schema of `spec` without texts below the first levels, each subschema that occurs
// twice (a CRD repeats the whole pod specification for every container) written once under `$defs`. Same input, same bytes.
import { build } from 'esbuild'
import { mkdir, readFile, writeFile } from 'node:fs/promises'
import { dirname, join } from 'node:path'
import { fileURLToPath } from 'node:url'

const root = join(dirname(fileURLToPath(import.meta.url)), '..')
const schemaDir = join(root, 'src', 'manifests', 'schema')

/** Levels below `spec` whose descriptions are kept: those are the fields that people forget. */
const describedLevels = 3

/** A shorter subschema takes less room than a reference to it. */
const worthSharing = 60

/** What the walk in src/manifests/walk.ts knows. Anything else in a CRD must be looked at before it may be dropped. */
const keptKeywords = new Set([
  'additionalProperties',
  'enum',
  'items',
  'maxLength',
  'maximum',
  'minLength',
  'minimum',
  'pattern',
  'properties',
  'required',
  'type',
  'x-kubernetes-int-or-string',
  'x-kubernetes-list-map-keys',
  'x-kubernetes-preserve-unknown-fields',
  'x-kubernetes-validations',
])
const droppedKeywords = new Set([
  'anyOf',
  'default',
  'description',
  'format',
  'x-kubernetes-list-type',
  'x-kubernetes-map-type',
])

/** The schema files of one CRD, by name. Throws where the CRD uses a keyword that fsop would not check. */
export async function schemaFiles(crdText) {
  const files = {}
  for (const crd of await yamlDocuments(crdText)) {
    if (crd?.kind !== 'CustomResourceDefinition') continue
    const { group, names, versions } = crd.spec
    const storage = versions.find((version) => version.storage)
    for (const version of versions.filter(({ served }) => served)) {
      const spec = specOf(version)
      const { root, $defs } = share(simplify(spec, `${names.kind}.spec`, 0))
      const newer = version === storage ? [] : difference(specOf(storage), spec, 'spec')
      files[`${names.kind.toLowerCase()}.${version.name}.json`] = layOut({
        group,
        kind: names.kind,
        version: version.name,
        storageVersion: storage.name,
        onlyInStorageVersion: newer,
        spec: root,
        $defs,
      })
    }
  }
  return files
}

/** fsop's own YAML reader, without the limits that it has for what users give it: CRDs are larger. */
async function yamlDocuments(text) {
  const contents = `
    import { Constructor } from './construct.ts'
    import { parseRecovering } from './recover.ts'
    import { SourceText } from './source-text.ts'
    import { toPlain } from './to-plain.ts'
    export function read(text) {
      const source = new SourceText(text)
      const { documents, problems } = parseRecovering(source, { depth: 1000, nodes: 10_000_000 })
      if (problems.length > 0) throw new Error('not YAML: ' + JSON.stringify(problems[0]))
      return documents.map(({ root }) => toPlain(new Constructor(source).construct(root)))
    }`
  const { outputFiles } = await build({
    stdin: { contents, resolveDir: join(root, 'src/spec/yaml'), loader: 'ts' },
    bundle: true,
    format: 'esm',
    platform: 'node',
    write: false,
    logLevel: 'warning',
  })
  const code = Buffer.from(outputFiles[0].contents).toString('base64')
  const { read } = await import(`data:text/javascript;base64,${code}`)
  return read(text)
}

function specOf(version) {
  return version.schema.openAPIV3Schema.properties.spec
}

/** The same schema in the words that the walk knows, keys in one order. */
function simplify(schema, path, level) {
  for (const keyword of Object.keys(schema)) {
    if (!keptKeywords.has(keyword) && !droppedKeywords.has(keyword))
      throw new Error(`${path}: unknown keyword ${keyword}`)
  }
  if (schema.anyOf && !schema['x-kubernetes-int-or-string']) throw new Error(`${path}: anyOf that is no int-or-string`)
  const simple = {}
  const put = (keyword, value) => {
    if (value !== undefined) simple[keyword] = value
  }
  put('type', schema.type)
  put('description', level > 0 && level <= describedLevels ? firstSentence(schema.description) : undefined)
  for (const keyword of ['enum', 'pattern', 'minLength', 'maxLength', 'minimum', 'maximum'])
    put(keyword, schema[keyword])
  if (schema.format === 'int32') {
    put('minimum', Math.max(schema.minimum ?? -(2 ** 31), -(2 ** 31)))
    put('maximum', Math.min(schema.maximum ?? 2 ** 31 - 1, 2 ** 31 - 1))
  }
  for (const keyword of ['x-kubernetes-int-or-string', 'x-kubernetes-preserve-unknown-fields'])
    put(keyword, schema[keyword])
  // A set's items and a map's keys must differ; a set is a map whose key is the item.
  const listType = schema['x-kubernetes-list-type']
  if (listType === 'map') put('x-kubernetes-list-map-keys', schema['x-kubernetes-list-map-keys'])
  if (listType === 'set') put('x-kubernetes-list-map-keys', [])
  const rules = (schema['x-kubernetes-validations'] ?? []).filter(({ rule }) => !rule.includes('oldSelf'))
  if (rules.length > 0)
    put(
      'x-kubernetes-validations',
      rules.map(({ rule, message }) => ({ rule, message })),
    )
  const properties = Object.entries(schema.properties ?? {}).sort(([a], [b]) => (a < b ? -1 : 1))
  // The API server fills in defaults before it looks for what is missing.
  const required = (schema.required ?? []).filter((name) => schema.properties?.[name]?.default === undefined)
  if (required.length > 0) put('required', required.toSorted())
  if (properties.length > 0) {
    const below = properties.map(([name, value]) => [name, simplify(value, `${path}.${name}`, level + 1)])
    put('properties', Object.fromEntries(below))
  }
  if (typeof schema.additionalProperties === 'object')
    put('additionalProperties', simplify(schema.additionalProperties, `${path}.*`, level + 1))
  else put('additionalProperties', schema.additionalProperties)
  if (schema.items) put('items', simplify(schema.items, `${path}[]`, level + 1))
  return simple
}

function firstSentence(text) {
  const sentence = /^(.*?[^.])(?:\.(?=\s+[A-Z]|$)|$)/.exec((text ?? '').replaceAll(/\s+/g, ' ').trim())?.[1]
  return sentence === undefined || sentence.length > 160 ? undefined : sentence
}

/** Replaces every subschema that occurs more than once by a reference, named after the property where it stood first. */
function share(schema) {
  const counts = new Map()
  const count = (node) => {
    const text = JSON.stringify(node)
    const seen = counts.get(text) ?? 0
    counts.set(text, seen + 1)
    // What stands within a repeated schema is counted once: it is shared on its own only if it occurs elsewhere too.
    if (seen === 0 || text.length < worthSharing) for (const child of children(node)) count(child.node)
  }
  count(schema)

  const names = new Map()
  const $defs = {}
  const taken = (name) => Object.hasOwn($defs, name)
  const replace = (node, name) => {
    const text = JSON.stringify(node)
    if (node !== schema && text.length >= worthSharing && (counts.get(text) ?? 0) > 1) {
      let known = names.get(text)
      if (known === undefined) {
        known = name
        for (let number = 2; taken(known); number++) known = `${name}${number}`
        names.set(text, known)
        $defs[known] = {}
        $defs[known] = withChildren(node, replace)
      }
      return { $ref: `#/$defs/${known}` }
    }
    return withChildren(node, replace, name)
  }
  return { root: replace(schema, 'spec'), $defs }
}

function children(schema) {
  const found = Object.entries(schema.properties ?? {}).map(([name, node]) => ({ name, node }))
  if (typeof schema.additionalProperties === 'object') found.push({ name: 'value', node: schema.additionalProperties })
  if (schema.items) found.push({ name: 'item', node: schema.items })
  return found
}

function withChildren(schema, replace, name = '') {
  const copy = { ...schema }
  if (schema.properties) {
    copy.properties = Object.fromEntries(
      Object.entries(schema.properties).map(([property, node]) => [property, replace(node, property)]),
    )
  }
  if (typeof schema.additionalProperties === 'object')
    copy.additionalProperties = replace(schema.additionalProperties, `${name}Value`)
  if (schema.items) copy.items = replace(schema.items, `${name}Item`)
  return copy
}

/** Fields and words that `newer` has and `older` has not: only the topmost of each. */
function difference(newer, older, path) {
  const found = []
  for (const [name, schema] of Object.entries(newer.properties ?? {})) {
    const known = older.properties?.[name]
    if (known === undefined) found.push({ path: `${path}.${name}` })
    else found.push(...difference(schema, known, `${path}.${name}`))
  }
  if (newer.items && older.items) found.push(...difference(newer.items, older.items, `${path}[]`))
  const words = (newer.enum ?? []).filter((word) => older.enum && !older.enum.includes(word))
  return [...found, ...words.map((value) => ({ path, value }))]
}

/** One line for each definition and each property of `spec`, so that a diff of two versions can be read. */
function layOut({ spec, $defs, ...head }) {
  const { properties, ...rest } = spec
  const lines = (entries) =>
    Object.entries(entries).map(([name, value]) => `${JSON.stringify(name)}:${JSON.stringify(value)}`)
  const block = (entries) => `{\n${entries.join(',\n')}\n}`
  return `${block([
    ...lines(head),
    `"spec":${block([...lines(rest), `"properties":${block(lines(properties))}`])}`,
    `"$defs":${block(lines($defs))}`,
  ])}\n`
}

async function main(crds) {
  if (crds.length === 0) throw new Error('name a file with a CustomResourceDefinition')
  await mkdir(schemaDir, { recursive: true })
  for (const crd of crds) {
    for (const [name, text] of Object.entries(await schemaFiles(await readFile(crd, 'utf8')))) {
      await writeFile(join(schemaDir, name), text)
      process.stderr.write(`wrote src/manifests/schema/${name} (${(text.length / 1024).toFixed(0)} KiB)\n`)
    }
  }
}

if (process.argv[1] === fileURLToPath(import.meta.url)) {
  await main(process.argv.slice(2)).catch((error) => {
    process.stderr.write(`${error.message}\n`)
    process.exitCode = 1
  })
}
