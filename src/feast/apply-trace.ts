import { createHash } from 'node:crypto'
import { createReadStream } from 'node:fs'
import { lstat, open, readdir, readFile, readlink, realpath, stat } from 'node:fs/promises'
import { join } from 'node:path'

/** Everything that an apply depended on, as the driver saw it (docs/driver-protocol.md, `trace`). */
export interface ApplyTrace {
  readonly version: number
  readonly cacheable: boolean
  readonly salt: string
  readonly env: readonly { readonly name: string; readonly sha256: string | null }[]
  readonly files: readonly { readonly path: string; readonly size: number; readonly sha256: string }[]
  readonly missing: readonly string[]
  readonly directories: readonly { readonly path: string; readonly kind: ListingKind; readonly sha256: string }[]
  readonly data: readonly DataFile[]
  readonly environment: { readonly folders: readonly string[]; readonly interpreter: string; readonly sha256: string }
  readonly registry: { readonly path: string; readonly size: number; readonly sha256: string }
  readonly online_store:
    | { readonly kind: 'none' | 'redis' }
    | {
        readonly kind: 'sqlite'
        readonly path: string
        readonly exists: boolean
        readonly schema_cookie: number | null
      }
}

type ListingKind = 'listing' | 'modules' | 'python_tree'

type DataFile =
  | { readonly path: string; readonly exists: false }
  | {
      readonly path: string
      readonly exists: true
      readonly size: number
      readonly mtime_ns: string
      readonly part: 'whole' | 'footer'
      readonly sha256: string
    }

/** Version of the trace that this module reads: `VERSION` in python/fsop_driver/trace.py. */
const traceVersion = 1

/**
 * Whether every input is as it was recorded. Rules and hashes are those of python/fsop_driver/trace.py. Throws where
 * something cannot be read, which is as good as changed.
 */
export async function isUnchanged(trace: ApplyTrace, env: NodeJS.ProcessEnv): Promise<boolean> {
  if (trace.version !== traceVersion || !trace.cacheable) return false
  const checks = [
    () => variablesMatch(trace, env),
    () => fileMatches(trace.registry),
    () => onlineStoreMatches(trace.online_store),
    () => environmentMatches(trace.environment),
    () => every(trace.files, fileMatches),
    () => every(trace.missing, isMissing),
    () => every(trace.directories, async ({ path, kind, sha256 }) => (await listingHash(path, kind)) === sha256),
    () => every(trace.data, dataMatches),
  ]
  return every(checks, async (check) => check())
}

async function every<T>(items: readonly T[], holds: (item: T) => Promise<boolean>): Promise<boolean> {
  for (const item of items) if (!(await holds(item))) return false
  return true
}

async function variablesMatch({ env: variables, salt }: ApplyTrace, env: NodeJS.ProcessEnv): Promise<boolean> {
  return variables.every(({ name, sha256: known }) => {
    const value = env[name]
    return known === (value === undefined ? null : sha256(`${salt}${name}=${value}`))
  })
}

async function fileMatches({
  path,
  size,
  sha256: known,
}: {
  path: string
  size: number
  sha256: string
}): Promise<boolean> {
  return (await stat(path)).size === size && sha256(await readFile(path)) === known
}

async function isMissing(path: string): Promise<boolean> {
  return stat(path).then(
    () => false,
    () => true,
  )
}

async function dataMatches(file: DataFile): Promise<boolean> {
  if (!file.exists) return isMissing(file.path)
  const info = await stat(file.path, { bigint: true })
  if (info.size !== BigInt(file.size)) return false
  if (file.part === 'whole') return (await streamHash(file.path)) === file.sha256
  return String(info.mtimeNs) === file.mtime_ns && (await footerHash(file.path, file.size)) === file.sha256
}

async function streamHash(path: string): Promise<string> {
  const hash = createHash('sha256')
  for await (const chunk of createReadStream(path)) hash.update(chunk as Buffer)
  return hash.digest('hex')
}

/** Hash of a Parquet footer: its length is in the four bytes before the closing `PAR1`. */
async function footerHash(path: string, size: number): Promise<string> {
  const tail = await readAt(path, size - 8, 8)
  const length = tail.readUInt32LE(0)
  return sha256(await readAt(path, size - 8 - length, length + 8))
}

async function onlineStoreMatches(store: ApplyTrace['online_store']): Promise<boolean> {
  if (store.kind !== 'sqlite') return true
  // Changes that still stand in the write-ahead log are not in the header yet.
  if (!(await isMissing(`${store.path}-wal`)) && (await stat(`${store.path}-wal`)).size > 0) return false
  if (await isMissing(store.path)) return !store.exists
  if (!store.exists) return false
  const header = await readAt(store.path, 0, 44)
  return (header.length === 44 ? header.readUInt32BE(40) : 0) === store.schema_cookie
}

async function readAt(path: string, position: number, length: number): Promise<Buffer> {
  const file = await open(path)
  try {
    const { buffer, bytesRead } = await file.read(Buffer.alloc(length), 0, length, position)
    return buffer.subarray(0, bytesRead)
  } finally {
    await file.close()
  }
}

const siteEntries = ['.dist-info', '.egg-info', '.egg-link', '.pth']

async function environmentMatches({
  folders,
  interpreter,
  sha256: known,
}: ApplyTrace['environment']): Promise<boolean> {
  const lines: string[] = []
  for (const folder of folders) {
    lines.push(folder)
    const names = (await readdir(folder)).filter((name) => siteEntries.some((ending) => name.endsWith(ending)))
    for (const name of names.toSorted(byCodePoint)) {
      lines.push(`${name}\t${(await stat(join(folder, name), { bigint: true })).mtimeNs}`)
    }
  }
  const info = await stat(await realpath(interpreter), { bigint: true })
  lines.push(`${interpreter}\t${info.size}\t${info.mtimeNs}`)
  return sha256(lines.map((line) => `${line}\n`).join('')) === known
}

/** Python sorts text by code point; JavaScript's default order is that of UTF-16 units. */
function byCodePoint(a: string, b: string): number {
  return Buffer.compare(Buffer.from(a), Buffer.from(b))
}

const moduleEndings = ['.py', '.pyc', '.so', '.pyd']

/** Hash of the names in a folder: `listing` in python/fsop_driver/trace.py. Names are bytes, whatever their encoding. */
async function listingHash(folder: string, kind: ListingKind): Promise<string> {
  const lines: Buffer[] = []
  const walk = async (current: Buffer, prefix: Buffer) => {
    const names = await readdir(current, { encoding: 'buffer' }).catch(() => undefined)
    if (names === undefined) {
      lines.push(Buffer.concat([Buffer.from('!\t'), prefix]))
      return
    }
    for (const entry of names) {
      const path = Buffer.concat([current, slash, entry])
      const info = await lstat(path)
      const name = Buffer.concat([prefix, entry])
      if (kind === 'python_tree' && info.isDirectory()) {
        await walk(path, Buffer.concat([name, slash]))
        continue
      }
      const ends = (ending: string) => entry.subarray(-ending.length).equals(Buffer.from(ending))
      const isWanted =
        kind === 'listing' ||
        ends('.py') ||
        (kind === 'modules' && (moduleEndings.some(ends) || info.isDirectory() || (await leadsToFolder(path))))
      if (!isWanted || entry.equals(pycache)) continue
      const letter = info.isDirectory() ? 'd' : info.isSymbolicLink() ? 'l' : 'f'
      const target = letter === 'l' ? [Buffer.from('\t'), await readlink(path, { encoding: 'buffer' })] : []
      lines.push(Buffer.concat([Buffer.from(`${letter}\t`), name, ...target]))
    }
  }
  await walk(Buffer.from(folder), Buffer.alloc(0))
  const hash = createHash('sha256')
  for (const line of lines.toSorted((a, b) => Buffer.compare(a, b))) hash.update(line).update(newline)
  return hash.digest('hex')
}

const newline = Buffer.from('\n')
const slash = Buffer.from('/')
const pycache = Buffer.from('__pycache__')

async function leadsToFolder(path: Buffer): Promise<boolean> {
  return stat(path).then(
    (info) => info.isDirectory(),
    () => false,
  )
}

function sha256(content: string | Uint8Array): string {
  return createHash('sha256').update(content).digest('hex')
}
