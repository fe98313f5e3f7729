import { mkdir, readFile, writeFile } from 'node:fs/promises'
import { join } from 'node:path'
import { describe, expect, test } from 'vitest'
import { drive, edit, shop, snapshot, type Json, type Run } from './driver.ts'

const minute = 60_000
const canary = 'hunter2-canary'

/** Everything a run said, to search for what it must not say. */
const everything = ({ events, stderr }: Run) => JSON.stringify(events) + stderr

describe.concurrent('errors in the definitions name the line of the user', { timeout: 2 * minute }, () => {
  const broken: [string, Record<string, string | null>, Json][] = [
    [
      'a syntax error',
      { 'more.py': 'x = (\n' },
      { code: 'FD301', file: 'more.py', line: 1, text: 'x = (', why: "'(' was never closed" },
    ],
    [
      'a module that is not there',
      { 'more.py': '\nimport nowhere.at_all\n' },
      {
        code: 'FD302',
        file: 'more.py',
        line: 2,
        module: 'nowhere',
        hint: expect.stringContaining('spec.requirements'),
      },
    ],
    [
      'an exception in a helper',
      { 'more.py': 'from sums import rate\n\nrate(0)\n', 'sums.py': 'def rate(n):\n    return 1 / n\n' },
      {
        code: 'FD303',
        file: 'sums.py',
        line: 2,
        why: 'division by zero',
        user_frames: [
          { file: 'more.py', line: 3, function: '<module>', text: 'rate(0)' },
          { file: 'sums.py', line: 2, function: 'rate', text: 'return 1 / n' },
        ],
      },
    ],
    [
      'a wrong type, which Feast checks',
      { 'more.py': 'from feast import Entity\n\nEntity(name=3)\n' },
      { code: 'FD307', file: 'more.py', line: 3, why: 'argument "name" (int) is not an instance of str' },
    ],
    [
      'two objects of one name',
      {
        'more.py': 'from feast import Entity, ValueType\ncopy = Entity(name="customer", value_type=ValueType.INT64)\n',
      },
      {
        code: 'FD304',
        message: 'Two objects have one name: entity "customer" (features.py:10 and more.py:2).',
        places: [
          { file: 'features.py', line: 10, text: expect.stringContaining('customer = Entity') },
          { file: 'more.py', line: 2, text: expect.stringContaining('copy = Entity') },
        ],
      },
    ],
    [
      'the end of the process, though only by a script that was left among the definitions',
      { 'script.py': 'def main():\n    import os\n    os._exit(0)\n\nmain()\n' },
      { code: 'FD308', file: 'script.py', line: 3, hint: expect.stringContaining('.feastignore') },
    ],
    [
      'a project of another name',
      { 'more.py': 'from feast import Project\nproject = Project(name="other")\n' },
      { code: 'FD306', file: 'more.py', line: 2 },
    ],
  ]
  test.each(broken)('%s', async (_, files, expected) => {
    const repo = await shop(files)
    const before = await snapshot(repo)
    const run = await drive('plan', repo)
    expect(run.code).toBe(1)
    const told = JSON.parse(JSON.stringify(run.error).replaceAll(`${repo}/`, ''))
    expect(told).toMatchObject(expected)
    expect(told.traceback).toContain('Traceback (most recent call last)')
    expect(run.stderr).not.toContain('Traceback')
    expect(await snapshot(repo)).toEqual(before)
  })

  test('a data file that is not there: an error where Feast must read it, else a warning', async () => {
    const repo = await shop()
    await edit(repo, 'features.py', 'path="data/orders.parquet"', 'path="data/nothing.parquet"')
    const place = { file: join(repo, 'features.py'), line: 12, text: expect.stringContaining('orders = FileSource') }
    const warned = await drive('plan', repo)
    expect(warned.code).toBe(0)
    expect(warned.events.filter(({ event }) => event === 'log')).toContainEqual(
      expect.objectContaining({
        level: 'warning',
        message: expect.stringContaining('"orders" does not exist'),
        ...place,
      }),
    )
    await edit(repo, 'features.py', 'schema=[Field(name="order_count", dtype=Int64), Field', '_=[Field')
    await edit(repo, 'features.py', '    _=[Field(name="order_total", dtype=Float32)],\n', '')
    const failed = await drive('plan', repo)
    expect(failed.error).toMatchObject({ code: 'FD305', source: 'orders', ...place })
    expect(failed.error.data_file).toBe(join(repo, 'data/nothing.parquet'))
  })

  test('warnings about the definitions come with their line, those about Feast itself do not come', async () => {
    const repo = await shop({
      'more.py':
        'import warnings\nwarnings.warn("old", DeprecationWarning)\nwarnings.warn("old", DeprecationWarning)\n',
    })
    const run = await drive('plan', repo)
    const warnings = run.events.filter(({ event }) => event === 'log')
    expect(warnings).toContainEqual({
      event: 'log',
      level: 'warning',
      message: 'old',
      file: join(repo, 'more.py'),
      line: 2,
      text: 'warnings.warn("old", DeprecationWarning)',
    })
    expect(new Set(warnings.map((warning) => JSON.stringify(warning))).size).toBe(warnings.length)
  })
})

describe.concurrent('errors in feature_store.yaml and the stores', { timeout: 2 * minute }, () => {
  const specs: [string, [string, string], Json][] = [
    [
      'a key that Feast does not know',
      ['path: data/online', `passwrd: ${canary}\n  path: data/online`],
      {
        code: 'FD201',
        path: ['online_store', 'passwrd'],
        line: 6,
        column: 3,
        why: 'online_store.passwrd: Extra inputs are not permitted',
      },
    ],
    [
      'a value of the wrong type',
      ['path: data/online_store.db', `path: [${canary}]`],
      { code: 'FD201', path: ['online_store', 'path'], line: 6 },
    ],
    [
      'a store type that does not exist',
      ['type: sqlite', 'type: sqllite'],
      { code: 'FD201', path: ['online_store', 'type'], line: 5 },
    ],
    [
      'an extra that is missing',
      ['type: sqlite\n  path: data/online_store.db', `type: postgres\n  password: ${canary}`],
      { code: 'FD203', extra: 'postgres', hint: "pip install 'feast[postgres]'" },
    ],
    ['no YAML', ['project: shop', 'project: [shop'], { code: 'FD201', line: 2 }],
  ]
  test.each(specs)('%s', async (_, [from, to], expected) => {
    const repo = await shop()
    await edit(repo, 'feature_store.yaml', from, to)
    const run = await drive('plan', repo)
    expect(run.error).toMatchObject(expected)
    expect(everything(run)).not.toContain(canary)
  })

  test('a damaged registry is told apart and left as it is', async () => {
    const repo = await shop({ 'data/registry.db': 'no registry \u00ff' })
    const before = await snapshot(repo)
    expect((await drive('apply', repo, { args: { yes: true } })).error).toMatchObject({ code: 'FD401' })
    expect(await snapshot(repo)).toEqual(before)
  })

  test('a registry that cannot be opened; no registry at all', async () => {
    const repo = await shop()
    expect((await drive('materialize_incremental', repo)).error).toMatchObject({ code: 'FD404' })
    await mkdir(join(repo, 'data/registry.db'))
    expect((await drive('plan', repo)).error).toMatchObject({ code: 'FD402' })
  })

  test('a request that makes no sense', async () => {
    expect((await drive('aply', '/')).error).toMatchObject({ code: 'FD101', hint: expect.stringContaining('apply') })
    expect((await drive('apply', '/nowhere')).error).toMatchObject({ code: 'FD101' })
  })
})

describe('secrets', { timeout: 2 * minute }, () => {
  test('never leave the driver, by whatever way they get into a text', async () => {
    const quote = `it's ${canary}`
    const repo = await shop({
      'more.py': [
        'import logging, os, warnings',
        'secret = os.environ["SHOP_PASSWORD"]',
        'warnings.warn("warned of " + secret)',
        'logging.getLogger("shop").error("logged %s", secret)',
        'def connect(): raise RuntimeError(f"cannot connect with {secret} to postgresql://me:in-the-url@db/x")',
        'connect()',
      ].join('\n'),
    })
    await edit(
      repo,
      'feature_store.yaml',
      'project: shop',
      'project: shop\nspec:\n  db: {password: "pre-${SHOP_PASSWORD}"}',
    )
    const run = await drive('plan', repo, { env: { SHOP_PASSWORD: quote } })
    expect(run.error).toMatchObject({
      code: 'FD303',
      why: 'cannot connect with *** to postgresql://me:***@db/x',
      file: join(repo, 'more.py'),
      line: 5,
    })
    expect(run.events.filter(({ event }) => event === 'log').map(({ message }) => message)).toEqual(
      expect.arrayContaining(['warned of ***', 'logged ***']),
    )
    expect(everything(run)).not.toContain(canary)
    expect(everything(run)).not.toContain('in-the-url')
  })

  test('are masked in a plan too', async () => {
    const repo = await shop()
    await edit(repo, 'feature_store.yaml', 'project: shop', `project: shop\nspec: {api_token: ${canary}}`)
    await edit(repo, 'features.py', '"team": "growth"', `"team": "growth", "note": "${canary}"`)
    await drive('apply', repo, { args: { yes: true } })
    await edit(repo, 'features.py', `"note": "${canary}"`, '"note": "none", "access_key": "unknown-to-the-spec"')
    const run = await drive('plan', repo)
    const view = run.result.plan.objects.find(({ name }: Json) => name === 'customer_orders')
    expect(view.changes).toEqual([
      { field: 'tags.access_key', before: null, after: '***' },
      { field: 'tags.note', before: '***', after: 'none' },
    ])
    expect(await readFile(join(repo, 'data/registry.db'), 'latin1')).toContain(canary)
  })
})

describe('a stopped run', { timeout: 2 * minute }, () => {
  test.each([
    ['SIGINT', 130],
    ['SIGTERM', 143],
  ] as const)('%s ends it at once, without a traceback or a file', async (signal, code) => {
    const repo = await shop()
    await writeFile(
      join(repo, 'slow.py'),
      'import time\ntry:\n    time.sleep(60)\nexcept BaseException:\n    time.sleep(60)\n',
    )
    const before = await snapshot(repo)
    const started = Date.now()
    let asked = 0
    const run = await drive('apply', repo, {
      args: { yes: true },
      onEvent: ({ phase }, driver) => {
        if (phase !== 'definitions') return
        setTimeout(() => {
          asked = Date.now()
          driver.kill(signal)
        }, 500)
      },
    })
    expect(run).toMatchObject({ code, stderr: '' })
    expect(Date.now() - asked).toBeLessThan(2000)
    expect(Date.now() - started).toBeLessThan(minute / 2)
    expect(run.events.at(-1).event).toBe('phase')
    expect(await snapshot(repo)).toEqual(before)
  })
})
