import { execFileSync } from 'node:child_process'
import { chmod, mkdir, mkdtemp, rm, symlink, writeFile } from 'node:fs/promises'
import { createServer } from 'node:net'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { afterAll, beforeAll, expect, it } from 'vitest'
import { readInputFile } from '../../../src/adapters/read-input-file.ts'

const LIMIT = { maxBytes: 1000 }
const NOBODY = 65_534
let folder: string

beforeAll(async () => {
  folder = await mkdtemp(join(tmpdir(), 'fsop-input-'))
  await chmod(folder, 0o755)
  await writeFile(join(folder, 'feature_store.yaml'), 'project: x\n')
})
afterAll(() => rm(folder, { recursive: true }))

/** The code, message and hint of the diagnostic for a path that must be refused. */
async function refusal(path: string): Promise<string> {
  const result = await readInputFile(path, LIMIT)
  if ('bytes' in result) throw new Error('was read')
  const { severity, code, message, why, hint, file } = result.diagnostic
  expect({ severity, file }).toEqual({ severity: 'error', file: path })
  expect(why).toBeTruthy()
  return `${code} ${message}. ${hint}`
}

async function text(path: string): Promise<string> {
  const result = await readInputFile(path, LIMIT)
  if ('diagnostic' in result) throw new Error(result.diagnostic.message)
  return Buffer.from(result.bytes).toString()
}

it('reads a file, also through a symbolic link', async () => {
  await symlink('feature_store.yaml', join(folder, 'link'))
  expect(await text(join(folder, 'feature_store.yaml'))).toBe('project: x\n')
  expect(await text(join(folder, 'link'))).toBe('project: x\n')
})

it('takes a file of exactly the limit, and no byte more', async () => {
  await writeFile(join(folder, 'limit'), 'x'.repeat(1000))
  await writeFile(join(folder, 'over'), 'x'.repeat(1001))
  expect(await text(join(folder, 'limit'))).toHaveLength(1000)
  expect(await refusal(join(folder, 'over'))).toMatch(/^FS110 The file is too large/)
})

it('stops at the limit where the file does not tell its size', async () => {
  expect(await refusal('/proc/self/smaps')).toMatch(/^FS110 The file is too large/)
})

it('names the neighbour that may be meant', async () => {
  expect(await refusal(join(folder, 'featurestore.yaml'))).toBe(
    `FS120 The file does not exist. Did you mean ${join(folder, 'feature_store.yaml')}?`,
  )
  expect(await refusal(join(folder, 'other'))).toBe('FS120 The file does not exist. Check the path.')
  expect(await refusal(join(folder, 'no', 'such'))).toBe('FS120 The file does not exist. Check the path.')
  expect(await refusal(join(folder, 'feature_store.yaml', 'x'))).toBe('FS120 The file does not exist. Check the path.')
})

it('refuses a folder, a pipe, a socket and a device, without waiting', async () => {
  await mkdir(join(folder, 'folder'))
  execFileSync('mkfifo', [join(folder, 'pipe')])
  const server = createServer().listen(join(folder, 'socket'))
  await new Promise((resolve) => server.once('listening', resolve))
  try {
    expect(await refusal(join(folder, 'folder'))).toMatch(/^FS121 This is a folder, not a file/)
    expect(await refusal(join(folder, 'pipe'))).toMatch(/^FS121 This is a pipe \(FIFO\), not a file/)
    expect(await refusal(join(folder, 'socket'))).toMatch(/^FS121 This is a socket, not a file/)
    expect(await refusal('/dev/zero')).toMatch(/^FS121 This is a device, not a file/)
  } finally {
    server.close()
  }
})

it('tells of a missing permission', async () => {
  const path = join(folder, 'secret')
  await writeFile(path, 'x', { mode: 0o000 })
  // Root may read everything.
  const isRoot = process.geteuid?.() === 0
  if (isRoot) process.seteuid?.(NOBODY)
  try {
    expect(await refusal(path)).toMatch(/^FS122 The file cannot be read: permission denied/)
  } finally {
    if (isRoot) process.seteuid?.(0)
  }
})

it('tells of a loop of links', async () => {
  await symlink('loop-b', join(folder, 'loop-a'))
  await symlink('loop-a', join(folder, 'loop-b'))
  expect(await refusal(join(folder, 'loop-a'))).toMatch(/^FS123 The path is a loop of symbolic links/)
})

it("tells of any other failure, with the system's word for it", async () => {
  expect(await refusal('/proc/self/mem')).toBe('FS124 The file cannot be read (EIO). Check the path and the disk.')
  expect(await refusal('x'.repeat(300))).toMatch(/^FS124 The file cannot be read \(ENAMETOOLONG\)/)
  expect(await refusal('a\0b')).toMatch(/^FS124 The file cannot be read \(ERR_INVALID_ARG_VALUE\)/)
})
