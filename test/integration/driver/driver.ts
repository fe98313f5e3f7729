import { spawn, type ChildProcess } from 'node:child_process'
import { cp, mkdir, mkdtemp, readdir, readFile, rm, writeFile } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { createInterface } from 'node:readline'
import { parquetWriteBuffer } from 'hyparquet-writer'
import { afterAll } from 'vitest'
import { pythonWith } from '../../support/python.ts'

const root = join(import.meta.dirname, '../../..')
export const driverFolder = join(root, 'python/fsop_driver')

// Every event has its own fields; tests say which they expect.
// eslint-disable-next-line @typescript-eslint/no-explicit-any
export type Json = any

export interface Run {
  readonly code: number | null
  readonly signal: NodeJS.Signals | null
  readonly events: readonly Json[]
  readonly stderr: string
  /** The result, or undefined if the run ended otherwise. */
  readonly result: Json
  readonly error: Json
}

interface Options {
  readonly args?: Record<string, unknown>
  readonly answer?: boolean
  readonly env?: NodeJS.ProcessEnv
  /** Called for every event as it comes. */
  readonly onEvent?: (event: Json, driver: ChildProcess) => void
  /** A shell command that ends in `exec "$@"`, to start the driver in a special way. */
  readonly shell?: string
}

export const feast = () => pythonWith(['feast==0.67.0'])

/** Runs the real driver once, against the real Feast. */
export async function drive(op: string, repo: string, options: Options = {}): Promise<Run> {
  const python = [await feast(), '-X', 'utf8', '-u', driverFolder]
  const command = options.shell === undefined ? python : ['bash', '-c', options.shell, 'bash', ...python]
  const driver = spawn(command[0] ?? '', command.slice(1), {
    cwd: tmpdir(),
    env: { ...process.env, ...options.env },
    stdio: ['pipe', 'pipe', 'pipe'],
  })
  const events: Json[] = []
  let stderr = ''
  driver.stderr.setEncoding('utf8').on('data', (text: string) => (stderr += text))
  driver.stdin.on('error', () => undefined)
  driver.stdin.write(`${JSON.stringify({ op, repo, ...options.args })}\n`)
  const lines = createInterface({ input: driver.stdout })
  lines.on('line', (line) => {
    const event = JSON.parse(line)
    events.push(event)
    options.onEvent?.(event, driver)
    if (event.event !== 'ask') return
    if (options.answer === undefined) driver.stdin.end()
    else driver.stdin.write(`${JSON.stringify({ confirm: options.answer })}\n`)
  })
  const [[code, signal]] = await Promise.all([
    new Promise<[number | null, NodeJS.Signals | null]>((resolve) => driver.on('exit', (...how) => resolve(how))),
    new Promise((resolve) => lines.on('close', resolve)),
  ])
  driver.stdin.destroy()
  const last = events.at(-1)
  return { code, signal, events, stderr, result: last?.result, error: last?.error }
}

/** Runs the driver and fails the test unless it succeeds. */
export async function succeed(op: string, repo: string, options: Options = {}): Promise<Run> {
  const run = await drive(op, repo, options)
  if (run.code !== 0) throw new Error(`${op} failed: ${JSON.stringify(run.error, null, 2)}\n${run.stderr}`)
  return run
}

/** The plan that a run showed. */
export const planOf = (run: Run): Json => run.events.find((event) => event.event === 'plan')?.plan

/** What a plan changes, as one line an object. */
export const changesOf = (plan: Json): string[] =>
  [...plan.objects, ...plan.infra]
    .filter(({ action }: Json) => action !== 'unchanged')
    .map(({ action, kind, name }: Json) => `${action} ${kind} ${name}`)

const made: string[] = []
afterAll(() => Promise.all(made.map((folder) => rm(folder, { recursive: true, force: true }))))

/** Makes a folder that is gone after the tests of the file. */
export async function temporaryFolder(): Promise<string> {
  const folder = await mkdtemp(join(tmpdir(), 'fsop-driver-'))
  made.push(folder)
  return folder
}

/** Makes a repository of its own for a test, with further or other files. */
export async function shop(files: Record<string, string | null> = {}): Promise<string> {
  const folder = await temporaryFolder()
  await cp(join(root, 'test/fixtures/repos/shop'), folder, { recursive: true })
  await mkdir(join(folder, 'data'))
  await writeOrders(folder)
  for (const [name, text] of Object.entries(files)) {
    if (text === null) await rm(join(folder, name))
    else await writeFile(join(folder, name), text)
  }
  return folder
}

export const firstOrders = new Date('2026-01-01T00:00:00Z')
export const lastOrders = new Date('2026-01-02T00:00:00Z')

/** Writes data/orders.parquet: two customers, two days; `extra` adds a column. */
export async function writeOrders(folder: string, extra = false): Promise<void> {
  const columnData = [
    { name: 'customer_id', data: [1n, 2n, 1n, 2n], type: 'INT64' as const },
    {
      name: 'event_timestamp',
      data: [firstOrders, firstOrders, lastOrders, lastOrders],
      type: 'TIMESTAMP' as const,
    },
    { name: 'order_count', data: [1n, 2n, 3n, 4n], type: 'INT64' as const },
    { name: 'order_total', data: [10, 20, 30, 40], type: 'FLOAT' as const },
    ...(extra ? [{ name: 'refunds', data: [0n, 0n, 0n, 1n], type: 'INT64' as const }] : []),
  ]
  await writeFile(join(folder, 'data/orders.parquet'), Buffer.from(parquetWriteBuffer({ columnData })))
}

/** Replaces a text in a file of the repository. */
export async function edit(folder: string, file: string, from: string, to: string): Promise<void> {
  const path = join(folder, file)
  const text = await readFile(path, 'utf8')
  if (!text.includes(from)) throw new Error(`${file} does not contain ${from}`)
  await writeFile(path, text.replace(from, to))
}

/** All files below a folder with their contents, to see whether anything was written. */
export async function snapshot(folder: string): Promise<Record<string, string>> {
  const entries = await readdir(folder, { recursive: true, withFileTypes: true })
  const files = entries.filter((entry) => entry.isFile()).map((entry) => join(entry.parentPath, entry.name))
  const contents = await Promise.all(files.map(async (file) => [file, (await readFile(file)).toString('base64')]))
  return Object.fromEntries(contents.toSorted())
}
