import { execFileSync } from 'node:child_process'
import { existsSync, readFileSync, writeFileSync } from 'node:fs'
import { beforeAll, describe, expect, it } from 'vitest'
import { envelope, fsop } from '../support/cli.ts'
import { pythonWith } from '../support/python.ts'
import { makeProject, type Project } from '../support/project.ts'

const day = 86_400_000
const date = (time: number) => new Date(time).toISOString().slice(0, 19)

describe('materialize refuses bad intervals without starting Python', () => {
  const env = { FSOP_PYTHON: '/nonexistent/python' }
  const tomorrow = date(Date.now() + day)

  it.each<[string, string[], string, string]>([
    ['an end in the future', ['materialize', '2026-01-01', tomorrow], 'FS502', 'in the future'],
    ['an incremental end in the future', ['materialize-incremental', tomorrow], 'FS502', 'in the future'],
    ['a start after the end', ['materialize', '2026-01-02', '2026-01-01'], 'FS503', 'is not before'],
    ['a start at the end', ['materialize', '2026-01-01', '2026-01-01'], 'FS503', 'is not before'],
    ['no date', ['materialize', 'yesterday', '2026-01-01'], 'FS501', 'START "yesterday" is not a date'],
    [
      'a day that is not in the calendar',
      ['materialize', '2026-01-01', '2026-02-30'],
      'FS501',
      'END "2026-02-30" is not a date',
    ],
    ['an hour that no day has', ['materialize-incremental', '2026-01-01T25:00:00'], 'FS501', 'is not a date'],
  ])('%s', async (_, words, code, message) => {
    const { spec } = await makeProject('--minimal')
    const failed = await fsop(['run', ...words, '-f', spec], { env })
    expect(failed.code).toBe(2)
    expect(failed.stderr).toContain(`error ${code}`)
    expect(failed.stderr).toContain(message)
  })
})

describe('tasks on the sample store', () => {
  let project: Project
  const run = (task: string, ...words: string[]) => fsop(['run', task, '-f', project.spec, ...words])
  const online = async (...entities: string[]) => {
    const names = ['transactions_7d', 'mean_amount_7d'].map((name) => `customer_transactions_fresh:${name}`).join(',')
    const flags = entities.flatMap((entity) => ['--entity', entity])
    const read = await run('get-online-features', '--features', names, ...flags, '--json')
    expect(read.code, read.stdout).toBe(0)
    return (envelope(read).result as { rows: Record<string, unknown>[] }).rows
  }

  beforeAll(async () => {
    project = await makeProject()
    expect(await fsop(['apply', '-f', project.spec])).toMatchObject({ code: 0 })
  })

  it('an entity without values reads as nothing', async () => {
    expect(await online('customer_id=1001')).toEqual([
      { customer_id: 1001, transactions_7d: null, mean_amount_7d: null },
    ])
  })

  it('push, then get-online-features gives what was pushed', async () => {
    const now = date(Date.now())
    const row = `customer_id=1001,event_timestamp=${now},created=${now},transactions_7d=9,mean_amount_7d=12.5,declined_share_30d=0`
    const pushed = await run('push', 'customer_transactions_push', '--row', row)
    expect(pushed).toMatchObject({ code: 0 })
    expect(pushed.stdout).toContain('Pushed 1 row to customer_transactions_push (online)')
    expect(await online('customer_id=1001', 'customer_id=1002')).toEqual([
      { customer_id: 1001, transactions_7d: 9, mean_amount_7d: 12.5 },
      { customer_id: 1002, transactions_7d: null, mean_amount_7d: null },
    ])
  })

  it('materialize one view of an interval', async () => {
    const words = [date(Date.now() - 3 * day), date(Date.now()), '--views', 'customer_transactions']
    const done = await run('materialize', ...words, '--json')
    expect(envelope(done)).toMatchObject({ ok: true, result: { views: [{ view: 'customer_transactions', rows: 20 }] } })
    const status = await fsop(['status', '-f', project.spec])
    expect(status).toMatchObject({ code: 0 })
    expect(status.stdout).toContain('customer_transactions_fresh')
  })

  it('an unknown view: the one that was meant', async () => {
    const failed = await run('materialize-incremental', '--views', 'customer_transaction')
    expect(failed.code).toBe(2)
    expect(failed.stderr).toContain('error FD503')
    expect(failed.stderr).toMatch(/did you mean .?customer_transactions/i)
    expect(failed.stderr).not.toContain('Traceback')
  })

  it('a row that is none, and a row that lacks columns', async () => {
    const noRow = await run('get-online-features', '--features', 'a:b', '--entity', 'customer_id')
    expect(noRow.code).toBe(2)
    expect(noRow.stderr).toContain('error FS504')
    const lacking = await run('push', 'customer_transactions_push', '--row', 'customer_id=1')
    expect(lacking.code).toBe(1)
    expect(lacking.stderr).toContain('error FD506')
    expect(lacking.stderr).toContain('event_timestamp')
  })

  it('an unknown push source', async () => {
    const failed = await run('push', 'customer_transactions_pus', '--row', 'customer_id=1')
    expect(failed.code).toBe(2)
    expect(failed.stderr).toContain('customer_transactions_push')
  })

  describe('get-historical-features', () => {
    const noon = new Date(Math.floor((Date.now() - 1) / 3_600_000) * 3_600_000)
    // The newest row of customer 1001 is known; a minute before it, another one counts. Customer 9 is nobody.
    const entities = () => {
      const file = project.path('labels.csv')
      const before = new Date(noon.getTime() - 60_000).toISOString()
      const after = new Date(noon.getTime() + 60_000).toISOString()
      writeFileSync(file, `customer_id,event_timestamp\n1001,${after}\n1001,${before}\n9,${after}\n`)
      return [
        '--entities',
        file,
        '--features',
        'customer_transactions:transactions_7d,customer_transactions:mean_amount_7d',
      ]
    }

    it('to CSV, with the values as they were then, and no overwriting', async () => {
      const output = project.path('training.csv')
      const done = await run('get-historical-features', ...entities(), '--output', output)
      expect(done, done.stderr).toMatchObject({ code: 0 })
      expect(done.stdout).toContain('Wrote 3 rows to')
      const [header = '', ...lines] = readFileSync(output, 'utf8').trim().split('\n')
      const rows = lines.map((line) =>
        Object.fromEntries(header.split(',').map((name, index) => [name, line.split(',')[index]])),
      )
      const newest = rows.find((row) => row['mean_amount_7d'] === '84.25')
      expect(newest).toMatchObject({ customer_id: '1001' })
      expect(Number(newest?.['transactions_7d'])).toBe(7)
      const earlier = rows.find((row) => row['customer_id'] === '1001' && row !== newest)
      expect(Number(earlier?.['mean_amount_7d'])).toBeGreaterThan(0)
      expect(rows.find((row) => row['customer_id'] === '9')).toMatchObject({ transactions_7d: '', mean_amount_7d: '' })

      const refused = await run('get-historical-features', ...entities(), '--output', output)
      expect(refused.code).toBe(1)
      expect(refused.stderr).toContain('error FS011: a file is in the way')
      expect(refused.stderr).toContain('--overwrite')
      expect(readFileSync(output, 'utf8').trim().split('\n')).toHaveLength(4)
      expect(await run('get-historical-features', ...entities(), '--output', output, '--overwrite')).toMatchObject({
        code: 0,
      })
    })

    it('to Parquet', async () => {
      const output = project.path('training.parquet')
      expect(await run('get-historical-features', ...entities(), '--output', output)).toMatchObject({ code: 0 })
      const script = `import json, sys, pandas
frame = pandas.read_parquet(sys.argv[1])
rows = frame[frame.mean_amount_7d == 84.25]
print(json.dumps([len(frame), str(frame.customer_id.dtype), rows.customer_id.tolist(), rows.transactions_7d.tolist()]))`
      const python = await pythonWith(['feast==0.67.0'])
      const shown = execFileSync(python, ['-c', script, output], { encoding: 'utf8' })
      expect(JSON.parse(shown)).toEqual([3, 'int64', [1001], [7]])
    })

    it('another kind of file is refused without Python', async () => {
      const failed = await fsop(
        ['run', 'get-historical-features', '-f', project.spec, ...entities(), '--output', 'training.xlsx'],
        { env: { FSOP_PYTHON: '/nonexistent/python' } },
      )
      expect(failed.code).toBe(2)
      expect(failed.stderr).toContain('error FS505')
    })

    it('an entity file that is not there', async () => {
      const words = ['--entities', project.path('nothing.csv'), '--features', 'customer_transactions:transactions_7d']
      const failed = await run('get-historical-features', ...words, '--output', project.path('never.csv'))
      expect(failed.code).toBe(1)
      expect(failed.stderr).toContain('nothing.csv')
      expect(failed.stderr).not.toContain('Traceback')
      expect(existsSync(project.path('never.csv'))).toBe(false)
    })
  })

  it('--dry-run says what would run, and starts nothing', async () => {
    const dry = await fsop(['run', 'materialize', '2026-01-01', '2026-01-02', '-f', project.spec, '--dry-run'], {
      env: { FSOP_PYTHON: '/nonexistent/python' },
    })
    expect(dry.code).toBe(0)
    expect(dry.stdout).toContain('Would run materialize 2026-01-01T00:00:00.000Z to 2026-01-02T00:00:00.000Z of shop')
  })

  it('a store that was not applied yet', async () => {
    const fresh = await makeProject()
    const failed = await fsop(['run', 'materialize-incremental', '-f', fresh.spec])
    expect(failed.code).toBe(1)
    expect(failed.stderr).toContain('error FD404')
    expect(failed.stderr).toContain('fsop apply')
  })
})
