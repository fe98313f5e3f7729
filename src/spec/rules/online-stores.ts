import { innerSettings, isFilled, isGiven, numberOf, reportAt, textOf, type Block, type BlockRule } from './block.ts'
import type { CheckContext } from '../check-context.ts'

/** `validate_varchar_max_length` of MilvusOnlineStoreConfig in …/milvus_online_store/milvus.py. */
const milvusText: BlockRule = (block, context) => {
  const setting = block.settings.get('varchar_max_length')
  const length = setting?.isKnown ? numberOf(setting.value) : undefined
  if (length === undefined || (length >= 1 && length <= 65_535)) return
  reportAt(block, 'varchar_max_length', context, {
    code: 'FS303',
    message: `${block.path}.varchar_max_length must be between 1 and 65535`,
    why: 'Milvus holds no longer texts, and Feast refuses the value',
    hint: 'write `varchar_max_length: 65535`, or remove it',
  })
}

/** `_glide_client_config` in feast/infra/online_stores/redis.py: raised on the first read. */
const redisGlide: BlockRule = (block, context) => {
  if (textOf(block.settings.get('client')) !== 'glide') return
  if (textOf(block.settings.get('redis_type')) !== 'redis_sentinel') return
  reportAt(block, 'client', context, {
    severity: 'warning',
    code: 'FS302',
    message: `${block.path}: client glide cannot talk to Redis Sentinel`,
    why: 'Feast fails on the first read',
    hint: 'write `client: redis`',
  })
}

/** Redis addresses are `host:port`, not URLs: `_parse_connection_string` in feast/infra/online_stores/redis.py. */
const redisAddress: BlockRule = (block, context) => {
  const text = textOf(block.settings.get('connection_string'))
  if (text === undefined || !/^rediss?:\/\//i.test(text)) return
  reportAt(block, 'connection_string', context, {
    severity: 'warning',
    code: 'FS303',
    message: `${block.path}.connection_string is a URL`,
    why: 'Feast cuts the text at commas and colons, so the scheme would become the name of the host',
    hint: 'write `host:6379,ssl=true,password=${REDIS_PASSWORD}`',
  })
}

/**
 * `online_write_batch` in …/mysql_online_store/mysql.py reads `bacth_size`, which its class does not have, and
 * serializes keys in version 2, which Feast has removed.
 */
const mysqlBatch: BlockRule = (block, context) => {
  const setting = block.settings.get('batch_write')
  if (!setting?.isKnown || setting.value !== true) return
  reportAt(block, 'batch_write', context, {
    severity: 'warning',
    code: 'FS311',
    message: `${block.path}.batch_write does not work in Feast ${context.catalog.feastVersion}`,
    why: 'Feast reads a misspelt setting there and fails on every write',
    hint: 'remove batch_write',
  })
}

/** `_get_session` in the modules of cassandra and scylladb, raised on the first use. */
const cassandraLogin: BlockRule = (block, context) => {
  bothOrNone(block, 'username', 'password', context)
}

const cassandraHosts: BlockRule = (block, context) => {
  const { settings } = block
  const has = (name: string) => isFilled(settings.get(name))
  const datacenters = settings.get('datacenters')
  const finding = { code: 'FS302', why: 'Feast fails on the first use of the store' } as const
  if (isGiven(datacenters)) {
    if (!isFilled(datacenters)) {
      reportAt(block, 'datacenters', context, {
        ...finding,
        severity: 'warning',
        message: `${block.path}.datacenters is empty`,
        hint: 'name at least one datacenter, or remove the key and write hosts',
      })
    }
    const other = ['hosts', 'secure_bundle_path'].find(has)
    if (other !== undefined) {
      reportAt(block, other, context, {
        ...finding,
        severity: 'warning',
        message: `${block.path} has both datacenters and ${other}`,
        hint: `remove ${other}: each datacenter names its own hosts`,
      })
    }
    return
  }
  if (has('hosts') && has('secure_bundle_path')) {
    reportAt(block, 'secure_bundle_path', context, {
      ...finding,
      severity: 'warning',
      message: `${block.path} has both hosts and secure_bundle_path`,
      hint: 'keep hosts for Cassandra, or secure_bundle_path for Astra DB',
    })
  } else if (!has('hosts') && !has('secure_bundle_path')) {
    reportAt(block, undefined, context, {
      ...finding,
      severity: 'warning',
      message: `${block.path} names no host`,
      hint:
        block.type === 'scylladb'
          ? 'add `hosts: [ … ]`'
          : 'add `hosts: [ … ]`, or secure_bundle_path for Astra DB, or datacenters',
    })
  }
}

/** The policies that `_get_session` of …/cassandra_online_store/cassandra_online_store.py knows. */
const cassandraPolicy: BlockRule = (block, context) => {
  const balancing = innerSettings(block.settings.get('load_balancing'), context)
  const policy = balancing?.get('load_balancing_policy')
  const word = textOf(policy)
  const known = ['DCAwareRoundRobinPolicy', 'TokenAwarePolicy(DCAwareRoundRobinPolicy)']
  if (policy === undefined || word === undefined || known.includes(word)) return
  context.report.add(policy.node.span, {
    severity: 'warning',
    code: 'FS303',
    message: `${block.path}: Feast knows no such load balancing policy`,
    why: `it knows ${known.join(' and ')}, and fails on the first use of the store`,
    hint: `write \`load_balancing_policy: ${known[1]}\``,
    path: `${block.path}.load_balancing.load_balancing_policy`,
  })
}

/** `_get_client` in …/aerospike_online_store/aerospike.py. */
const aerospikeLogin: BlockRule = (block, context) => {
  if (!isFilled(block.settings.get('user')) || isGiven(block.settings.get('password'))) return
  reportAt(block, 'user', context, {
    severity: 'warning',
    code: 'FS302',
    message: `${block.path} has a user but no password`,
    why: 'Feast fails on the first use of the store',
    hint: 'add `password: ${AEROSPIKE_PASSWORD}`',
  })
}

function bothOrNone(block: Block, one: string, other: string, context: CheckContext): void {
  const given = [one, other].filter((name) => isGiven(block.settings.get(name)))
  if (given.length !== 1) return
  const missing = given[0] === one ? other : one
  reportAt(block, given[0], context, {
    severity: 'warning',
    code: 'FS302',
    message: `${block.path} has ${given[0]} but no ${missing}`,
    why: 'Feast fails on the first use of the store',
    hint: `add \`${missing}: …\`, or remove ${given[0]}`,
  })
}

export const onlineStoreRules: Readonly<Record<string, readonly BlockRule[]>> = {
  'online_store.milvus': [milvusText],
  'online_store.redis': [redisGlide, redisAddress],
  'online_store.mysql': [mysqlBatch],
  'online_store.cassandra': [cassandraLogin, cassandraHosts, cassandraPolicy],
  'online_store.scylladb': [cassandraLogin, cassandraHosts],
  'online_store.aerospike': [aerospikeLogin],
}
