import { expect, it } from 'vitest'
import { checkSpec } from '../../../src/spec/check-spec.ts'
import { describeVariables } from '../../../src/spec/describe-variables.ts'

async function described(text: string, env: Readonly<Record<string, string>> = {}) {
  const input = { file: 'f', path: '/f', folder: '/', bytes: new TextEncoder().encode(text) }
  return describeVariables(await checkSpec(input, { env }))
}

it('lists what a spec reads, by name, with every place and no value', async () => {
  const text = 'project: ${NAME}\nregistry: $DIR/r.db\nonline_store: {type: sqlite, path: "${DIR}/o.db"}\n'
  const list = await described(text, { NAME: 'fraud', LINES: 'a\nb' })
  expect(list).toEqual([
    {
      name: 'DIR',
      state: 'unset',
      places: [
        { line: 2, column: 11, path: 'registry' },
        { line: 3, column: 37, path: 'online_store.path' },
      ],
    },
    { name: 'NAME', state: 'set', places: [{ line: 1, column: 10, path: 'project' }] },
  ])
  expect(JSON.stringify(list)).not.toContain('fraud')
})

it('takes the name out of forms with a default, and leaves comments and parts of secrets out', async () => {
  const text = 'project: fraud # $NOBODY\nregistry: ${R:-hunter2}\nonline_store: {type: mysql, password: pa$hunter2}\n'
  expect((await described(text)).map(({ name }) => name)).toEqual(['R'])
})

it('works on a file that is no YAML', async () => {
  expect(await described('project: "${A}\n')).toMatchObject([{ name: 'A', state: 'unset' }])
})
