import { isFilled, reportAt, textOf, type Block, type BlockRule } from './block.ts'
import type { CheckContext } from '../check-context.ts'

/** The keys of REGISTRY_STORE_CLASS_FOR_SCHEME in feast/infra/registry/registry.py. */
const fileSchemes = ['gs', 's3', 'file', 'hdfs']
/** Its short names for the classes: REGISTRY_STORE_CLASS_FOR_TYPE. */
const storeTypes = [
  'GCSRegistryStore',
  'S3RegistryStore',
  'FileRegistryStore',
  'AzureRegistryStore',
  'HDFSRegistryStore',
]

/** Databases that people keep a registry in; SQLAlchemy knows the dialects. */
const databases = ['postgresql', 'postgres', 'mysql', 'mariadb', 'sqlite', 'oracle', 'mssql', 'snowflake']

/** The scheme of a path, as Python's `urlparse` sees it: empty for a plain path and for a Windows drive. */
export function schemeOf(path: string): string {
  const scheme = /^([a-z][a-z0-9+.-]*):/i.exec(path.trimStart())?.[1]?.toLowerCase() ?? ''
  return scheme.length === 1 && /^.:[\\/]/.test(path) ? '' : scheme
}

/** `Registry.__init__` and `get_registry_store_class_from_*` in feast/infra/registry/registry.py. */
const filePath: BlockRule = (block, context) => {
  const storeType = textOf(block.settings.get('registry_store_type'))
  if (storeType !== undefined) checkStoreType(block, storeType, context)
  if (lacksPath(block, context)) return
  const path = textOf(block.settings.get('path'))
  if (path === undefined || storeType !== undefined) return
  const scheme = schemeOf(path)
  if (scheme === 'file') {
    reportAt(block, 'path', context, {
      severity: 'warning',
      code: 'FS304',
      message: 'Feast does not read file: as a URL',
      why: 'it would make a folder named "file:" in the repository',
      hint: 'write the plain path, such as `data/registry.db`',
    })
    return
  }
  if (scheme === '' || fileSchemes.includes(scheme)) return
  const isDatabase = databases.includes(scheme.split('+')[0] ?? '')
  reportAt(block, 'path', context, {
    code: 'FS304',
    message: `a registry of type file cannot be at ${scheme}:`,
    why: `Feast takes a path, or ${fileSchemes.filter((one) => one !== 'file').join(', ')}; it stops at the first command`,
    hint: isDatabase
      ? 'write `registry: { registry_type: sql, path: … }`'
      : scheme === 'http' || scheme === 'https'
        ? 'for Azure add `registry_store_type: AzureRegistryStore`; for a registry server write `registry: { registry_type: remote, path: host:port }`'
        : 'write a path such as `data/registry.db`, or `s3://bucket/registry.db`',
  })
}

function checkStoreType(block: Block, storeType: string, context: CheckContext): void {
  if (storeTypes.includes(storeType) || (storeType.includes('.') && storeType.endsWith('RegistryStore'))) return
  reportAt(block, 'registry_store_type', context, {
    code: 'FS304',
    message: 'Feast has no such registry_store_type',
    why: `it has ${storeTypes.join(', ')}`,
    hint: 'write one of these words, or the path of a class of your own, which must end with RegistryStore',
  })
}

/** `SqlRegistry.__init__` in feast/infra/registry/sql.py gives both to SQLAlchemy's `create_engine`. */
const sqlUrls: BlockRule = (block, context) => {
  lacksPath(block, context)
  for (const name of ['path', 'read_path']) {
    const url = textOf(block.settings.get(name))
    if (url === undefined || url === '') continue
    const dialect = /^([\w+]+):\/\//.exec(url)?.[1]
    const at = { path: `${block.path}.${name}` }
    if (dialect === undefined) {
      reportAt(block, name, context, {
        code: 'FS304',
        message: `${at.path} is no database URL`,
        why: 'a registry of type sql is in a database, and SQLAlchemy refuses the text',
        hint: `write \`${name}: postgresql+psycopg://user:\${PASSWORD}@host:5432/feast\``,
      })
    } else if (/^postgres(\+|$)/.test(dialect)) {
      reportAt(block, name, context, {
        code: 'FS304',
        message: `${at.path}: SQLAlchemy knows no "${dialect}"`,
        why: 'it has dropped that name for PostgreSQL',
        hint: 'write `postgresql+psycopg://…`',
      })
    } else if (dialect === 'postgresql') {
      // `_normalize_postgres_scheme` of RegistryConfig in feast/repo_config.py.
      reportAt(block, name, context, {
        severity: 'warning',
        code: 'FS309',
        message: `${at.path} leaves the driver of PostgreSQL open`,
        why: 'Feast reads `postgresql://` as `postgresql+psycopg://`, with a warning',
        hint: 'write `postgresql+psycopg://…`',
      })
    }
  }
}

/** `_create_grpc_channel` in feast/infra/registry/remote.py. */
const remoteAddress: BlockRule = (block, context) => {
  lacksPath(block, context)
  const address = textOf(block.settings.get('path'))
  if (address !== undefined && /^(https?|grpcs?):\/\//i.test(address)) {
    reportAt(block, 'path', context, {
      severity: 'warning',
      code: 'FS304',
      message: `${block.path}.path is a URL`,
      why: 'the registry server speaks gRPC, which wants a host and a port',
      hint: 'write `path: host:6570`; `is_tls: true` for TLS',
    })
  }
  const has = (name: string) => isFilled(block.settings.get(name))
  const halves = ['client_cert', 'client_key'].filter(has)
  if (halves.length === 1) {
    const missing = halves[0] === 'client_cert' ? 'client_key' : 'client_cert'
    const isTls = has('cert') || has('is_tls')
    reportAt(block, halves[0], context, {
      severity: isTls ? 'error' : 'warning',
      code: 'FS302',
      message: `${block.path} has ${halves[0]} but no ${missing}`,
      why: 'Feast needs both for mutual TLS',
      hint: `add \`${missing}: …\``,
    })
  }
  if (halves.length > 0 && !has('cert') && !has('is_tls')) {
    reportAt(block, halves[0], context, {
      severity: 'warning',
      code: 'FS311',
      message: `${block.path}.${halves[0]} has no effect without TLS`,
      why: 'Feast opens a plain connection unless cert or is_tls says otherwise',
      hint: 'add `is_tls: true`, or `cert: …`',
    })
  }
}

/** Without a path Feast would take the folder of the repository for the registry, or no address at all. */
function lacksPath(block: Block, context: CheckContext): boolean {
  const path = block.settings.get('path')
  if (isFilled(path)) return false
  // A block that the spec does not have at all lacks a required key, which is told already.
  if (block.span === undefined) return true
  // A value of another type is another rule's matter.
  if (path !== undefined && path.value !== '') return true
  reportAt(block, path && 'path', context, {
    code: 'FS304',
    message: 'the registry has no path',
    why: 'Feast accepts that and fails at the first command',
    hint:
      block.type === 'sql'
        ? 'add `path: postgresql+psycopg://…`'
        : block.type === 'remote'
          ? 'add `path: host:6570`'
          : 'write `registry: data/registry.db`',
  })
  return true
}

/** Any word is taken; only these two do something (feast/infra/registry/caching_registry.py, registry.py). */
const cacheMode: BlockRule = (block, context) => {
  const mode = textOf(block.settings.get('cache_mode'))
  if (mode === undefined || mode === 'sync' || mode === 'thread') return
  reportAt(block, 'cache_mode', context, {
    severity: 'warning',
    code: 'FS303',
    message: `${block.path}.cache_mode is neither sync nor thread`,
    why: 'Feast takes any word and then refreshes the cache in neither way',
    hint: 'write `cache_mode: sync`',
  })
}

/** `_warn_on_unsafe_serve_while_materializing` of RegistryConfig in feast/repo_config.py. */
const serveWhileMaterializing: BlockRule = (block, context) => {
  const setting = block.settings.get('serve_features_while_materializing')
  if (setting?.value !== true) return
  const isThread = textOf(block.settings.get('cache_mode')) === 'thread'
  if (block.type === 'sql' && !isThread) return
  reportAt(block, setting.name, context, {
    severity: 'warning',
    code: 'FS311',
    message:
      block.type === 'sql'
        ? `${block.path}: serve_features_while_materializing sees states late with cache_mode thread`
        : `${block.path}: serve_features_while_materializing has no effect on a registry of type ${block.type}`,
    why:
      block.type === 'sql'
        ? 'the cache may lag by cache_ttl_seconds'
        : 'it is about servers that share a registry of type sql',
    hint: block.type === 'sql' ? 'write `cache_mode: sync`' : 'remove it',
  })
}

const all = [cacheMode, serveWhileMaterializing]

export const registryRules: Readonly<Record<string, readonly BlockRule[]>> = {
  'registry.file': [filePath, ...all],
  'registry.sql': [sqlUrls, ...all],
  'registry.remote': [remoteAddress, ...all],
  'registry.snowflake.registry': all,
}
