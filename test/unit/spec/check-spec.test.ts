import { describe, expect, it } from 'vitest'
import { checkSpec, type CheckOptions, type SpecCheck } from '../../../src/spec/check-spec.ts'

const minimal = 'project: fraud\nprovider: local\nregistry: data/registry.db\n'

function check(text: string | Uint8Array, options: Partial<CheckOptions> = {}): Promise<SpecCheck> {
  const bytes = typeof text === 'string' ? new TextEncoder().encode(text) : text
  return checkSpec(
    { file: 'feature_store.yaml', path: '/repo/feature_store.yaml', folder: '/repo', bytes },
    { env: {}, ...options },
  )
}

/** `code line:column` of each diagnostic. */
async function places(text: string, options: Partial<CheckOptions> = {}): Promise<string[]> {
  const { diagnostics } = await check(text, options)
  return diagnostics.map(({ code, line, column }) => `${code} ${line}:${column}`)
}

describe('a good spec', () => {
  it('gives what Feast will use, defaults included', async () => {
    const { spec, diagnostics } = await check(
      `${minimal}online_store:\n  type: redis\n  connection_string: localhost:6379\n`,
    )
    expect(diagnostics.filter(({ severity }) => severity === 'error')).toEqual([])
    expect(spec).toMatchObject({
      project: 'fraud',
      feastVersion: '0.67.0',
      components: {
        registry: { type: 'file', settings: { path: 'data/registry.db' } },
        online_store: { type: 'redis', isDefault: false },
        offline_store: { type: 'dask', isDefault: true },
      },
      extras: ['redis'],
    })
  })

  it.each([
    ['an existing Feast repository, without a header', minimal],
    ['the operator header', `kind: operator\ntype: feature_store\nversion: v1\n${minimal}spec: {}\n`],
    ['an online store that is switched off', `${minimal}online_store: null\n`],
    ['a bare word', `${minimal}offline_store: duckdb\n`],
    ['a class of the user', `${minimal}online_store: { type: my.stores.CustomOnlineStore, anything: goes }\n`],
    [
      'a registry block',
      'project: fraud\nprovider: local\nregistry: { registry_type: sql, path: "postgresql://h/db" }\n',
    ],
    ['a lax integer, which pydantic takes', `${minimal}online_store: { type: redis, key_ttl_seconds: "60" }\n`],
  ])('%s', async (_, text) => {
    const { spec, diagnostics } = await check(text)
    expect(diagnostics.filter(({ severity }) => severity === 'error')).toEqual([])
    expect(spec).toBeDefined()
  })

  it('computes the extras from the stores and from the scheme of the registry', async () => {
    const text = [
      'project: fraud',
      'provider: local',
      'registry: { registry_type: sql, path: "postgresql+psycopg://h/db" }',
      'offline_store: { type: bigquery }',
      'batch_engine: { type: spark.engine }',
    ].join('\n')
    expect((await check(text)).spec?.extras).toEqual(['gcp', 'postgres', 'spark'])
  })

  it('takes the Feast version that spec.requirements pin', async () => {
    const { spec } = await check(`${minimal}spec: { requirements: ["feast==0.66.0", pandas] }\n`)
    expect(spec).toMatchObject({ feastVersion: '0.66.0', requirements: ['feast==0.66.0', 'pandas'] })
  })
})

describe('a bad spec', () => {
  it.each([
    ['an unknown key at the top', `${minimal}onlinestore: { type: redis }\n`, ['FS201 4:1']],
    ['an unknown key in a block', `${minimal}online_store:\n  type: sqlite\n  pth: x\n`, ['FS201 6:3']],
    ['an unknown key in spec', `${minimal}spec: { foo: 1 }\n`, ['FS201 4:9']],
    ['a missing project', 'provider: local\nregistry: x.db\n', ['FS202 1:1']],
    [
      'a missing key of a block',
      `${minimal}offline_store: { type: athena }\n`,
      Array.from({ length: 5 }, () => 'FS202 4:16'),
    ],
    ['a wrong type', `${minimal}entity_key_serialization_version: two\n`, ['FS203 4:35']],
    ['a wrong word', `${minimal}online_store: { type: redis, redis_type: sentinel }\n`, ['FS204 4:42']],
    ['an empty block', `${minimal}offline_store:\n`, ['FS205 4:1']],
    ['an unknown store', `${minimal}online_store: reddis\n`, ['FS206 4:15']],
    ['an unknown provider', 'project: fraud\nprovider: lcoal\nregistry: x.db\n', ['FS206 2:11']],
    [
      'a class path that Feast has no class for',
      `${minimal}online_store: { type: feast.infra.online_stores.contrib.postgres.PostgreSQLOnlineStore }\n`,
      ['FS207 4:23'],
    ],
    ['a wrong kind', `kind: operater\n${minimal}`, ['FS211 1:7']],
    ['a project name that Feast refuses', 'project: my-project\nprovider: local\nregistry: x.db\n', ['FS301 1:10']],
    ['a list', '- project: fraud\n', ['FS200 1:1']],
    [
      'an option of pip among the requirements',
      `${minimal}spec: { requirements: ["--index-url=x"] }\n`,
      ['FS204 4:24'],
    ],
  ])('%s', async (_, text, expected) => {
    expect(await places(text)).toEqual(expected)
  })

  it('gives all problems in one run, in the order of the file', async () => {
    const text = 'project: my-project\nprovider: lcoal\nregistry: x.db\nfoo: 1\nonline_store: { type: redis, pot: 1 }\n'
    expect(await places(text)).toEqual(['FS301 1:10', 'FS206 2:11', 'FS201 4:1', 'FS201 5:30'])
  })

  it('unknown keys are warnings where that is asked for', async () => {
    const { spec, diagnostics } = await check(`${minimal}foo: 1\n`, { allowUnknown: true })
    expect(diagnostics).toMatchObject([{ code: 'FS201', severity: 'warning' }])
    expect(spec).toBeDefined()
  })

  it('bytes that are no UTF-8', async () => {
    const { diagnostics } = await check(Uint8Array.from([...new TextEncoder().encode('project: '), 0xff, 0x0a]))
    expect(diagnostics).toMatchObject([{ code: 'FS105', severity: 'error' }])
  })
})

describe('environment variables', () => {
  it('an unset one is an error where it stands', async () => {
    expect(await places('project: fraud\nprovider: local\nregistry: ${REGISTRY_PATH}\n')).toEqual(['FS321 3:11'])
  })

  it('an unset one is a warning where that is asked for, and in the middle of a text', async () => {
    const unset = 'project: fraud\nprovider: local\nregistry: ${REGISTRY_PATH}\n'
    expect((await check(unset, { allowUnset: true })).diagnostics).toMatchObject([
      { code: 'FS321', severity: 'warning' },
    ])
    const { diagnostics } = await check(`${minimal}online_store: { type: mysql, password: pa$word }\n`)
    expect(diagnostics).toMatchObject([
      { code: 'FS321', severity: 'warning', line: 4 },
      { code: 'FS331', severity: 'warning', line: 4 },
    ])
  })

  it('the default form of the shell is an error', async () => {
    expect(await places('project: fraud\nprovider: local\nregistry: ${REGISTRY:-x.db}\n')).toEqual(['FS323 3:11'])
  })

  it('a value with line breaks is an error', async () => {
    const env = { PROVIDER: 'local\nonline_store: { type: redis }' }
    expect(await places('project: fraud\nprovider: $PROVIDER\nregistry: x.db\n', { env })).toEqual(['FS322 2:11'])
  })

  it('values are judged as Feast reads them', async () => {
    const text = `${minimal}entity_key_serialization_version: \${VERSION}\n`
    expect(await places(text, { env: { VERSION: '3' } })).toEqual([])
    const { diagnostics } = await check(text, { env: { VERSION: 'hunter2' } })
    expect(diagnostics).toMatchObject([{ code: 'FS203', line: 4, column: 35 }])
    expect(JSON.stringify(diagnostics)).not.toContain('hunter2')
  })

  it("one in a comment is nobody's business", async () => {
    expect(await places(`${minimal}# \${SOMETHING}\n`)).toEqual([])
  })
})

describe('secrets', () => {
  it.each([
    ['in its place', 'online_store: { type: mysql, password: hunter2, port: x }'],
    ['misspelt', 'online_store: { type: mysql, pasword: hunter2 }'],
    ['of a wrong type', 'online_store: { type: mysql, password: [hunter2] }'],
    ['at the top', 'password: hunter2'],
    ['in a URL', 'online_store: { type: remote, path: "http://user:hunter2@host", prt: 1 }'],
    ['in a file that is no YAML', 'online_store: {\n  password: hunter2\n  : ]'],
  ])('one %s is never shown', async (_, block) => {
    const { diagnostics } = await check(`${minimal}${block}\n`)
    expect(diagnostics.length).toBeGreaterThan(0)
    expect(JSON.stringify(diagnostics)).not.toContain('hunter2')
  })
})
