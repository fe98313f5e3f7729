import { readFile } from 'node:fs/promises'
import { describe, expect, test } from 'vitest'
import { schemaFile, schemaVersions } from '../../../scripts/generate-schema.mjs'

interface Schema {
  readonly properties?: Readonly<Record<string, Schema>>
  readonly items?: Schema
  readonly additionalProperties?: boolean | Schema
  readonly description?: string
  readonly default?: unknown
  readonly 'x-secret'?: boolean
}

interface TypeEntry {
  readonly extras: readonly string[]
  readonly schema?: Schema
}

interface Document {
  readonly root: Schema
  readonly validators: readonly string[]
  readonly components: Readonly<Record<string, { readonly types: Readonly<Record<string, TypeEntry>> }>>
}

/** Every pydantic validator of Feast's config classes, and what becomes of its rule here. */
const VALIDATORS: Readonly<Record<string, 'hand-written' | 'in the schema' | 'warns only' | 'rewrites the value'>> = {
  'feast.infra.compute_engines.snowflake.snowflake_engine.SnowflakeComputeEngineConfig.validate_python_udf_runtime_version':
    'hand-written',
  'feast.infra.compute_engines.spark_application.config.SparkApplicationComputeEngineConfig._validate_config':
    'hand-written',
  'feast.infra.feature_servers.base_config.MetricsConfig.validate_feature_count_bins': 'hand-written',
  'feast.infra.offline_stores.bigquery.BigQueryOfflineStoreConfig.project_id_exists': 'hand-written',
  'feast.infra.offline_stores.contrib.oracle_offline_store.oracle.OracleOfflineStoreConfig._validate_connection_params':
    'hand-written',
  'feast.infra.offline_stores.contrib.trino_offline_store.trino.AuthConfig.config_only_nullable_for_oauth2':
    'hand-written',
  'feast.infra.offline_stores.redshift.RedshiftOfflineStoreConfig.require_cluster_and_user_or_workgroup':
    'hand-written',
  'feast.infra.online_stores.milvus_online_store.milvus.MilvusOnlineStoreConfig.validate_varchar_max_length':
    'hand-written',
  'feast.infra.registry.sql.SqlRegistryConfig.validate_read_path': 'rewrites the value',
  'feast.permissions.auth_model.OidcClientAuthConfig._validate_credentials': 'hand-written',
  'feast.repo_config.RegistryConfig._warn_on_unsafe_serve_while_materializing': 'warns only',
  'feast.repo_config.RegistryConfig.validate_path': 'rewrites the value',
  'feast.repo_config.RepoConfig._validate_auth_config': 'in the schema',
  'feast.repo_config.RepoConfig._validate_feature_server_config': 'in the schema',
  'feast.repo_config.RepoConfig._validate_flags': 'warns only',
  'feast.repo_config.RepoConfig._validate_offline_store_config': 'in the schema',
  'feast.repo_config.RepoConfig._validate_online_store_config': 'in the schema',
  'feast.repo_config.RepoConfig._validate_project_name': 'hand-written',
}

const documents = await Promise.all(
  (await schemaVersions()).map(async (version) => {
    const document: Document = JSON.parse(await readFile(schemaFile(version), 'utf8'))
    return { version, document, keys: allKeys(document) }
  }),
)

describe.each(documents)('the schema file of Feast $version', ({ document, keys }) => {
  const key = (path: string) => keys.get(path) ?? {}

  test('every validator of Feast is known', () => {
    expect(document.validators.filter((name) => !(name in VALIDATORS))).toEqual([])
  })

  test.each([
    'online_store.redis.connection_string',
    'auth.oidc_client.token',
    'online_store.aerospike.password',
    'online_store.qdrant.api_key',
    'online_store.hazelcast.discovery_token',
    'online_store.snowflake.online.private_key_content',
    'online_store.snowflake.online.private_key_passphrase',
    'offline_store.mssql.connection_string',
    'offline_store.trino.x-trino-extra-credential-header',
    'offline_store.trino.auth.config',
    'registry.sql.path',
    'auth.kubernetes.user_token',
    'auth.oidc_client.client_secret',
    'root.openlineage.consumer.api_key',
  ])('%s is secret', (path) => {
    expect(key(path)['x-secret']).toBe(true)
  })

  test.each([
    'online_store.redis.key_ttl_seconds',
    'online_store.snowflake.online.private_key',
    'online_store.cassandra.secure_bundle_path',
    'online_store.hazelcast.ssl_keyfile_path',
    'offline_store.postgres.sslkey_path',
    'registry.file.path',
    'registry.remote.client_key',
    'auth.oidc_client.token_env_var',
    'auth.oidc_client.token_refresh_margin_seconds',
    'auth.oidc.jwks_cache_lifespan_seconds',
    'batch_engine.k8s.image_pull_secrets',
  ])('%s is no secret', (path) => {
    expect(keys.has(path)).toBe(true)
    expect(key(path)).not.toHaveProperty('x-secret')
  })

  test('no default or description holds a password or this machine', () => {
    const texts = [...keys.values()].map(({ description, default: value }) => JSON.stringify([description, value]))
    expect(texts.filter((text) => /:\/\/[^/\s"]*:[^/\s"]*@/.test(text) && !text.includes('USER:PASSWORD@'))).toEqual([])
    expect(texts.filter((text) => /yourStrong|"\/(?:root|home|Users)\//.test(text))).toEqual([])
    expect(key('offline_store.mssql.connection_string')).not.toHaveProperty('default')
    expect(key('online_store.snowflake.online.config_path').default).toBe('~/.snowsql/config')
  })

  test('a key is called what the file must say', () => {
    expect(key('offline_store.trino.http-scheme').default).toBe('http')
    expect(keys.has('offline_store.trino.http_scheme')).toBe(false)
    expect(key('online_store.snowflake.online.schema').default).toBe('PUBLIC')
  })

  test('a description comes from wherever Feast wrote it', () => {
    const described: Readonly<Record<string, string>> = {
      'online_store.redis.sentinel_master': "Sentinel's master name",
      'root.coerce_tz_aware': 'If True, coerces entity_df timestamp columns',
      'online_store.sqlite.vector_enabled': 'Whether to enable the online store for vector similarity search',
      'auth.oidc.jwks_request_timeout_seconds': 'Network timeout for the JWKS fetch',
      'online_store.hybrid.online_stores': 'A list of OnlineStoresWithConfig',
    }
    for (const [path, text] of Object.entries(described)) expect(key(path).description, path).toContain(text)
  })

  test.each([
    ['online_store', 'sqlite', []],
    ['online_store', 'redis', ['redis']],
    ['online_store', 'dynamodb', ['aws']],
    ['online_store', 'bigtable', ['gcp']],
    ['online_store', 'postgres', ['postgres']],
    ['online_store', 'scylladb', ['scylladb']],
    ['offline_store', 'bigquery', ['gcp']],
    ['offline_store', 'clickhouse', ['clickhouse', 'postgres']], // its module imports the one of postgres
    ['offline_store', 'duckdb', ['duckdb']],
    ['offline_store', 'mssql', ['mssql']],
    ['offline_store', 'snowflake.offline', ['snowflake']],
    ['batch_engine', 'k8s', ['k8s']],
    ['batch_engine', 'lambda', ['aws']],
    ['batch_engine', 'flink.engine', ['flink']],
    ['registry', 'sql', []],
    ['registry', 'remote', ['remote']],
    ['auth', 'kubernetes', ['k8s']],
    ['feature_server', 'mcp', ['mcp']],
    ['provider', 'unity_catalog', ['iceberg']],
  ])('%s %s needs the extras %j', (component, word, extras) => {
    expect(document.components[component]?.types[word]?.extras).toEqual(extras)
  })

  test('every block refuses unknown keys', () => {
    const open = [...keys].filter(([, schema]) => schema.properties && schema.additionalProperties !== false)
    expect(open.map(([path]) => path)).toEqual([])
  })
})

/** Every block and key of a document, by its dotted path. */
function allKeys({ root, components }: Document): Map<string, Schema> {
  const found = new Map<string, Schema>()
  const add = (path: string, schema: Schema) => {
    found.set(path, schema)
    const block = schema.properties ? schema : schema.items
    for (const [name, inner] of Object.entries(block?.properties ?? {})) add(`${path}.${name}`, inner)
  }
  add('root', root)
  for (const [component, { types }] of Object.entries(components)) {
    for (const [word, { schema }] of Object.entries(types)) if (schema) add(`${component}.${word}`, schema)
  }
  return found
}
