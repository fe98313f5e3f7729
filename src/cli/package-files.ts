import { readFile } from 'node:fs/promises'
import { join } from 'node:path'

/** Reads a file of `templates/` in the package at `root`. */
export function templateReader(root: string): (path: string) => Promise<string> {
  return (path) => readFile(join(root, 'templates', path), 'utf8')
}
