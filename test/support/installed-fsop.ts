import { execFileSync } from 'node:child_process'
import { chmodSync, mkdtempSync, readdirSync, rmSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import type { TestProject } from 'vitest/node'

declare module 'vitest' {
  interface ProvidedContext {
    /** Path of the `fsop` program, installed from the packed tarball into a folder of its own. */
    fsop: string
  }
}

/** Packs the package, installs the tarball into an empty folder, and hands out the program: what users get. */
export default function setup(project: TestProject): () => void {
  const folder = mkdtempSync(join(tmpdir(), 'fsop-e2e-'))
  // Some tests run it as another user.
  chmodSync(folder, 0o755)
  execFileSync('npm', ['pack', '--silent', '--pack-destination', folder], { stdio: ['ignore', 'ignore', 'inherit'] })
  const tarball = readdirSync(folder).find((file) => file.endsWith('.tgz'))
  if (tarball === undefined) throw new Error('npm pack made no tarball')
  execFileSync('npm', ['install', '--silent', '--no-audit', '--no-fund', '--prefix', folder, join(folder, tarball)], {
    stdio: ['ignore', 'ignore', 'inherit'],
  })
  project.provide('fsop', join(folder, 'node_modules/.bin/fsop'))
  return () => rmSync(folder, { recursive: true, force: true })
}
