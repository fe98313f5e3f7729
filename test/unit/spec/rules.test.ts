import { describe, expect, it } from 'vitest'
import { checkSpec, type CheckOptions } from '../../../src/spec/check-spec.ts'

const head = 'project: fraud\nregistry: data/registry.db\n'

/** `severity code line:column` of each diagnostic, for what stands below {@link head}. */
async function found(block: string, options: Partial<CheckOptions> = {}, top = head): Promise<string[]> {
  const bytes = new TextEncoder().encode(`${top}${block}\n`)
  const input = { file: 'feature_store.yaml', path: '/repo/feature_store.yaml', folder: '/repo', bytes }
  const { diagnostics } = await checkSpec(input, { env: {}, ...options })
  return diagnostics.map(({ severity, code, line, column }) => `${severity} ${code} ${line}:${column}`)
}

describe('what Feast refuses is an error at the key or value', () => {
  it.each([
    ['offline_store: {type: bigquery, billing_project_id: b}', 'error FS302 3:53'],
    ['offline_store: {type: oracle, user: u, password: "${P}", dsn: d, sid: s}', 'error FS302 3:63'],
    ['online_store: {type: milvus, varchar_max_length: 0}', 'error FS303 3:50'],
    ['feature_server: {metrics: {feature_count_bins: [5, 1]}}', 'error FS303 3:48'],
    ['auth: {type: oidc, client_id: c}', 'error FS302 3:31'],
    ['batch_engine: {type: snowflake.engine, database: d}', 'error FS305 3:22'],
    ['online_store: redis\nbatch_engine: {type: spark_application, image: i, env: [{name: A}]}', 'error FS302 4:57'],
    ['batch_engine: {type: local, backend: panda}', 'error FS303 3:38'],
    ['entity_key_serialization_version: 2', 'error FS306 3:35'],
    ['online_store: {type: hybrid, online_stores: [{type: snowflake.online, conf: {}}]}', 'error FS307 3:53'],
    ['online_store: {type: hybrid, online_stores: [{type: redis, conf: {typo: 1}}]}', 'error FS201 3:67'],
    [
      'online_store: {type: hybrid, online_stores: [{type: milvus, conf: {varchar_max_length: 0}}]}',
      'error FS303 3:88',
    ],
  ])('%s', async (block, expected) => {
    expect(await found(block, { env: { P: 'x' } })).toEqual([expected])
  })

  it.each([
    ['postgresql://h/db', 'error FS304 2:11'],
    ['azure://c/r.db', 'error FS304 2:11'],
    ['""', 'error FS304 2:11'],
    ['{registry_type: sql, path: r.db}', 'error FS304 2:38'],
    ['{registry_type: sql, path: "postgres://h/db"}', 'error FS304 2:38'],
    ['{registry_type: remote, path: "h:1", cert: c, client_key: k}', 'error FS302 2:69'],
    ['{path: r.db, registry_store_type: S3}', 'error FS304 2:45'],
  ])('registry: %s', async (registry, expected) => {
    expect(await found('', {}, `project: fraud\nregistry: ${registry}`)).toEqual([expected])
  })
})

describe('what fails later, or does nothing, is a warning', () => {
  it.each([
    ['online_store: {type: redis, client: glide, redis_type: redis_sentinel}', 'FS302 3:37'],
    ['online_store: {type: redis, connection_string: "redis://h"}', 'FS303 3:48'],
    ['online_store: {type: mysql, batch_write: true}', 'FS311 3:42'],
    ['online_store: {type: cassandra, hosts: [h], username: u}', 'FS302 3:55'],
    ['online_store: {type: cassandra}', 'FS302 3:1'],
    ['online_store: {type: cassandra, hosts: [h], load_balancing: {load_balancing_policy: x}}', 'FS303 3:85'],
    ['online_store: {type: aerospike, hosts: [[h, 3000]], user: u}', 'FS302 3:59'],
    ['batch_engine: trino.engine', 'FS305 3:1'],
    ['feature_server: {type: mcp}', 'FS311 3:24'],
    ['feature_server: {offline_push_batching_enabled: true}', 'FS311 3:49'],
    ['entity_key_serialization_version: 4', 'FS306 3:35'],
    ['provider: aws', 'FS308 3:11'],
    ['flags: {a: true}', 'FS309 3:1'],
    ['batch_engine_config: local', 'FS309 3:1'],
    ['embedding_model: {provider: openai, model: m}', 'FS303 3:29'],
    ['openlineage: {enabled: true, transport_type: http}', 'FS302 3:46'],
    ['online_store: {type: remote, path: "http://h:6566"}', 'FS310 2:11'],
    ['materialization: {online_write_batch_size: 5}\nbatch_engine: flink.engine', 'FS311 3:19'],
  ])('%s', async (block, expected) => {
    expect(await found(block)).toEqual([`warning ${expected}`])
  })

  it('files of one machine, where several would need them', async () => {
    expect(await found('batch_engine: {type: k8s}\noffline_store: {type: redshift}')).toContain('warning FS310 3:1')
    expect(await found('online_store: {type: redis}', { place: 'kubernetes' })).toEqual(['warning FS310 2:11'])
    expect(await found('', { place: 'kubernetes' })).toContain('warning FS310 2:11')
    expect(await found('online_store: {type: redis}')).toEqual([])
  })

  it('an engine whose workers cannot read the store', async () => {
    expect(await found('online_store: redis\nbatch_engine: {type: k8s}')).toEqual(['warning FS305 4:22'])
    const bigquery = 'online_store: redis\nbatch_engine: {type: k8s}\noffline_store: {type: bigquery'
    expect(await found(`${bigquery}}`)).toEqual(['warning FS305 4:22'])
    expect(await found(`${bigquery}, gcs_staging_location: "gs://b"}`)).toEqual([])
  })
})

describe('what is not known is not judged', () => {
  it.each([
    'offline_store: {type: bigquery, project_id: "${X}", billing_project_id: b}',
    'online_store: {type: milvus, varchar_max_length: "${X}"}',
    'auth: {type: oidc, client_id: c, client_secret: "${X}", auth_discovery_url: u}',
  ])('%s', async (block) => {
    expect(await found(block, { allowUnset: true })).toEqual([expect.stringMatching(/^warning FS321/)])
  })
})

describe('a key at the wrong level', () => {
  it.each([
    ['connection_string: localhost:6379\nonline_store: {type: redis}', 'online_store'],
    ['cache_ttl_seconds: 5', 'registry'],
    ['online_store: {type: redis, provider: local}', 'the top of the file'],
    ['feature_server: {type: local, feature_count_bins: [1]}', 'feature_server.metrics'],
    ['watermark_key: w', 'mlflow.dataset_sync'],
    ['no_such_key_at_all: w', undefined],
  ])('%s', async (block, place) => {
    const bytes = new TextEncoder().encode(`${head}${block}\n`)
    const { diagnostics } = await checkSpec({ file: 'f', path: '/f', folder: '/', bytes }, { env: {} })
    const [first] = diagnostics
    expect(first?.code).toBe('FS201')
    if (place === undefined) expect(first?.hint).not.toContain(': move it')
    else expect(first?.hint).toBe(`it is a key of ${place}: move it there`)
  })

  it('knows the keys inside blocks', async () => {
    const bytes = new TextEncoder().encode(`${head}feature_server: {metrics: {enabld: true}}\n`)
    const { diagnostics } = await checkSpec({ file: 'f', path: '/f', folder: '/', bytes }, { env: {} })
    expect(diagnostics).toMatchObject([
      { code: 'FS201', path: 'feature_server.metrics.enabld', hint: 'did you mean "enabled"?' },
    ])
  })
})

describe('numbers as Python has them', () => {
  it.each([
    ['entity_key_serialization_version: 3.0', ['error FS203 3:35']],
    ['materialization: {online_write_batch_size: 5.0}', []],
    ['materialization: {online_write_batch_size: .inf}', ['error FS203 3:44']],
    ['batch_engine: 99999999999999999999', ['error FS203 3:15']],
    ['online_store: {type: redis, key_ttl_seconds: 99999999999999999999}', []],
    ['mlflow: {retry_backoff_factor: .inf}', []],
    ['materialization: {online_write_batch_size: "0"}', ['error FS203 3:44']],
    ['materialization: {online_write_batch_size: false}', ['error FS203 3:44']],
    ['materialization: {online_write_batch_size: "5"}', []],
  ])('%s', async (block, expected) => {
    expect(await found(block)).toEqual(expected)
  })

  it('checks many files at once as it does one by one', async () => {
    const blocks = Array.from({ length: 30 }, (_, index) => `online_store: {type: redis, typo${index}: 1}`)
    expect(await Promise.all(blocks.map((block) => found(block)))).toEqual(blocks.map(() => ['error FS201 3:29']))
  })
})
