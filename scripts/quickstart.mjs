// The main job from nothing: a new feature store, checked, applied, loaded, and read. Prints each command before it runs.
import { spawnSync } from 'node:child_process'
import { mkdtempSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { dirname, join, relative } from 'node:path'
import { fileURLToPath } from 'node:url'

const root = join(dirname(fileURLToPath(import.meta.url)), '..')
const folder = process.argv[2] ?? join(mkdtempSync(join(tmpdir(), 'fsop-quickstart-')), 'fraud')
const spec = join(folder, 'feature_store.yaml')

const commands = [
  ['init', '--output', folder],
  ['verify', '-f', spec],
  ['apply', '-f', spec, '-b', 'local'],
  ['run', 'materialize-incremental', '-f', spec],
  [
    'run',
    'get-online-features',
    '-f',
    spec,
    '--feature-service',
    'fraud_model_v1',
    '--entity',
    'customer_id=1001,amount=250',
  ],
]

for (const args of commands) {
  console.log(
    `\n$ fsop ${args.map((word) => (word.startsWith(root) ? relative(process.cwd(), word) : word)).join(' ')}`,
  )
  const { status, signal } = spawnSync(process.execPath, [join(root, 'bin/run.js'), ...args], { stdio: 'inherit' })
  if (status !== 0) {
    console.error(`\nThe quickstart stopped here: ${signal ?? `exit code ${status}`}`)
    process.exit(status ?? 1)
  }
}
console.log(`\nThe feature store is in ${folder}.`)
