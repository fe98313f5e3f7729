import { readFileSync, readdirSync, writeFileSync } from 'node:fs'
import { join } from 'node:path'
import { beforeAll, describe, expect, it } from 'vitest'
import { emptyFolder, envelope, fsop, type CliResult } from '../support/cli.ts'

/** The main job, in the order in which a new user does it, in one folder. */
describe('init, verify, apply, run', () => {
  const folder = join(emptyFolder(), 'fraud-model')
  const spec = join(folder, 'feature_store.yaml')
  let applied: CliResult

  beforeAll(async () => {
    expect(await fsop(['init', '--output', folder])).toMatchObject({ code: 0 })
    applied = await fsop(['apply', '-f', spec, '-b', 'local'])
  })

  it('init writes a spec that verify finds nothing wrong with', async () => {
    const verified = await fsop(['verify', '-f', spec])
    expect(verified).toMatchObject({ code: 0, stderr: '' })
    expect(readFileSync(spec, 'utf8')).toMatch(/^project: fraud_model$/m)
  })

  it('apply creates everything and says what', () => {
    expect(applied.code).toBe(0)
    expect(applied.stderr).toContain('+ feature_view customer_transactions')
    expect(applied.stdout).toMatch(/^Applied project fraud_model: 9 created; read back and complete$/m)
  })

  it('a second apply changes nothing, without starting Python', async () => {
    const before = readFileSync(join(folder, 'data/registry.db'))
    const again = await fsop(['apply', '-f', spec, '--json'])
    expect(again).toMatchObject({ code: 0, stderr: '' })
    expect(envelope(again)).toMatchObject({ ok: true, result: { changed: false, cached: true } })
    expect(readFileSync(join(folder, 'data/registry.db')).equals(before)).toBe(true)
  })

  it('materialize-incremental and an online read give the values of the sample data', async () => {
    const materialized = await fsop(['run', 'materialize-incremental', '-f', spec, '--json'])
    expect(envelope(materialized)).toMatchObject({ ok: true, result: { views: [{ rows: 20 }, { rows: 20 }] } })
    const read = await fsop([
      'run',
      'get-online-features',
      '-f',
      spec,
      '--feature-service',
      'fraud_model_v1',
      '--entity',
      'customer_id=1001,amount=168.5',
      '--json',
    ])
    expect(envelope(read)).toMatchObject({
      ok: true,
      result: { rows: [{ customer_id: 1001, transactions_7d: 7, mean_amount_7d: 84.25, amount_to_mean_ratio: 2 }] },
    })
  })

  it('a changed definition shows its field before and after, and status sees the drift', async () => {
    const definitions = join(folder, 'feature_definitions.py')
    const text = readFileSync(definitions, 'utf8')
    writeFileSync(definitions, text.replace('tags={"team": "fraud"}', 'tags={"team": "risk"}'))
    const status = await fsop(['status', '-f', spec, '--json', '--detailed-exitcode'])
    expect(status.code).toBe(5)
    expect(envelope(status)).toMatchObject({ ok: true, result: { drift: true } })
    const plan = await fsop(['plan', '-f', spec, '--detailed-exitcode'])
    expect(plan).toMatchObject({ code: 5 })
    expect(plan.stdout).toContain('~ feature_view customer_transactions\n      tags.team: fraud -> risk')
    writeFileSync(definitions, text)
  })

  it('refuses deletions off a terminal, and does them with --yes', async () => {
    const definitions = join(folder, 'feature_definitions.py')
    const text = readFileSync(definitions, 'utf8')
    writeFileSync(definitions, text.slice(0, text.indexOf('# The features of one model version')))
    const refused = await fsop(['apply', '-f', spec])
    expect(refused.code).toBe(2)
    expect(refused.stderr).toContain('FS511')
    expect(refused.stderr).toContain('feature_service fraud_model_v1')
    const done = await fsop(['apply', '-f', spec, '--yes', '--json'])
    expect(envelope(done)).toMatchObject({ ok: true, result: { changed: true, plan: { counts: { delete: 1 } } } })
    writeFileSync(definitions, text)
  })

  it('teardown lists what goes, refuses off a terminal, and removes with --yes', async () => {
    const refused = await fsop(['run', 'teardown', '-f', spec])
    expect(refused.code).toBe(2)
    expect(refused.stderr).toContain('- feature_view customer_transactions')
    const removed = await fsop(['run', 'teardown', '-f', spec, '--yes'])
    expect(removed.code).toBe(0)
    expect(readdirSync(join(folder, 'data'))).toEqual(['customer_transactions.parquet', 'registry.db'])
  })
})
