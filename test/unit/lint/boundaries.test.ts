import { spawnSync } from 'node:child_process'
import { cpSync, mkdirSync, mkdtempSync, rmSync, writeFileSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { dirname, join } from 'node:path'
import { afterAll, expect, it } from 'vitest'

const root = join(import.meta.dirname, '../../..')
const tree = mkdtempSync(join(tmpdir(), 'fsop-lint-'))
cpSync(join(root, '.oxlintrc.json'), join(tree, '.oxlintrc.json'))
afterAll(() => rmSync(tree, { recursive: true }))

/** What the project's lint rules say to one file with one import, in a tree of its own. */
function lint(file: string, code: string): string {
  const path = join(tree, file)
  mkdirSync(dirname(path), { recursive: true })
  writeFileSync(path, `${code}\n`)
  const { stdout } = spawnSync(join(root, 'node_modules/.bin/oxlint'), ['-c', '.oxlintrc.json', file], {
    cwd: tree,
    encoding: 'utf8',
  })
  return stdout
}

it.each([
  ['src/spec/planted.ts', `export { nodeProcesses } from '../adapters/node-processes.ts'`],
  ['src/spec/planted.ts', `export { readFile } from 'node:fs/promises'`],
  ['src/spec/planted.ts', `export const home = process.env`],
  ['src/diagnostics/planted.ts', `export { openSession } from '../cli/session.ts'`],
  [
    'src/operators/feature_store/planted.ts',
    `export { localPythonBackend } from '../../backends/local-python/backend.ts'`,
  ],
  ['src/output/planted.ts', `export { Listr } from 'listr2'`],
  ['src/usecases/planted.ts', `export { nodeTerminal } from '../adapters/node-terminal.ts'`],
  ['src/usecases/planted.ts', `export { spawn } from 'node:child_process'`],
  ['src/backends/planted.ts', `export { BaseCommand } from '../cli/base-command.ts'`],
])('%s may not say: %s', (file, code) => {
  expect(lint(file, code)).toMatch(/no-restricted-(imports|globals)/)
})

it.each([
  ['src/usecases/planted.ts', `export { checkSpec } from '../spec/check-spec.ts'`],
  ['src/commands/planted.ts', `export { nodeProcesses } from '../adapters/node-processes.ts'`],
])('%s may say: %s', (file, code) => {
  expect(lint(file, code)).not.toMatch(/no-restricted/)
})
