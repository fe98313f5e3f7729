import { readdir, stat } from 'node:fs/promises'
import { join, relative } from 'node:path'

const skipped = new Set(['node_modules', '__pycache__'])

/**
 * The YAML files below a folder, relative to it, sorted; hidden folders are left out and links are not followed.
 *
 * @returns undefined when the path is no folder
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
    for (const entry of await readdir(folder, { withFileTypes: true })) {
      if (entry.name.startsWith('.') || skipped.has(entry.name)) continue
      const child = join(folder, entry.name)
      if (entry.isDirectory()) pending.push(child)
      else if (entry.isFile() && /\.ya?ml$/.test(entry.name)) found.push(relative(path, child))
    }
  }
  return found.toSorted()
}
