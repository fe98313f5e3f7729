import { Random } from '../yaml/random.ts'
import { fullRoot, minimalSettings } from '../schema/minimal-settings.ts'
import { mutated, treeOf, written, type Tree } from './mutations.ts'

/** Good specs as data: every type of every component, and a few with more in them. */
const bases: readonly unknown[] = [
  { ...fullRoot },
  ...Object.entries(minimalSettings).map(([name, settings]) => {
    const component = name.slice(0, name.indexOf('.'))
    const type = name.slice(component.length + 1).replace('oidc_client', 'oidc')
    const block = { [component === 'registry' ? 'registry_type' : 'type']: type, ...settings }
    return { project: 'fraud', provider: 'local', registry: 'data/registry.db', [component]: block }
  }),
  { project: 'fraud', registry: 'r.db', online_store: 'redis', offline_store: 'duckdb', batch_engine: 'local' },
  { project: 'fraud', registry: 'r.db', feature_server: { metrics: { enabled: true, feature_count_bins: [1, 5] } } },
  {
    project: 'fraud',
    registry: 'r.db',
    auth: { type: 'oidc', client_secret: 's', auth_discovery_url: 'u', client_id: 'c' },
  },
  {
    project: 'fraud',
    registry: 'r.db',
    online_store: { type: 'milvus', varchar_max_length: 5, token: 't', index_params: { M: 16 } },
  },
  {
    project: 'fraud',
    registry: 'r.db',
    online_store: { type: 'hybrid', online_stores: [{ type: 'redis', conf: { key_ttl_seconds: 5 } }] },
  },
  {
    project: 'fraud',
    registry: 'r.db',
    offline_store: { type: 'hybrid', offline_stores: [{ type: 'bigquery', conf: { dataset: 'd' } }] },
  },
  {
    project: 'fraud',
    registry: { path: 'r.db', cache_ttl_seconds: 60, mcp: { enabled: true }, s3_additional_kwargs: { a: 'b' } },
  },
  {
    project: 'fraud',
    registry: 'r.db',
    batch_engine: {
      type: 'spark_application',
      image: 'i',
      env: [{ name: 'A', value: 'b' }],
      labels: { a: 'b' },
      driver_cores: 2,
    },
  },
]

/** Keys to put where they do not belong. */
const names = [
  ...new Set([...Object.keys(fullRoot), ...Object.values(minimalSettings).flatMap(Object.keys), 'type', 'flags']),
]

/** Files without end, the same for the same seed. */
export function* mutants(seed: number): Generator<string> {
  const random = new Random(seed)
  const trees: readonly Tree[] = bases.map(treeOf)
  for (;;) yield written(mutated(random.pick(trees), random, names))
}
