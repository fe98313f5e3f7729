import { constants } from 'node:fs'
import type { Stats } from 'node:fs'
import { open, readdir, stat } from 'node:fs/promises'
import type { FileHandle } from 'node:fs/promises'
import { basename, dirname, join } from 'node:path'
import type { Diagnostic } from '../diagnostics/diagnostic.ts'
import { suggest } from '../diagnostics/suggest.ts'

export type InputFile = { readonly bytes: Uint8Array } | { readonly diagnostic: Diagnostic }

type Words = Required<Pick<Diagnostic, 'code' | 'message' | 'why' | 'hint'>>

const CHUNK = 64 * 1024

/**
 * Reads a file that the user named. Takes nothing but regular files (a symbolic link to one is one), never waits for
 * a writer or a device, and never holds more than `maxBytes`. Never throws: what is wrong comes as a diagnostic,
 * FS110 or FS120 to FS124.
 */
export async function readInputFile(path: string, { maxBytes }: { readonly maxBytes: number }): Promise<InputFile> {
  try {
    // Before opening: to open a device can do something (rewind a tape), and a socket cannot be opened at all.
    const refusal = refuse(await stat(path), maxBytes)
    if (refusal) return failed(path, refusal)
    // Without waiting: another kind of file may have taken the path since, and a FIFO's open waits for a writer.
    const handle = await open(path, constants.O_RDONLY | constants.O_NONBLOCK)
    try {
      const refusalNow = refuse(await handle.stat(), maxBytes)
      if (refusalNow) return failed(path, refusalNow)
      const bytes = await readUpTo(handle, maxBytes)
      return bytes ? { bytes } : failed(path, tooLarge(maxBytes))
    } finally {
      await handle.close()
    }
  } catch (error) {
    return failed(path, await explain(error, path))
  }
}

/** Reads to the end; gives nothing for a file that goes on past the limit (it grows, or tells no size, as in /proc). */
async function readUpTo(handle: FileHandle, maxBytes: number): Promise<Uint8Array | undefined> {
  const chunks: Uint8Array[] = []
  let length = 0
  for (;;) {
    const { bytesRead, buffer } = await handle.read(Buffer.allocUnsafe(CHUNK), 0, CHUNK)
    if (bytesRead === 0) return Buffer.concat(chunks, length)
    length += bytesRead
    if (length > maxBytes) return undefined
    chunks.push(buffer.subarray(0, bytesRead))
  }
}

function failed(file: string, words: Words): InputFile {
  return { diagnostic: { severity: 'error', ...words, file } }
}

function refuse(stats: Stats, maxBytes: number): Words | undefined {
  if (stats.isFile()) return stats.size > maxBytes ? tooLarge(maxBytes, stats.size) : undefined
  if (stats.isDirectory()) {
    return {
      code: 'FS121',
      message: 'This is a folder, not a file',
      why: 'A file is wanted here.',
      hint: 'Name the file in it, such as feature_store.yaml.',
    }
  }
  const kind = stats.isFIFO() ? 'a pipe (FIFO)' : stats.isSocket() ? 'a socket' : 'a device'
  return {
    code: 'FS121',
    message: `This is ${kind}, not a file`,
    why: 'Reading it could wait, or go on, for ever.',
    hint: 'Write the content to a file and name that one.',
  }
}

function tooLarge(maxBytes: number, size?: number): Words {
  return {
    code: 'FS110',
    message: size === undefined ? 'The file is too large' : `The file is too large: ${mebibytes(size)} MiB`,
    why: `fsop reads files of up to ${mebibytes(maxBytes)} MiB here.`,
    hint: 'Check that this is the file you mean.',
  }
}

function mebibytes(bytes: number): string {
  return (bytes / 1024 / 1024).toFixed(1).replace(/\.0$/, '')
}

async function explain(error: unknown, path: string): Promise<Words> {
  const code = error instanceof Error && 'code' in error ? String(error.code) : 'unknown error'
  switch (code) {
    case 'ENOENT':
    case 'ENOTDIR':
      return notFound(path)
    case 'EACCES':
    case 'EPERM':
      return {
        code: 'FS122',
        message: 'The file cannot be read: permission denied',
        why: 'The file, or a folder above it, does not let this user read it.',
        hint: 'Change its permissions (chmod u+r), or run as a user who may read it.',
      }
    case 'ELOOP':
      return {
        code: 'FS123',
        message: 'The path is a loop of symbolic links',
        why: 'The links lead back to themselves and never to a file.',
        hint: 'Point the link at the file itself (ls -l shows where it goes).',
      }
    default:
      return {
        code: 'FS124',
        message: `The file cannot be read (${code})`,
        why: 'The operating system refused to read it.',
        hint: 'Check the path and the disk.',
      }
  }
}

async function notFound(path: string): Promise<Words> {
  const folder = dirname(path)
  const names = await readdir(folder).catch(() => undefined)
  const why = names === undefined ? `There is no folder ${folder}.` : 'There is no file of this name.'
  const sibling = suggest(basename(path), names ?? [])
  const hint = sibling === undefined ? 'Check the path.' : `Did you mean ${join(folder, sibling)}?`
  return { code: 'FS120', message: 'The file does not exist', why, hint }
}
