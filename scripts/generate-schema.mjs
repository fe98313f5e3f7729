// Writes src/spec/schema/feast-VERSION.json from a real Feast: `npm run generate:schema [-- VERSION…]`.
// Without a version, the files that exist are made again. How it works: docs/schema.md.
import { execFile } from 'node:child_process'
import { existsSync } from 'node:fs'
import { mkdir, mkdtemp, readFile, readdir, rename, rm, writeFile } from 'node:fs/promises'
import { homedir } from 'node:os'
import { dirname, join } from 'node:path'
import { fileURLToPath } from 'node:url'
import { promisify } from 'node:util'

const run = promisify(execFile)
const scripts = dirname(fileURLToPath(import.meta.url))
const generator = join(scripts, 'generate-schema')
const schemaDir = join(scripts, '..', 'src', 'spec', 'schema')

/** The Feast versions whose schemas are committed, oldest first. */
export async function schemaVersions() {
  const files = await readdir(schemaDir)
  return files
    .flatMap((file) => /^feast-(\d+\.\d+\.\d+)\.json$/.exec(file)?.[1] ?? [])
    .sort((a, b) => a.localeCompare(b, 'en', { numeric: true }))
}

/** The committed schema file of a Feast version. */
export function schemaFile(version) {
  return join(schemaDir, `feast-${version}.json`)
}

/**
 * The Python of an environment with plain `feast==version`, made on first use in the user's cache folder.
 * Made under another name and renamed, so that a killed run leaves nothing half made.
 * Throws where pip cannot install that version.
 */
export async function feastPython(version) {
  const tools = join(process.env.XDG_CACHE_HOME || join(homedir(), '.cache'), 'fsop', 'tools')
  const environment = join(tools, `feast-${version}`)
  const constraints = join(generator, 'constraints.txt')
  const recipe = `feast==${version}\n${await readFile(constraints, 'utf8')}`
  const python = join(environment, 'bin', 'python')
  if ((await readOrEmpty(join(environment, 'recipe.txt'))) === recipe) return python
  await mkdir(tools, { recursive: true })
  const made = await mkdtemp(`${environment}-`)
  try {
    process.stderr.write(`installing feast==${version} into ${environment}\n`)
    await run(process.env.PYTHON || 'python3', ['-m', 'venv', made])
    const pip = ['-m', 'pip', '--disable-pip-version-check', 'install', '--quiet']
    await run(join(made, 'bin', 'python'), [...pip, '--constraint', constraints, `feast==${version}`])
    await writeFile(join(made, 'recipe.txt'), recipe)
    await replace(made, environment, recipe)
  } finally {
    await rm(made, { recursive: true, force: true })
  }
  return python
}

/** Generates the schema of a Feast version into `output`. Throws with the generator's message where it refuses. */
export async function generateSchema(version, output) {
  await runGenerator(await feastPython(version), [join(generator, 'generate_schema.py'), '--output', output])
}

/** Runs Python with the generator's modules importable and without leaving bytecode in the checkout. */
export async function runGenerator(python, args, input) {
  const running = run(python, args, {
    env: { ...process.env, PYTHONPATH: generator, PYTHONDONTWRITEBYTECODE: '1', PYTHONWARNINGS: 'ignore' },
    maxBuffer: 64 * 1024 * 1024,
  })
  running.child.stdin?.end(input)
  return (await running).stdout
}

/** Another run may have made the same environment meanwhile; then that one stays. */
async function replace(made, environment, recipe) {
  if ((await readOrEmpty(join(environment, 'recipe.txt'))) === recipe) return
  await rm(environment, { recursive: true, force: true })
  await rename(made, environment)
}

async function readOrEmpty(file) {
  return existsSync(file) ? readFile(file, 'utf8') : ''
}

async function main(versions) {
  for (const version of versions.length > 0 ? versions : await schemaVersions()) {
    await generateSchema(version, schemaFile(version))
    process.stderr.write(`wrote src/spec/schema/feast-${version}.json\n`)
  }
}

if (process.argv[1] === fileURLToPath(import.meta.url)) {
  await main(process.argv.slice(2)).catch((error) => {
    process.stderr.write(`${error.stderr || error.stack}\n`)
    process.exitCode = 1
  })
}
