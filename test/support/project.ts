import { appendFileSync, readdirSync, readFileSync, readlinkSync, writeFileSync } from 'node:fs'
import { createServer } from 'node:net'
import { join } from 'node:path'
import { setTimeout as sleep } from 'node:timers/promises'
import type { ChildProcessWithoutNullStreams } from 'node:child_process'
import { emptyFolder, fsop } from './cli.ts'

/** A folder that `fsop init` wrote. */
export interface Project {
  readonly folder: string
  readonly spec: string
  /** Path of a file in it. */
  path(name: string): string
  read(name: string): string
  write(name: string, text: string): void
  append(name: string, text: string): void
}

/** Writes the sample project, whose name is `shop`, into a new folder. */
export async function makeProject(...flags: readonly string[]): Promise<Project> {
  const folder = join(emptyFolder(), 'shop')
  const made = await fsop(['init', '--output', folder, ...flags])
  if (made.code !== 0) throw new Error(made.stderr)
  const path = (name: string) => join(folder, name)
  return {
    folder,
    spec: path('feature_store.yaml'),
    path,
    read: (name) => readFileSync(path(name), 'utf8'),
    write: (name, text) => writeFileSync(path(name), text),
    append: (name, text) => appendFileSync(path(name), text),
  }
}

/** Runs `work` and puts the file back as it was. */
export async function withFile<T>(project: Project, name: string, text: string, work: () => Promise<T>): Promise<T> {
  const before = project.read(name)
  project.write(name, text)
  try {
    return await work()
  } finally {
    project.write(name, before)
  }
}

/** A started `fsop` whose output is collected, for tests that act while it runs. */
export interface Watched {
  readonly child: ChildProcessWithoutNullStreams
  readonly output: () => string
  readonly stdout: () => string
  /** Resolves when the output holds the text; rejects when the program ends first. */
  until(text: string | RegExp): Promise<void>
  readonly ended: Promise<{ code: number | null; signal: NodeJS.Signals | null }>
}

export function watch(child: ChildProcessWithoutNullStreams): Watched {
  let out = ''
  let all = ''
  let over = false
  child.stdout.setEncoding('utf8').on('data', (chunk: string) => {
    out += chunk
    all += chunk
  })
  child.stderr.setEncoding('utf8').on('data', (chunk: string) => (all += chunk))
  const ended = new Promise<{ code: number | null; signal: NodeJS.Signals | null }>((resolve) =>
    child.once('close', (code, signal) => {
      over = true
      resolve({ code, signal })
    }),
  )
  return {
    child,
    ended,
    output: () => all,
    stdout: () => out,
    async until(text) {
      const holds = () => (typeof text === 'string' ? all.includes(text) : text.test(all))
      while (!holds()) {
        if (over) throw new Error(`fsop ended without saying ${String(text)}:\n${all}`)
        await sleep(20)
      }
    },
  }
}

/** Command lines of the processes that work in a folder or name it. */
export function processesOf(folder: string): string[] {
  return readdirSync('/proc')
    .filter((name) => /^\d+$/.test(name) && Number(name) !== process.pid)
    .flatMap((pid) => {
      try {
        const command = readFileSync(`/proc/${pid}/cmdline`, 'utf8').replaceAll('\0', ' ').trim()
        const cwd = readlinkSync(`/proc/${pid}/cwd`)
        return command !== '' && (command.includes(folder) || `${cwd}/`.startsWith(`${folder}/`))
          ? [`${pid} ${command}`]
          : []
      } catch {
        return []
      }
    })
}

/** Waits a moment for the processes of a folder to end, and gives those that did not. */
export async function processesLeft(folder: string, patienceMs = 3000): Promise<string[]> {
  const deadline = Date.now() + patienceMs
  while (processesOf(folder).length > 0 && Date.now() < deadline) await sleep(50)
  return processesOf(folder)
}

export async function freePort(): Promise<number> {
  return new Promise((resolve, reject) => {
    const probe = createServer()
    probe.once('error', reject)
    probe.listen(0, '127.0.0.1', () => {
      const address = probe.address()
      probe.close(() =>
        typeof address === 'object' && address !== null ? resolve(address.port) : reject(new Error('no port')),
      )
    })
  })
}

/** Relative paths of all files below a folder, sorted. */
export function filesIn(folder: string): string[] {
  return readdirSync(folder, { recursive: true, withFileTypes: true })
    .filter((entry) => !entry.isDirectory())
    .map((entry) => join(entry.parentPath, entry.name).slice(folder.length + 1))
    .toSorted()
}
