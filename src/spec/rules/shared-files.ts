import { schemeOf } from './registry.ts'
import { textOf, type Block, type Store, type StoreRule } from './block.ts'

/** Engines that start workers elsewhere, which write to the online store by themselves. */
const remoteEngines = ['k8s', 'lambda', 'spark_application']

/**
 * Files that several processes would have to share. Feast locks none of them: the registry is read, changed and
 * written as a whole (`commit` in feast/infra/registry/registry.py), so the last writer wins.
 */
export const sharedFiles: StoreRule = ({ root, blocks, context, place }: Store) => {
  const engine = blocks.batch_engine
  const isRemoteEngine = engine !== undefined && remoteEngines.includes(engine.type)
  const where = place === 'kubernetes' ? 'on Kubernetes' : isRemoteEngine ? `with the batch engine ${engine.type}` : ''
  const { registry, online_store: online } = blocks
  if (where !== '' && online?.type === 'sqlite') {
    context.report.add(online.span ?? root.get('batch_engine')?.keySpan, {
      severity: 'warning',
      code: 'FS310',
      message: `the online store sqlite is a file of one machine, ${where}`,
      why: 'each pod or worker would write a file of its own, and servers would not find the values',
      hint: 'choose an online store with a server, such as redis or postgres',
      path: 'online_store',
    })
  }
  const isLocalFile = registry !== undefined && isLocal(registry)
  if (!isLocalFile) return
  const remote = (['online_store', 'offline_store'] as const).find((name) => blocks[name]?.type === 'remote')
  if (place !== 'kubernetes' && remote === undefined) return
  context.report.add(registry.settings.get('path')?.node.span ?? registry.span, {
    severity: 'warning',
    code: 'FS310',
    message:
      place === 'kubernetes'
        ? 'the registry is a file, on Kubernetes'
        : `the registry is a file of this machine, but ${remote} is remote`,
    why:
      place === 'kubernetes'
        ? 'pods do not share it unless a volume says so, and of several writers the last one wins'
        : 'the server has a registry of its own, and the two drift apart',
    hint:
      place === 'kubernetes'
        ? 'write `registry: { registry_type: sql, path: postgresql+psycopg://… }`'
        : 'write `registry: { registry_type: remote, path: host:6570 }`',
    path: 'registry',
  })
}

function isLocal({ type, settings }: Block): boolean {
  const path = textOf(settings.get('path'))
  return type === 'file' && path !== undefined && !settings.has('registry_store_type') && schemeOf(path) === ''
}
