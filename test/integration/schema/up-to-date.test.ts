import { mkdtemp, readFile, rm } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { expect, onTestFinished, test } from 'vitest'
import { generateSchema, schemaFile, schemaVersions } from '../../../scripts/generate-schema.mjs'

test.each(await schemaVersions())(
  'the committed schema of Feast %s is what the generator writes',
  { timeout: 600_000 },
  async (version) => {
    const folder = await mkdtemp(join(tmpdir(), 'fsop-schema-'))
    onTestFinished(() => rm(folder, { recursive: true, force: true }))
    const made = join(folder, 'schema.json')
    await generateSchema(version, made)
    const [fresh, committed] = await Promise.all([readFile(made, 'utf8'), readFile(schemaFile(version), 'utf8')])
    expect(fresh === committed, 'run `npm run generate:schema` and look at the difference').toBe(true)
  },
)
