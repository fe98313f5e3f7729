import { randomBytes } from 'node:crypto'
import {
  access,
  mkdir,
  readdir,
  readFile,
  readlink,
  realpath,
  rename,
  rm,
  statfs,
  symlink,
  writeFile,
} from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { environmentError, installError } from './install-error.ts'
import type { Python } from './python.ts'
import { withProcessLock } from '../../adapters/process-lock.ts'
import { environmentKey } from '../../feast/requirements.ts'
import type { Processes, ProcessSpec } from '../../ports/processes.ts'
import type { Progress, Step } from '../../ports/progress.ts'

/** A Python environment that Feast can run in. */
export interface Environment {
  readonly python: string
  /** Where it came from, for people. */
  readonly origin: string
}

export interface EnvironmentPorts {
  readonly processes: Processes
  readonly progress: Progress
  /** fsop's cache folder. */
  readonly cache: string
  readonly signal: AbortSignal
  /** Told to the user at once. */
  readonly warn: (message: string) => void
}

/** pip's own log of an installation, in the environment that it makes. */
const pipLog = 'pip.log'

/** Written last into a finished environment. */
const markerName = 'fsop-environment.json'

/**
 * An environment of fsop's own with these requirements, made when there is none yet.
 *
 * Environments are named by a hash of what is in them, so two stores with the same needs share one. A virtual
 * environment cannot be moved (its scripts name its path), so each is made under a name of its own and published by
 * renaming a symbolic link: a run killed half-way leaves nothing that the next would take for finished.
 *
 * @throws FsopError `FS411` to `FS414` when the packages cannot be installed
 */
export async function ensureManagedEnvironment(
  requirements: readonly string[],
  python: Python,
  ports: EnvironmentPorts,
): Promise<Environment> {
  const folder = join(ports.cache, 'envs')
  const published = join(folder, environmentKey(requirements, python))
  const ready = await finished(published)
  if (ready) return ready
  const title = `Python environment with ${requirements.join(', ')}`
  const onWait = (pid: number) =>
    ports.warn(`another fsop makes this Python environment (process ${pid}); waiting for it to end`)
  try {
    await mkdir(folder, { recursive: true })
    return await withProcessLock(`${published}.lock`, { signal: ports.signal, onWait }, async () => {
      const made = await finished(published)
      return made ?? (await ports.progress.step(title, (step) => make(published, requirements, python, step, ports)))
    })
  } catch (error) {
    throw environmentError(error, ports.cache)
  }
}

async function finished(published: string): Promise<Environment | undefined> {
  const python = join(published, 'bin/python')
  try {
    await readFile(join(published, markerName))
    // The interpreter is a link to the base Python, which the system may have removed since.
    await access(await realpath(python))
    return { python, origin: `managed environment ${published}` }
  } catch {
    return undefined
  }
}

async function make(
  published: string,
  requirements: readonly string[],
  base: Python,
  step: Step,
  { processes, signal }: EnvironmentPorts,
): Promise<Environment> {
  await removeLeftovers(published)
  const target = `${published}.${randomBytes(4).toString('hex')}`
  const python = join(target, 'bin/python')
  try {
    for (const spec of installation(processes, base, target, requirements)) {
      const tail: string[] = []
      const onLine = (line: string) => {
        tail.push(line)
        step.log(line)
        const detail = installProgress(line)
        if (detail) step.detail(detail)
      }
      const { code } = await processes.run(spec, { stdout: onLine, stderr: onLine })
      if (code !== 0)
        throw installError(spec, [...tail, ...(await failedFetches(target))], base, await freeBytes(target))
    }
    await rm(join(target, pipLog), { force: true })
    step.detail('compiling')
    await processes.run({ command: python, args: ['-m', 'compileall', '-q', '-j', '0', join(target, 'lib')] })
    signal.throwIfAborted()
    await writeFile(join(target, markerName), `${JSON.stringify({ requirements, python: base.version }, null, 2)}\n`)
    const link = `${target}.link`
    await symlink(target, link)
    await rename(link, published)
    step.detail('')
    return { python: join(published, 'bin/python'), origin: `managed environment ${published}` }
  } catch (error) {
    // What was stopped may still be writing for a moment.
    await rm(target, { recursive: true, force: true, maxRetries: 5 })
    throw error
  }
}

/** The commands that make an environment: with uv where it is there, since it is many times faster, else with pip. */
function installation(
  processes: Processes,
  base: Python,
  target: string,
  requirements: readonly string[],
): readonly ProcessSpec[] {
  const uv = processes.find('uv')
  const python = join(target, 'bin/python')
  if (uv) {
    return [
      { command: uv, args: ['venv', '--python', base.path, target] },
      { command: uv, args: ['pip', 'install', '--python', python, ...requirements] },
    ]
  }
  const pip = 'install --disable-pip-version-check --no-input --progress-bar off --no-compile'.split(' ')
  return [
    { command: base.path, args: ['-m', 'venv', target] },
    { command: python, args: ['-m', 'pip', ...pip, '--log', join(target, pipLog), ...requirements] },
  ]
}

/** What pip told its log alone: that an index did not answer. It then says only that there is no such package. */
async function failedFetches(target: string): Promise<readonly string[]> {
  const log = await readFile(join(target, pipLog), 'utf8').catch(() => '')
  return log.split('\n').flatMap((line) => /Could not fetch URL .*/.exec(line)?.[0] ?? [])
}

/** Room on the fuller of the two disks that an installation writes to. */
async function freeBytes(target: string): Promise<number> {
  const rooms = await Promise.all([join(target, '..'), tmpdir()].map((folder) => statfs(folder).catch(() => undefined)))
  return Math.min(...rooms.map((room) => (room ? room.bavail * room.bsize : Infinity)))
}

/** What pip or uv is at, in a few words. */
function installProgress(line: string): string | undefined {
  const collecting = /^Collecting (\S+)/.exec(line)?.[1]
  if (collecting) return `collecting ${collecting.replace(/[<>=!~[(;].*/, '')}`
  const downloading = /Downloading (\S+)/.exec(line)?.[1]
  if (downloading) return `downloading ${downloading.split('/').at(-1)}`
  if (line.startsWith('Installing collected packages')) return 'installing'
  return undefined
}

/** Removes attempts that were killed. Only called under the lock, so nobody is making them now. */
async function removeLeftovers(published: string): Promise<void> {
  const folder = join(published, '..')
  const name = published.slice(folder.length + 1)
  const current = await readlink(published).catch(() => undefined)
  for (const entry of await readdir(folder)) {
    const path = join(folder, entry)
    // The lock's own files are those of fsops that wait now.
    if (entry.startsWith(`${name}.`) && !entry.startsWith(`${name}.lock`) && path !== current) {
      await rm(path, { recursive: true, force: true, maxRetries: 5 })
    }
  }
  if (current !== undefined) await rm(published, { force: true })
}
