import { chmodSync, mkdirSync, symlinkSync, writeFileSync } from 'node:fs'
import { delimiter, join } from 'node:path'
import { emptyFolder } from './cli.ts'

/** A PATH of one folder: node, which starts fsop itself, and these shell scripts by name. */
export function pathWith(scripts: Readonly<Record<string, string>> = {}): string {
  const folder = join(emptyFolder(), 'bin')
  mkdirSync(folder)
  symlinkSync(process.execPath, join(folder, 'node'))
  for (const [name, script] of Object.entries(scripts)) {
    writeFileSync(join(folder, name), `#!/bin/sh\n${script}\n`)
    chmodSync(join(folder, name), 0o755)
  }
  return folder
}

/** The PATH of this process, with these shell scripts in front. */
export function pathBefore(scripts: Readonly<Record<string, string>>): string {
  return [pathWith(scripts), process.env['PATH']].join(delimiter)
}
