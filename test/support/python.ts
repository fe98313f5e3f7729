import { execFile } from 'node:child_process'
import { createHash, randomUUID } from 'node:crypto'
import { access, mkdir, rename, rm } from 'node:fs/promises'
import { homedir } from 'node:os'
import { join } from 'node:path'
import { promisify } from 'node:util'

const run = promisify(execFile)
const INSTALL_TIMEOUT_MS = 15 * 60 * 1000

/**
 * Gives the path of a Python that has some packages: `FSOP_TEST_PYTHON` where that is set and has them all, else one
 * in a virtual environment in the user's cache, which is made on first use and kept.
 *
 * @param packages requirements as pip takes them, such as `PyYAML==6.0.3`
 * @throws when `FSOP_TEST_PYTHON` lacks a package, or no environment can be made: tests fail then, they do not skip
 */
export async function pythonWith(packages: readonly string[]): Promise<string> {
  const given = process.env['FSOP_TEST_PYTHON']
  if (given !== undefined && given !== '') {
    await requirePackages(given, packages)
    return given
  }
  const wanted = packages.toSorted()
  const { stdout: version } = await run('python3', ['-c', 'import sys; print(sys.version, sys.prefix)'])
  const hash = createHash('sha256')
    .update(JSON.stringify([version, wanted]))
    .digest('hex')
    .slice(0, 16)
  const tests = join(process.env['XDG_CACHE_HOME'] || join(homedir(), '.cache'), 'fsop', 'tests')
  const environment = join(tests, hash)
  const python = join(environment, 'bin', 'python')
  if (await exists(join(environment, 'complete'))) return python
  process.stderr.write(`making a Python environment with ${wanted.join(', ')} in ${environment}\n`)
  await mkdir(tests, { recursive: true })
  await makeEnvironment(environment, wanted)
  return python
}

/** Makes the environment beside its place first: a test run that is killed leaves nothing half made there. */
async function makeEnvironment(environment: string, packages: readonly string[]): Promise<void> {
  const building = `${environment}.${randomUUID()}`
  try {
    await run('python3', ['-m', 'venv', building])
    const pip = ['-m', 'pip', 'install', '--quiet', '--disable-pip-version-check', ...packages]
    await run(join(building, 'bin', 'python'), pip, { timeout: INSTALL_TIMEOUT_MS })
    await mkdir(join(building, 'complete'))
    await rename(building, environment)
  } catch (error) {
    await rm(building, { recursive: true, force: true })
    // Another run may have been faster.
    if (await exists(join(environment, 'complete'))) return
    throw new Error(`cannot make a Python environment with ${packages.join(', ')}`, { cause: error })
  }
}

async function requirePackages(python: string, packages: readonly string[]): Promise<void> {
  const script = `
import importlib.metadata, re, sys
for wanted in sys.argv[1:]:
    name, _, version = wanted.partition('==')
    name = re.split(r'[\\[<>=!~ ;]', name)[0]
    found = importlib.metadata.version(name)
    if version and found != version:
        sys.exit(f'{name} is {found}, not {version}')
`
  try {
    await run(python, ['-c', script, ...packages])
  } catch (error) {
    throw new Error(`FSOP_TEST_PYTHON (${python}) lacks one of ${packages.join(', ')}`, { cause: error })
  }
}

async function exists(path: string): Promise<boolean> {
  try {
    await access(path)
    return true
  } catch {
    return false
  }
}
