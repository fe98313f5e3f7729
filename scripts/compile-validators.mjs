// Turns src/spec/schema/*.json into small ES modules under src/generated, so that a command loads code for the types
// that a spec names and nothing else, and never ajv or a schema. What is written, and why: docs/schema.md.
import { Ajv2020 } from 'ajv/dist/2020.js'
import standalone from 'ajv/dist/standalone/index.js'
import { createHash } from 'node:crypto'
import { mkdir, readFile, readdir, rename, rm, writeFile } from 'node:fs/promises'
import { createRequire } from 'node:module'
import { dirname, join } from 'node:path'
import { fileURLToPath } from 'node:url'
import { keysOf } from './compile-validators/keys.mjs'

const scripts = dirname(fileURLToPath(import.meta.url))
const sources = ['compile-validators.mjs', 'compile-validators/keys.mjs'].map((file) => join(scripts, file))

/**
 * Writes `outDir` anew from the `feast-*.json` in `schemaDir`; does nothing where they have not changed since.
 * Gives whether anything was written. Throws where ajv finds a schema that it would not check strictly.
 */
export async function compileValidators({ schemaDir, outDir }) {
  const files = (await readdir(schemaDir)).filter((file) => /^feast-.*\.json$/.test(file)).sort()
  const texts = await Promise.all(files.map((file) => readFile(join(schemaDir, file), 'utf8')))
  const inputs = await hashOf(texts)
  if ((await readFile(join(outDir, 'inputs.sha256'), 'utf8').catch(() => '')) === inputs) return false

  const made = `${outDir}-${process.pid}`
  await mkdir(made, { recursive: true })
  try {
    const documents = texts.map((text) => JSON.parse(text))
    for (const document of documents) await writeVersion(made, document)
    await writeIndex(join(made, 'validators'), documents)
    await writeFile(join(made, 'inputs.sha256'), inputs)
    await rm(outDir, { recursive: true, force: true })
    await rename(made, outDir)
  } finally {
    await rm(made, { recursive: true, force: true })
  }
  return true
}

async function hashOf(texts) {
  const { version } = createRequire(import.meta.url)('ajv/package.json')
  const code = await Promise.all(sources.map((file) => readFile(file, 'utf8')))
  const hash = createHash('sha256')
  for (const part of [version, ...code, ...texts]) hash.update(part).update('\0')
  return hash.digest('hex')
}

async function writeVersion(outDir, document) {
  const { feastVersion } = document
  const validators = join(outDir, 'validators', feastVersion)
  await mkdir(validators, { recursive: true })
  const schemas = schemasOf(document)
  const ajv = strictAjv()
  for (const [name, schema] of Object.entries(schemas)) {
    await writeFile(join(validators, `${name}.js`), standalone.default(ajv, ajv.compile(withoutAnnotations(schema))))
  }
  await writeData(join(outDir, 'catalog'), feastVersion, catalogOf(document), 'Catalog')
  const keys = Object.fromEntries(Object.entries(schemas).map(([name, schema]) => [name, keysOf(schema)]))
  await writeData(join(outDir, 'keys'), feastVersion, keys, 'Readonly<Record<string, Keys>>')
}

/** Every schema of a version, named `root` or `component.type`. */
function schemasOf(document) {
  const schemas = { root: document.root }
  for (const [component, { types }] of Object.entries(document.components)) {
    for (const [type, { schema }] of Object.entries(types)) {
      if (schema) schemas[`${component}.${type}`] = schema
    }
  }
  return schemas
}

function strictAjv() {
  return new Ajv2020({
    allErrors: true,
    strict: true,
    allowUnionTypes: true,
    // A YAML float may be .inf, and Feast takes it.
    strictNumbers: false,
    code: { source: true, esm: true },
  })
}

/** What says something to people only: ajv would repeat it in the compiled code. */
const annotations = new Set(['default', 'description'])

function withoutAnnotations(schema) {
  if (Array.isArray(schema)) return schema.map(withoutAnnotations)
  if (typeof schema !== 'object' || schema === null) return schema
  const kept = Object.entries(schema).filter(([keyword]) => !annotations.has(keyword) && !keyword.startsWith('x-'))
  return Object.fromEntries(
    kept.map(([keyword, value]) => [keyword, keyword === 'properties' ? mapValues(value) : withoutAnnotations(value)]),
  )
}

/** Under `properties` the names are keys of the user, such as one called `description`, and no keywords. */
function mapValues(schemas) {
  return Object.fromEntries(Object.entries(schemas).map(([name, schema]) => [name, withoutAnnotations(schema)]))
}

/** The document without its schemas. */
function catalogOf(document) {
  return JSON.parse(
    JSON.stringify(document, (name, value) => (name === 'schema' || name === 'root' ? undefined : value)),
  )
}

/** A module whose default export is `data`. The text is parsed as JSON, which is faster than as JavaScript. */
async function writeData(folder, version, data, type) {
  await mkdir(folder, { recursive: true })
  await writeFile(join(folder, `${version}.js`), `export default JSON.parse(${JSON.stringify(JSON.stringify(data))})\n`)
  await writeFile(
    join(folder, `${version}.d.ts`),
    `import type { Catalog, Keys } from '../../spec/catalog.ts'\ndeclare const data: ${type}\nexport default data\n`,
  )
}

/** Import paths are written out, because esbuild splits only what it can read. */
async function writeIndex(folder, documents) {
  const loadersOf = (document) =>
    Object.keys(schemasOf(document))
      .map((name) => `    '${name}': () => import('./${document.feastVersion}/${name}.js'),\n`)
      .join('')
  const versions = documents.map((document) => document.feastVersion)
  const table = (name, entry) => `export const ${name} = {\n${entry.join('')}}\n`
  await writeFile(
    join(folder, 'index.js'),
    [
      table(
        'loaders',
        documents.map((document) => `  '${document.feastVersion}': {\n${loadersOf(document)}  },\n`),
      ),
      table(
        'catalogs',
        versions.map((version) => `  '${version}': () => import('../catalog/${version}.js'),\n`),
      ),
      table(
        'keys',
        versions.map((version) => `  '${version}': () => import('../keys/${version}.js'),\n`),
      ),
    ].join('\n'),
  )
  await writeFile(join(folder, 'index.d.ts'), indexTypes)
}

const indexTypes = `import type { ValidateFunction } from 'ajv'
import type { Catalog, Keys } from '../../spec/catalog.ts'

type Loader<T> = () => Promise<{ readonly default: T }>

/** By Feast version, then \`root\` or \`component.type\`. */
export declare const loaders: Readonly<Record<string, Readonly<Record<string, Loader<ValidateFunction>>>>>
/** What a Feast version knows, by version. */
export declare const catalogs: Readonly<Record<string, Loader<Catalog>>>
/** The keys of every block, by version, then as in \`loaders\`. */
export declare const keys: Readonly<Record<string, Loader<Readonly<Record<string, Keys>>>>>
`

if (process.argv[1] === fileURLToPath(import.meta.url)) {
  const root = join(scripts, '..')
  await compileValidators({ schemaDir: join(root, 'src/spec/schema'), outDir: join(root, 'src/generated') })
}
