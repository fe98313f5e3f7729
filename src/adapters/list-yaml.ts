import type { Dirent } from 'node:fs'
import { readdir, stat } from 'node:fs/promises'
import { join, relative } from 'node:path'
import { FsopError } from '../diagnostics/errors.ts'
import { ExitCode } from '../diagnostics/exit-codes.ts'

const skipped = new Set(['node_modules', '__pycache__'])

/**
 * The YAML files below a folder, relative to it, sorted; hidden folders are left out and links are not followed.
 *
 * @returns undefined when the path is no folder
 * @throws FsopError `FS122` for a folder that cannot be read
 */
export async function listYaml(path: string): Promise<readonly string[] | undefined> {
  const isFolder = await stat(path).then(
    (info) => info.isDirectory(),
    () => false,
  )
  if (!isFolder) return undefined
  const found: string[] = []
  const pending = [path]
  for (let folder = pending.pop(); folder !== undefined; folder = pending.pop()) {
    for (const entry of await entriesOf(folder)) {
      if (entry.name.startsWith('.') || skipped.has(entry.name)) continue
      const child = join(folder, entry.name)
      if (entry.isDirectory()) pending.push(child)
      else if (entry.isFile() && /\.ya?ml$/.test(entry.name)) found.push(relative(path, child))
    }
  }
  return found.toSorted()
}

async function entriesOf(folder: string): Promise<readonly Dirent[]> {
  try {
    return await readdir(folder, { withFileTypes: true })
  } catch (error) {
    throw new FsopError({
      code: 'FS122',
      message: 'The folder cannot be read',
      why: error instanceof Error ? error.message : String(error),
      hint: 'Change its permissions (chmod u+rx), or name the files themselves.',
      file: folder,
      exitCode: ExitCode.invalid,
      cause: error,
    })
  }
}
