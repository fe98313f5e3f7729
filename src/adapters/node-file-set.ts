import { randomBytes } from 'node:crypto'
import { lstat, mkdir, open, rename, rm, rmdir } from 'node:fs/promises'
import { basename, dirname, join, relative, resolve } from 'node:path'
import { FsopError } from '../diagnostics/errors.ts'
import type { FileSet } from '../ports/files.ts'

/** Writes each file under a temporary name beside its place and renames all of them at the end. */
export function nodeFileSet(signal: AbortSignal): FileSet {
  return {
    async write(folder, files, { overwrite }) {
      const places = files.map(({ path, content }) => ({ content, target: resolve(folder, path) }))
      const paths = files.map(({ path }) => path)
      const existing = overwrite ? await existingIn(folder, paths) : await refuseExisting(folder, paths)

      const madeFolders: string[] = []
      const temporary: { from: string; to: string }[] = []
      try {
        for (const { content, target } of places) {
          signal.throwIfAborted()
          madeFolders.push(...(await makeFolder(dirname(target))))
          const from = join(dirname(target), `.${basename(target)}.${randomBytes(4).toString('hex')}.tmp`)
          temporary.push({ from, to: target })
          await writeNew(from, content)
        }
        signal.throwIfAborted()
        for (const { from, to } of temporary) await rename(from, to)
      } catch (error) {
        await Promise.all(temporary.map(({ from }) => rm(from, { force: true })))
        for (const made of madeFolders.toReversed()) await rmdir(made).catch(() => undefined)
        throw writeError(folder, error)
      }
      return { created: files.map(({ path }) => path).filter((path) => !existing.includes(path)), replaced: existing }
    },
  }
}

/**
 * Makes sure that no file is in the way.
 *
 * @returns the files in the way: none
 * @throws FsopError `FS011` with all that are
 */
export async function refuseExisting(folder: string, paths: readonly string[]): Promise<string[]> {
  const existing = await existingIn(folder, paths)
  if (existing.length > 0) throw inTheWay(folder, existing)
  return existing
}

async function existingIn(folder: string, paths: readonly string[]): Promise<string[]> {
  const existing: string[] = []
  for (const path of paths) if (await exists(resolve(folder, path), folder)) existing.push(path)
  return existing
}

async function exists(target: string, folder: string): Promise<boolean> {
  try {
    const found = await lstat(target)
    if (found.isDirectory()) {
      throw new FsopError({
        code: 'FS012',
        message: `${relative(process.cwd(), target) || target} is a folder, and a file belongs there`,
        hint: 'name another folder with --output',
      })
    }
    return true
  } catch (error) {
    if (isCode(error, 'ENOENT')) return false
    throw writeError(folder, error)
  }
}

/** Makes a folder and its parents; gives those that it made, outermost first. */
async function makeFolder(folder: string): Promise<string[]> {
  const first = await mkdir(folder, { recursive: true })
  if (first === undefined) return []
  const made = [first]
  for (let current = folder; current !== first; current = dirname(current)) made.splice(1, 0, current)
  return made
}

async function writeNew(path: string, content: string | Uint8Array): Promise<void> {
  const file = await open(path, 'wx')
  try {
    await file.writeFile(content)
    await file.sync()
  } finally {
    await file.close()
  }
}

function inTheWay(folder: string, existing: readonly string[]): FsopError {
  const one = existing.length === 1
  return new FsopError({
    code: 'FS011',
    message: `${one ? 'a file is' : `${existing.length} files are`} in the way in ${folder}: ${existing.join(', ')}`,
    why: 'fsop never overwrites without being told; nothing was written',
    hint: 'add --overwrite to replace them, or name another folder with --output',
  })
}

function writeError(folder: string, error: unknown): unknown {
  const reasons: Record<string, string> = {
    ENOTDIR: 'a part of the path is a file, not a folder',
    EEXIST: 'a part of the path is a file, not a folder',
    EACCES: 'no permission to write there',
    EPERM: 'no permission to write there',
    EROFS: 'the file system is read-only',
    ENOSPC: 'the disk is full; nothing was left half written',
    EDQUOT: 'the disk quota is used up; nothing was left half written',
    ENAMETOOLONG: 'the path is too long',
    ELOOP: 'a symbolic link in the path points to itself',
  }
  const why = error instanceof Error && 'code' in error ? reasons[String(error.code)] : undefined
  if (why === undefined) return error
  return new FsopError({
    code: 'FS012',
    message: `cannot write into ${folder}`,
    why,
    hint: 'name another folder with --output',
    cause: error,
  })
}

function isCode(error: unknown, code: string): boolean {
  return error instanceof Error && 'code' in error && error.code === code
}
