import { describe, expect, it } from 'vitest'
import schema from '../../../src/spec/schema/feast-0.67.0.json' with { type: 'json' }
import { checkSpec, type CheckOptions } from '../../../src/spec/check-spec.ts'
import { describeVariables } from '../../../src/spec/describe-variables.ts'
import { credentialsIn, looksSecret } from '../../../src/spec/secrets.ts'

const head = 'project: fraud\nregistry: data/registry.db\n'
const canary = 'hunter2Canary'

async function check(text: string, options: Partial<CheckOptions> = {}) {
  const input = { file: 'f', path: '/f', folder: '/', bytes: new TextEncoder().encode(text) }
  const result = await checkSpec(input, { env: {}, ...options })
  return { ...result, shown: JSON.stringify([result.diagnostics, result.variables, describeVariables(result)]) }
}

describe('a secret is never shown', () => {
  it.each([
    ['in a block', `online_store:\n  type: mysql\n  password: ${canary}\n  prt: 1`],
    ['in a flow map', `online_store: {type: mysql, password: ${canary}, prt: 1}`],
    ['misspelt', `online_store: {type: mysql, pasword: ${canary}}`],
    ['misspelt otherwise', `online_store: {type: mysql, db_passwrod: ${canary}}`],
    ['in camel case', `online_store: {type: mysql, dbPassword: ${canary}}`],
    ['as a number', 'online_store: {type: mysql, password: 8675309, port: x}'],
    ['as an octal number', 'online_store: {type: mysql, password: 08675309}'],
    ['in a list', `online_store: {type: mysql, password: [${canary}]}`],
    ['in a map', `online_store: {type: mysql, password: {value: ${canary}}}`],
    ['at the top', `password: ${canary}`],
    ['at the wrong level', `registry_password: {a: [{b: ${canary}}]}`],
    ['in a block scalar', `online_store:\n  type: mysql\n  password: |\n    ${canary}\n    more${canary}\n  prt: 1`],
    ['in a folded scalar', `online_store:\n  password: >-\n    one\n    ${canary}\n  type: mysq`],
    ['behind an anchor', `x: &pw ${canary}\nonline_store: {type: mysql, password: *pw}`],
    ['behind a merge', `x: &m {password: ${canary}}\nonline_store: {<<: *m, type: mysql, prt: 1}`],
    ['in a URL', `online_store: {type: remote, path: "http://u:${canary}@h", prt: 1}`],
    ['in a URL with odd signs', `online_store: {type: remote, path: "http://u:a@${canary}@h", prt: 1}`],
    ['in a connection string', `online_store: {type: redis, connection_string: "h:6379,password=${canary}", prt: 1}`],
    ['in a URL of the registry', `flags: {registry: "postgresql://u:${canary}@h/d"}`],
    [
      'in an environment',
      `batch_engine: {type: spark_application, image: i, env: [{name: DB_PASSWORD, value: ${canary}}], prt: 1}`,
    ],
    ['in a wrong word', `online_store: "mysql://u:${canary}@h"`],
    ['in a comment', `online_store: {type: mysql, prt: 1} # password: ${canary}`],
    ['with a dollar', `online_store: {type: mysql, password: pa$${canary}}`],
    ['with braces', `online_store: {type: mysql, password: "pa\${${canary}}"}`],
    ['as a default', `online_store: {type: mysql, password: "\${PW:-${canary}}"}`],
    [
      'in a hybrid store',
      `online_store: {type: hybrid, online_stores: [{type: mysql, conf: {pasword: ${canary}, password: [${canary}]}}]}`,
    ],
    ['in a file that is no YAML', `online_store: {\n  password: ${canary}\n  : ]`],
    ['in a flow map that is no YAML', `online_store: {type: mysql, password: ${canary}, : ]`],
    ['in a block scalar that is no YAML', `online_store:\n  password: |\n    ${canary}\n   x\n\t: ]`],
    ['in quotes that stay open', `online_store:\n  password: "${canary}\n  type: mysql`],
    ['on the line below', `online_store:\n  password:\n  ${canary}: : x\n  @`],
    ['with an at sign first', `online_store:\n  password: @${canary}`],
    ['twice', `online_store:\n  password: a\n  password: ${canary}`],
    ['with a bad tag', `online_store: {password: !env ${canary}}`],
  ])('%s', async (_, block) => {
    const { shown, diagnostics } = await check(`${head}${block}\n`)
    expect(diagnostics.length).toBeGreaterThan(0)
    expect(shown).not.toContain(canary)
    expect(shown).not.toContain('8675309')
  })

  it.each([
    ['project: ${NAME}\nregistry: x\n', `my-${canary}`],
    ['project: fraud\nregistry: x\nprovider: ${NAME}\n', canary],
    ['project: fraud\nregistry: x\nonline_store: ${NAME}\n', canary],
    ['project: fraud\nregistry: x\nonline_store: {type: "${NAME}"}\n', canary],
    ['project: fraud\nregistry: x\n${NAME}: 1\n', canary],
    ['project: fraud\nregistry: ${NAME}\n', `"${canary}`],
    ['project: fraud\nregistry: ${NAME}\n', `postgresql://${canary}`],
    ['project: fraud\nregistry: x\nspec: {requirements: ["${NAME}"]}\n', `-${canary}`],
    ['project: fraud\nregistry: x\nkind: ${NAME}\n', canary],
  ])('nor is the value of a variable: %s', async (text, value) => {
    const { shown, diagnostics } = await check(text, { env: { NAME: value } })
    expect(diagnostics.some(({ severity }) => severity === 'error')).toBe(true)
    expect(shown).not.toContain(canary)
  })
})

it('a password that is a common word does not take that word out of other messages', async () => {
  const { diagnostics } = await check(`${head}online_store:\n  type: mysql\n  password: redis\nofline_store: redis\n`)
  expect(diagnostics.map(({ message }) => message)).toContain('unknown key "ofline_store" in the spec')
  const other = await check(`${head}online_store:\n  type: mysql\n  password: redis\noffline_store: redis\n`)
  expect(other.diagnostics.find(({ code }) => code === 'FS206')?.message).toContain('"redis"')
})

describe('a literal secret is a warning with the fix', () => {
  it.each([
    [`online_store: {type: mysql, password: ${canary}}`, ['3:39 online_store.password']],
    [`online_store: {type: mysql, password: pre-\${X}}`, []],
    ['online_store: {type: mysql, password: "${X}"}', []],
    ['online_store: {type: mysql, password: $X}', []],
    ['online_store: {type: mysql, password: ""}', []],
    ['online_store: {type: mysql, password: null}', []],
    ['online_store: {type: redis, connection_string: "localhost:6379"}', []],
    ['online_store: {type: redis, connection_string: "h:6379,password=${X},db=0"}', []],
    [
      `online_store: {type: redis, connection_string: "h:6379,password=${canary}"}`,
      ['3:48 online_store.connection_string'],
    ],
    ['online_store: {type: mongodb, connection_string: "mongodb://h:27017"}', []],
    [
      `online_store: {type: mongodb, connection_string: "mongodb://u:${canary}@h"}`,
      ['3:50 online_store.connection_string'],
    ],
    ['openlineage: {enabled: false, transport_url: "http://u@h:5000/v1"}', []],
    ['auth: {type: oidc, token_env_var: TOKEN}', []],
    ['batch_engine: {type: k8s, image_pull_secrets: [pull]}', []],
    ['offline_store: {type: snowflake.offline, database: d, private_key: keys/k.p8}', []],
    [
      `batch_engine: {type: spark_application, image: i, spark_conf: {spark.hadoop.fs.s3a.secret.key: ${canary}}}`,
      ['3:96 batch_engine.spark_conf.spark.hadoop.fs.s3a.secret.key'],
    ],
  ])('%s', async (block, expected) => {
    const { diagnostics, shown } = await check(`${head}${block}\n`, { env: { X: 'value' } })
    const found = diagnostics.filter(({ code }) => code === 'FS331')
    expect(found.map(({ line, column, path }) => `${line}:${column} ${path}`)).toEqual(expected)
    expect(found.every(({ severity, hint }) => severity === 'warning' && hint?.includes('${'))).toBe(true)
    expect(shown).not.toContain(canary)
  })
})

interface Schema {
  readonly properties?: Readonly<Record<string, Schema>>
  readonly items?: Schema
  readonly 'x-secret'?: boolean
}

it("knows every secret key of Feast's schema by name, and takes no other for one", () => {
  const wrong: string[] = []
  const visit = (block: Schema, path: string) => {
    const keys = block.properties ?? block.items?.properties ?? {}
    for (const [name, key] of Object.entries(keys)) {
      if (looksSecret(name) !== (key['x-secret'] === true)) wrong.push(`${path}.${name}`)
      visit(key, `${path}.${name}`)
    }
  }
  visit(schema.root as Schema, 'root')
  for (const [component, { types }] of Object.entries(schema.components)) {
    for (const [type, entry] of Object.entries(types as Record<string, { readonly schema?: Schema }>))
      if (entry.schema) visit(entry.schema, `${component}.${type}`)
  }
  // These are judged by what stands in them: a URL may carry a password, Trino's block names its own secrets.
  expect(wrong.toSorted()).toEqual([
    'batch_engine.trino.auth.config',
    'batch_engine.trino.engine.auth.config',
    'offline_store.oracle.dsn',
    'offline_store.trino.auth.config',
    'registry.sql.path',
    'registry.sql.read_path',
  ])
})

it.each([
  ['postgresql://u:p@h', ['p']],
  ['postgresql://u:${P}@h', []],
  ['postgresql://u@h', []],
  ['h:1,password=p,db=0', ['p']],
  ['h:1,password=${P}', []],
  ['Server=h;PWD=p;Database=d', ['p']],
  ['DefaultEndpointsProtocol=https;AccountKey=abc==;x', ['abc==']],
  ['localhost:6379', []],
  ['http://h/a:b@c', []],
])('credentials in %s', (text, expected) => {
  expect(credentialsIn(text)).toEqual(expected)
})

it.each([
  ['secrets', (index: number) => `p${index}_token: A${index}`],
  ['variables', (index: number) => `p${index}: $A`],
  ['unknown keys', (index: number) => `k${index}: {k: v}`],
])('thousands of %s on one line take no time', async (_, entry) => {
  const line = `{project: a, registry: b, ${Array.from({ length: 10_000 }, (_item, index) => entry(index)).join(', ')}}`
  const start = performance.now()
  await check(line)
  expect(performance.now() - start).toBeLessThan(3000)
})
