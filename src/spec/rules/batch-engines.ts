import {
  isFilled,
  isMapping,
  numberOf,
  reportAt,
  textOf,
  type BlockRule,
  type Setting,
  type Store,
  type StoreRule,
} from './block.ts'
import { trinoAuth } from './offline-stores.ts'
import { didYouMean } from '../../diagnostics/suggest.ts'

/** `validate_python_udf_runtime_version` of SnowflakeComputeEngineConfig in …/snowflake/snowflake_engine.py. */
const snowflakeRuntime: BlockRule = (block, context) => {
  const version = textOf(block.settings.get('python_udf_runtime_version'))
  if (version === undefined || /^\p{Nd}+\.\p{Nd}+(\.\p{Nd}+)?$/u.test(version)) return
  reportAt(block, 'python_udf_runtime_version', context, {
    code: 'FS303',
    message: `${block.path}.python_udf_runtime_version is no version of Python`,
    why: 'Feast wants two or three numbers with dots between them',
    hint: 'write `python_udf_runtime_version: "3.11"`',
  })
}

/** `_validate_config` of SparkApplicationComputeEngineConfig in …/spark_application/config.py. */
const sparkEnvironment: BlockRule = (block, context) => {
  const staging = block.settings.get('staging_location')
  if (isFilled(staging)) {
    reportAt(block, 'staging_location', context, {
      severity: 'warning',
      code: 'FS311',
      message: `${block.path}.staging_location has no effect`,
      why: 'the engine materializes only, and Feast stages nothing for that',
      hint: 'remove staging_location',
    })
  }
  const env = block.settings.get('env')
  if (env === undefined || env.node.kind !== 'seq' || !Array.isArray(env.value)) return
  const entries: readonly unknown[] = env.value
  for (const [index, item] of env.node.items.entries()) {
    const entry = entries[index]
    if (!isMapping(entry)) continue
    const missing = !('name' in entry) ? 'name' : 'value' in entry || 'valueFrom' in entry ? undefined : 'value'
    if (missing === undefined) continue
    context.report.add(item.span, {
      code: 'FS302',
      message: `${block.path}.env.${index} has no ${missing === 'name' ? 'name' : 'value or valueFrom'}`,
      why: 'each entry is an EnvVar of Kubernetes, and Feast refuses an incomplete one',
      hint: missing === 'name' ? 'add `name: …`' : 'add `value: …`, or `valueFrom: …` for a Secret',
      path: `${block.path}.env.${index}`,
    })
  }
}

/** `_materialize_one` in …/kubernetes/k8s_engine.py. */
const jobBatchSize: BlockRule = (block, context) => {
  const setting = block.settings.get('job_batch_size')
  const size = setting?.isKnown ? numberOf(setting.value) : undefined
  if (size === undefined || size >= 1) return
  reportAt(block, 'job_batch_size', context, {
    severity: 'warning',
    code: 'FS303',
    message: `${block.path}.job_batch_size must be above 0`,
    why: 'Feast fails on every materialization',
    hint: 'write `job_batch_size: 100`, or remove it',
  })
}

/** `BackendFactory.from_name` in feast/infra/compute_engines/backends/factory.py, called when the engine is made. */
const localBackend: BlockRule = (block, context) => {
  const word = textOf(block.settings.get('backend'))
  const known = ['pandas', 'polars']
  if (word === undefined || word === '' || known.includes(word)) return
  reportAt(block, 'backend', context, {
    code: 'FS303',
    message: `${block.path}.backend is none that Feast has${didYouMean(word, known)}`,
    why: `it has ${known.join(' and ')}, and fails when it makes the engine, at apply already`,
    hint: 'write `backend: pandas`, or remove it',
  })
}

export const batchEngineRules: Readonly<Record<string, readonly BlockRule[]>> = {
  'batch_engine.snowflake.engine': [snowflakeRuntime],
  'batch_engine.spark_application': [sparkEnvironment],
  'batch_engine.k8s': [jobBatchSize],
  'batch_engine.local': [localBackend],
  'batch_engine.trino': [trinoAuth],
  'batch_engine.trino.engine': [trinoAuth],
}

/**
 * Engines whose workers read what the offline store exports, and the settings that an export needs: `to_remote_storage`
 * of the retrieval jobs in feast/infra/offline_stores. Stores that are not listed cannot export.
 */
const exports: Readonly<Record<string, readonly string[]>> = {
  bigquery: ['gcs_staging_location'],
  duckdb: ['staging_location'],
  redshift: ['s3_staging_location'],
  'snowflake.offline': ['blob_export_location', 'storage_integration_name'],
  spark: ['staging_location'],
  ray: [],
}

/** Whether the batch engine can work with the offline store at all. */
export const engineFitsStore: StoreRule = ({ blocks, context }: Store) => {
  const { batch_engine: engine, offline_store: offline } = blocks
  if (engine === undefined || offline === undefined || offline.type.includes('OfflineStore')) return
  // `__init__` of SnowflakeComputeEngine asserts it, whenever Feast makes the engine: at apply already.
  if (engine.type === 'snowflake.engine' && offline.type !== 'snowflake.offline') {
    reportAt(engine, 'type', context, {
      code: 'FS305',
      message: `the batch engine snowflake.engine does not work with the offline store ${offline.type}`,
      why: 'Feast makes the engine only for snowflake.offline, and fails at apply',
      hint: 'write `offline_store: { type: snowflake.offline, … }`, or another batch_engine',
    })
  }
  // `__init__` and `_materialize_one` in feast/infra/compute_engines/trino/compute.py.
  if (engine.type.startsWith('trino') && offline.type !== 'trino') {
    const missing = ['host', 'catalog', 'user'].filter((name) => !isFilled(engine.settings.get(name)))
    if (missing.length > 0) {
      reportAt(engine, 'type', context, {
        severity: 'warning',
        code: 'FS305',
        message: `the batch engine ${engine.type} has no ${missing.join(', ')}`,
        why: `it takes them from a Trino offline store, and this one is ${offline.type}; materialization would fail`,
        hint: `add ${missing.join(', ')} to batch_engine`,
      })
    }
  }
  // `offline_job.to_remote_storage()` in k8s_engine.py and lambda_engine.py.
  if (engine.type === 'k8s' || engine.type === 'lambda') {
    const needed = Object.hasOwn(exports, offline.type) ? exports[offline.type] : undefined
    const missing = needed?.filter((name) => !isFilled(offline.settings.get(name)))
    if (missing?.length === 0) return
    reportAt(engine, 'type', context, {
      severity: 'warning',
      code: 'FS305',
      message:
        missing === undefined
          ? `the batch engine ${engine.type} cannot read from the offline store ${offline.type}`
          : `the batch engine ${engine.type} needs ${missing.join(' and ')} of the offline store`,
      why: 'its workers read what the offline store exports to remote storage; materialization would fail',
      hint:
        missing === undefined
          ? `the offline stores that can export are ${Object.keys(exports).join(', ')}`
          : `add ${missing.join(' and ')} to offline_store`,
    })
  }
}

/** `MaterializationConfig` in feast/repo_config.py says which engines look at the size. */
export const writeBatchSize: StoreRule = ({ root, blocks, context }: Store) => {
  const engine = blocks.batch_engine
  const materialization = root.get('materialization')
  if (engine === undefined || materialization?.node.kind !== 'map') return
  const entry = materialization.node.entries.find(({ name }) => name === 'online_write_batch_size')
  if (entry === undefined || isNull(entry.value) || ['local', 'spark.engine', 'ray.engine'].includes(engine.type))
    return
  context.report.add(entry.key.span, {
    severity: 'warning',
    code: 'FS311',
    message: `materialization.online_write_batch_size has no effect with the batch engine ${engine.type}`,
    why: 'only local, spark.engine and ray.engine write in batches',
    hint: 'remove it',
    path: 'materialization.online_write_batch_size',
  })
}

function isNull(node: Setting['node']): boolean {
  return node.kind === 'scalar' && node.value === null
}
