import { mkdirSync, readFileSync, rmSync, writeFileSync } from 'node:fs'
import { join } from 'node:path'
import { beforeAll, expect, it } from 'vitest'
import { emptyFolder, envelope, fsop } from '../support/cli.ts'

/** What an apply depends on is what its definitions read; each kind of it is changed here in turn. */
const project = join(emptyFolder(), 'inputs')
const at = (path: string) => join(project, path)
const env = { GREETING: 'hello', SPEC_PATH: 'data/registry.db' }

beforeAll(async () => {
  expect(await fsop(['init', '--minimal', '--output', project])).toMatchObject({ code: 0 })
  const spec = readFileSync(at('feature_store.yaml'), 'utf8')
  writeFileSync(at('feature_store.yaml'), spec.replace('registry: data/registry.db', 'registry: ${SPEC_PATH}'))
  mkdirSync(at('parts'))
  mkdirSync(at('data'))
  writeFileSync(at('parts/helper.py'), 'import os\nDESCRIPTION = os.environ.get("GREETING", "")\n')
  writeFileSync(at('note.txt'), 'a note')
  writeFileSync(
    at('feature_definitions.py'),
    [
      'from pathlib import Path',
      'from feast import Entity, ValueType',
      'from parts.helper import DESCRIPTION',
      'NOTE = (Path(__file__).parent / "note.txt").read_text()',
      'entity = Entity(name="customer", value_type=ValueType.INT64, description=DESCRIPTION + NOTE)',
    ].join('\n'),
  )
  expect(await cached()).toBe(false)
})

async function cached(extra: Record<string, string | undefined> = {}): Promise<boolean> {
  const applied = await fsop(['apply', '--json', '--yes'], { cwd: project, env: { ...env, ...extra } })
  expect(applied.code).toBe(0)
  return (envelope(applied) as { result: { cached: boolean } }).result.cached
}

it('nothing changed', async () => {
  expect(await cached()).toBe(true)
})

it.each<[string, () => void, Record<string, string>?]>([
  ['the spec', () => append('feature_store.yaml', '# a comment\n')],
  ['the definitions', () => append('feature_definitions.py', '\n# a comment\n')],
  ['a module that they import', () => append('parts/helper.py', '# a comment\n')],
  ['a text file that they read', () => writeFileSync(at('note.txt'), 'another note')],
  ['a new definition file', () => writeFileSync(at('more.py'), 'x = 1\n')],
  ['a definition file that is gone', () => rmSync(at('more.py'))],
  ['.feastignore', () => writeFileSync(at('.feastignore'), 'unused/\n')],
  ['the registry', otherBytesInRegistry],
  ['the online store', () => writeFileSync(at('data/online_store.db'), '')],
  ['an environment variable that they read', () => undefined, { GREETING: 'good day' }],
  ['an environment variable of the spec', () => undefined, { SPEC_PATH: 'data/other.db' }],
])('%s changed: the full path, and then again nothing to do', async (_, change, extra = {}) => {
  change()
  expect(await cached(extra)).toBe(false)
  expect(await cached(extra)).toBe(true)
  if (Object.keys(extra).length > 0) await cached()
})

it('definitions that read the clock are never trusted', async () => {
  append('feature_definitions.py', '\nimport datetime\nNOW = datetime.datetime.now()\n')
  expect(await cached()).toBe(false)
  expect(await cached()).toBe(false)
})

function append(path: string, text: string): void {
  writeFileSync(at(path), readFileSync(at(path), 'utf8') + text)
}

/** As if a copy had been put back: other bytes, same objects. Field 1000 is in no message of Feast's; a parser passes over it. */
function otherBytesInRegistry(): void {
  const bytes = readFileSync(at('data/registry.db'))
  writeFileSync(at('data/registry.db'), Buffer.concat([bytes, Buffer.from([0xc2, 0x3e, 0x00])]))
}
