import { readdir, readFile, rm, stat, writeFile } from 'node:fs/promises'
import { join } from 'node:path'
import { beforeAll, describe, expect, test } from 'vitest'
import {
  changesOf,
  drive,
  driverFolder,
  edit,
  firstOrders,
  lastOrders,
  planOf,
  shop,
  snapshot,
  succeed,
  type Json,
} from './driver.ts'

const minute = 60_000

// One store from its first plan to its teardown: each test builds on the one before.
describe('the life of a store', { timeout: 2 * minute }, () => {
  let repo = ''
  const registry = () => readFile(join(repo, 'data/registry.db'))

  beforeAll(async () => {
    repo = await shop()
    await edit(
      repo,
      'features.py',
      'customer =',
      'import os\nprint("printed")\nos.system("echo from a child")\ncustomer =',
    )
  })

  test('status and plan of a new store write nothing, and prints stay out of the protocol', async () => {
    const before = await snapshot(repo)
    const status = await succeed('status', repo)
    expect(status.result).toMatchObject({ project: 'shop', registry: false, drift: true, views: [] })
    expect(status.result.objects.every(({ state }: Json) => state === 'only_in_repository')).toBe(true)
    expect(status.stderr).toContain('printed')
    expect(status.stderr).toContain('from a child')

    const plan = await succeed('plan', repo)
    expect(changesOf(planOf(plan))).toEqual([
      'create project shop',
      'create data_source basket',
      'create data_source clicks',
      'create data_source orders',
      'create entity customer',
      'create feature_view customer_orders',
      'create feature_view fresh_orders',
      'create on_demand_feature_view basket_share',
      'create feature_service ranking',
      'create sqlite table shop_customer_orders',
      'create sqlite table shop_fresh_orders',
    ])
    expect(plan.result).toMatchObject({ changed: true, applied: false, feast_version: '0.67.0' })
    expect(await snapshot(repo)).toEqual(before)
  })

  test('apply asks; the end of stdin means no', async () => {
    const before = await snapshot(repo)
    const run = await succeed('apply', repo)
    expect(run.events.filter(({ event }) => event === 'ask')).toEqual([
      { event: 'ask', ask: 'apply', counts: { create: 9, update: 0, delete: 0, unchanged: 0 }, deletes: [] },
    ])
    expect(run.result).toMatchObject({ changed: false, applied: false, refused: true })
    expect(await snapshot(repo)).toEqual(before)
  })

  test('apply does what was planned, then there is nothing to do and nothing is written', async () => {
    const first = await succeed('apply', repo, { answer: true })
    expect(first.result).toMatchObject({ changed: true, applied: true })
    expect(first.events.filter(({ event }) => event === 'phase').map(({ phase }) => phase)).toEqual([
      'import',
      'config',
      'definitions',
      'plan',
      'apply',
      'verify',
    ])
    const stored = await registry()
    const { mtimeMs } = await stat(join(repo, 'data/registry.db'))

    const second = await succeed('apply', repo)
    expect(second.result).toMatchObject({ changed: false, applied: true, counts: { unchanged: 9, update: 0 } })
    expect(second.events.some(({ event }) => event === 'ask')).toBe(false)
    expect(await registry()).toEqual(stored)
    expect((await stat(join(repo, 'data/registry.db'))).mtimeMs).toBe(mtimeMs)
    expect((await readdir(join(repo, 'data'))).toSorted()).toEqual(['online_store.db', 'orders.parquet', 'registry.db'])
    expect(await readdir(repo)).not.toContain('__pycache__')
    expect(await readdir(driverFolder)).not.toContain('__pycache__')
  })

  test('every change of a definition shows, field by field; deletions can be refused', async () => {
    const definitions = await readFile(join(repo, 'features.py'), 'utf8')
    const stored = await registry()
    await edit(repo, 'features.py', 'ttl=timedelta(days=3650),', 'ttl=timedelta(hours=36),')
    await edit(repo, 'features.py', 'dtype=Float32)]', 'dtype=Float64), Field(name="refunds", dtype=Int64)]')
    await edit(repo, 'features.py', '{"team": "growth"}', '{"owner": "ann"}')
    await edit(repo, 'features.py', '/ inputs["order_total"]', '/ inputs["order_count"]')
    await edit(repo, 'features.py', 'ranking = ', '_ = lambda: ')
    // Feast by itself would leave the old stream source in the registry.
    await edit(repo, 'features.py', 'source=clicks', 'source=orders')

    const refused = await drive('apply', repo, { args: { yes: true, allow_deletes: false } })
    expect(refused.error).toMatchObject({ code: 'FD501', deletes: ['feature service ranking'] })
    expect(await registry()).toEqual(stored)
    const plan = planOf(refused)
    expect(changesOf(plan)).toEqual([
      'update feature_view customer_orders',
      'update feature_view fresh_orders',
      'update on_demand_feature_view basket_share',
      'delete feature_service ranking',
    ])
    const view = plan.objects.find(({ name }: Json) => name === 'customer_orders')
    expect(view.changes).toEqual([
      {
        field: 'features',
        before: ['order_count', 'order_total'],
        after: ['order_count', 'order_total', 'refunds'],
      },
      { field: 'features.order_total.value_type', before: 'FLOAT', after: 'DOUBLE' },
      { field: 'features.refunds', before: null, after: 'INT64' },
      { field: 'tags.owner', before: null, after: 'ann' },
      { field: 'tags.team', before: 'growth', after: null },
      { field: 'ttl', before: '3650d', after: '1d 12h' },
    ])
    expect(plan.objects.find(({ name }: Json) => name === 'fresh_orders').changes).toMatchObject([
      { field: 'stream_source', before: { type: 'PUSH_SOURCE', 'batch_source.name': 'orders' }, after: null },
    ])
    const code = plan.objects
      .find(({ name }: Json) => name === 'basket_share')
      .changes.find(({ field }: Json) => field.endsWith('body_text'))
    expect(code.diff).toContain(
      '-    return pd.DataFrame({"basket_share": inputs["basket_total"] / inputs["order_total"]})',
    )
    expect(code.diff).toContain(
      '+    return pd.DataFrame({"basket_share": inputs["basket_total"] / inputs["order_count"]})',
    )

    const applied = await succeed('apply', repo, { args: { yes: true } })
    expect(applied.result).toMatchObject({ changed: true, counts: { update: 3, delete: 1 } })
    await writeFile(join(repo, 'features.py'), definitions)
    await succeed('apply', repo, { args: { yes: true } })
  })

  test('tables that are gone are made again, and a moved store gets its tables', async () => {
    await rm(join(repo, 'data/online_store.db'))
    const restored = await succeed('apply', repo, { args: { yes: true } })
    expect(changesOf(planOf(restored))).toEqual([
      'create sqlite table shop_customer_orders',
      'create sqlite table shop_fresh_orders',
    ])
    await edit(repo, 'feature_store.yaml', 'data/online_store.db', 'data/moved.db')
    const moved = await succeed('apply', repo, { args: { yes: true } })
    expect(changesOf(planOf(moved))).toEqual([
      'update sqlite table shop_customer_orders',
      'update sqlite table shop_fresh_orders',
    ])
    const status = await succeed('status', repo)
    expect(status.result).toMatchObject({ drift: false, registry: true })
    expect(status.result.views.map(({ table }: Json) => table)).toEqual([
      { name: 'shop_customer_orders', present: true, rows: 0 },
      { name: 'shop_fresh_orders', present: true, rows: 0 },
    ])
  })

  test('materialize refuses what makes no sense', async () => {
    const end = new Date(Date.now() + 60 * minute).toISOString()
    const future = await drive('materialize_incremental', repo, { args: { end } })
    expect(future.error).toMatchObject({ code: 'FD504', now: expect.stringMatching(/^\d{4}-\d\d-\d\dT.*Z$/) })
    const backwards = await drive('materialize', repo, { args: { start: '2026-01-03', end: '2026-01-02' } })
    expect(backwards.error).toMatchObject({ code: 'FD504' })
    const bad = await drive('materialize', repo, { args: { start: 'tomorrow', end: '2026-01-02' } })
    expect(bad.error).toMatchObject({ code: 'FD504', hint: expect.stringContaining('2026-01-31T00:00:00Z') })
    const interval = { start: '2026-01-01', end: '2026-01-02' }
    const unknown = await drive('materialize', repo, { args: { ...interval, views: ['customer_order'] } })
    expect(unknown.error).toMatchObject({ code: 'FD503', hint: 'Did you mean "customer_orders"?' })
    const none = await drive('materialize', repo, { args: { ...interval, views: [] } })
    expect(none.error).toMatchObject({ code: 'FD507' })
  })

  test('materialize says what it covers and counts the rows; the next run knows that nothing is left', async () => {
    const args = { start: firstOrders.toISOString(), end: '2026-01-02T00:00:00', views: ['customer_orders'] }
    const run = await succeed('materialize', repo, { args })
    const fields = { view: 'customer_orders', index: 1, count: 1, start: '2026-01-01T00:00:00Z' }
    expect(run.events.filter(({ event }) => event === 'progress')).toEqual([
      { event: 'progress', ...fields, end: '2026-01-02T00:00:00Z', rows: 0, state: 'running' },
      { event: 'progress', ...fields, end: '2026-01-02T00:00:00Z', rows: 2, state: 'done' },
    ])
    expect(run.result).toMatchObject({
      rows: 2,
      views: [{ view: 'customer_orders', rows: 2, covers_nothing: false, watermark: '2026-01-02T00:00:00Z' }],
    })
    const again = await succeed('materialize_incremental', repo, {
      args: { end: lastOrders.toISOString(), views: ['customer_orders'] },
    })
    expect(again.result.views).toMatchObject([{ view: 'customer_orders', rows: 0, covers_nothing: true }])
  })

  test('a view that fails is named, and what was done before it stays done', async () => {
    await edit(
      repo,
      'features.py',
      'source=clicks',
      'source=PushSource(name="lost", batch_source=FileSource(name="gone", path="data/gone.parquet", timestamp_field="event_timestamp"))',
    )
    await succeed('apply', repo, { args: { yes: true } })
    const run = await drive('materialize', repo, { args: { start: '2026-01-01', end: '2026-01-03' } })
    expect(run.error).toMatchObject({
      code: 'FD505',
      view: 'fresh_orders',
      done: [{ view: 'customer_orders', rows: 2 }],
      todo: [],
    })
    const status = await succeed('status', repo)
    expect(status.result.views).toMatchObject([
      { name: 'customer_orders', last_materialized: '2026-01-03T00:00:00Z', table: { rows: 2 } },
      { name: 'fresh_orders', last_materialized: null, intervals: [] },
    ])
    await edit(
      repo,
      'features.py',
      'source=PushSource(name="lost", batch_source=FileSource(name="gone", path="data/gone.parquet", timestamp_field="event_timestamp"))',
      'source=clicks',
    )
    await succeed('apply', repo, { args: { yes: true } })
  })

  test('rows are pushed with the types of the definitions and read back', async () => {
    const rows = [{ customer_id: '7', order_count: '12', event_timestamp: '2026-01-05T10:00:00' }]
    const pushed = await succeed('push', repo, { args: { source: 'clicks', rows } })
    expect(pushed.result).toEqual({ source: 'clicks', to: 'online', count: 1, views: ['fresh_orders'] })
    const wrong = [{ customer_id: 'seven', order_count: 1, event_timestamp: '2026-01-05' }]
    const refused = await drive('push', repo, { args: { source: 'clicks', rows: wrong } })
    expect(refused.error).toMatchObject({ code: 'FD506', message: expect.stringContaining('customer_id') })
    expect((await drive('push', repo, { args: { source: 'click', rows } })).error).toMatchObject({
      code: 'FD503',
      suggestion: 'clicks',
    })

    const read = await succeed('get_online_features', repo, {
      args: {
        features: ['fresh_orders:order_count', 'customer_orders:order_total', 'basket_share:basket_share'],
        entities: [
          { customer_id: 7, basket_total: 15 },
          { customer_id: 2, basket_total: 10 },
        ],
        full: true,
        full_feature_names: true,
      },
    })
    const [seventh, second] = read.result.rows
    expect(seventh).toMatchObject({ customer_id: 7, fresh_orders__order_count: 12, customer_orders__order_total: null })
    expect(second).toMatchObject({
      customer_id: 2,
      fresh_orders__order_count: null,
      customer_orders__order_total: 40,
      basket_share__basket_share: 0.25,
    })
    expect(read.result.details[0].fresh_orders__order_count).toEqual({
      status: 'PRESENT',
      event_timestamp: '2026-01-05T10:00:00Z',
    })
    expect(read.result.details[1].fresh_orders__order_count).toEqual({ status: 'NOT_FOUND', event_timestamp: null })

    const args = { service: 'ranking', entities: [{ customer: 1 }] }
    expect((await drive('get_online_features', repo, { args })).error).toMatchObject({
      code: 'FD503',
      unknown: 'customer',
      suggestion: 'customer_id',
    })
    const misspelt = { features: ['customer_orders:order_totl'], entities: [{ customer_id: 1 }] }
    expect((await drive('get_online_features', repo, { args: misspelt })).error).toMatchObject({
      code: 'FD503',
      suggestion: 'customer_orders:order_total',
    })
  })

  test('historical features land in a file, whole or not at all', async () => {
    const entities = 'customer_id,event_timestamp\n1,2026-01-01T12:00:00\n2,2026-01-03T00:00:00Z\n'
    await writeFile(join(repo, 'entities.csv'), entities)
    const args = { entity_file: join(repo, 'entities.csv'), service: 'ranking', output: join(repo, 'out.csv') }
    const run = await succeed('get_historical_features', repo, { args })
    expect(run.result).toMatchObject({
      count: 2,
      columns: ['customer_id', 'event_timestamp', 'order_count', 'order_total'],
    })
    const lines = (await readFile(join(repo, 'out.csv'), 'utf8')).trim().split('\n').slice(1).toSorted()
    expect(lines.map((line) => line.split(',').slice(2).map(Number))).toEqual([
      [1, 10],
      [4, 40],
    ])
    await writeFile(join(repo, 'entities.csv'), 'customer_id,event_timestamp\n1,yesterday\n')
    const failed = await drive('get_historical_features', repo, { args: { ...args, output: join(repo, 'new.csv') } })
    expect(failed.error).toMatchObject({ code: 'FD506', message: expect.stringContaining('Row 1') })
    expect((await readdir(repo)).filter((name) => name.includes('new.csv'))).toEqual([])
  })

  test('teardown shows and asks, then only this project is gone', async () => {
    const no = await succeed('teardown', repo, { answer: false })
    expect(no.result).toMatchObject({ changed: false, refused: true })
    expect(no.events.find(({ event }) => event === 'ask')?.deletes).toContain('feature_view customer_orders')
    const yes = await succeed('teardown', repo, { answer: true })
    expect(yes.result.removed.map(({ kind, name }: Json) => `${kind} ${name}`)).toContain(
      `sqlite database ${join(repo, 'data/moved.db')}`,
    )
    expect(await readdir(join(repo, 'data'))).not.toContain('moved.db')
    const status = await succeed('status', repo)
    expect(status.result.objects.every(({ state }: Json) => state === 'only_in_repository')).toBe(true)
    expect((await succeed('teardown', repo)).result).toMatchObject({ changed: false, removed: [] })
    expect((await drive('materialize_incremental', repo)).error).toMatchObject({ code: 'FD404', projects: [] })
  })

  test('teardown leaves alone what other projects have in the same registry and database', async () => {
    await succeed('apply', repo, { args: { yes: true } })
    await edit(repo, 'feature_store.yaml', 'project: shop', 'project: market')
    await succeed('apply', repo, { args: { yes: true } })
    const { result } = await succeed('teardown', repo, { args: { yes: true } })
    expect(result).toMatchObject({ changed: true, shared_database: true })
    const unknown = await drive('materialize_incremental', repo)
    expect(unknown.error).toMatchObject({ code: 'FD404', projects: ['shop'] })
    await edit(repo, 'feature_store.yaml', 'project: market', 'project: shop')
    const status = await succeed('status', repo)
    expect(status.result).toMatchObject({ drift: false })
    expect(status.result.views.every(({ table }: Json) => table.present)).toBe(true)
  })
})

test('inspect needs no repository and does not import Feast', { timeout: minute }, async () => {
  const run = await succeed('inspect', '/nowhere')
  expect(run.result).toMatchObject({ feast: '0.67.0', python: expect.stringMatching(/^3\.\d+\.\d+/) })
  expect(run.result.packages).toHaveProperty('pyarrow')
})
