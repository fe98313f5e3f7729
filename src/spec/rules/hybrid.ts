import { blockRules } from './block-rules.ts'
import { innerSettings, isGiven, settingsOf, textOf, type Block, type Store, type StoreRule } from './block.ts'
import { didYouMean } from '../../diagnostics/suggest.ts'
import { schemaOf } from '../schema-loader.ts'
import { checkSchema } from '../schema-findings.ts'
import type { MapNode } from '../yaml/nodes.ts'

/**
 * The stores of a hybrid store, which Feast makes from their `conf` on the first use: `_initialize_online_stores` in
 * …/hybrid_online_store/hybrid_online_store.py, `_initialize_offline_stores` in …/offline_stores/hybrid_offline_store.py.
 */
export const hybridMembers: StoreRule = async (store: Store) => {
  for (const [component, list] of [
    ['online_store', 'online_stores'],
    ['offline_store', 'offline_stores'],
  ] as const) {
    const block = store.blocks[component]
    if (block?.type === 'hybrid') await checkMembers(block, list, store)
  }
}

async function checkMembers(block: Block, list: string, { context }: Store): Promise<void> {
  const members = block.settings.get(list)
  if (members === undefined) return
  if (!isGiven(members)) {
    context.report.add(members.node.span, {
      code: 'FS307',
      message: `${block.path}.${list} is empty`,
      why: 'Feast accepts that and fails on the first use of the store',
      hint: `list the stores: \`${list}: [{ type: …, conf: { … } }]\``,
      path: `${block.path}.${list}`,
    })
    return
  }
  if (members.node.kind !== 'seq') return
  const seen = new Set<string>()
  for (const [index, node] of members.node.items.entries()) {
    if (node.kind !== 'map') continue
    await checkMember(node, { path: `${block.path}.${list}.${index}`, block, seen }, context)
  }
}

async function checkMember(
  node: MapNode,
  { path, block, seen }: { path: string; block: Block; seen: Set<string> },
  context: Store['context'],
): Promise<void> {
  const { component } = block
  const settings = settingsOf(node.entries, context)
  const type = settings.get('type')
  const written = textOf(type)
  if (type === undefined || written === undefined) return
  const catalog = context.catalog.components[component]
  const words = Object.keys(catalog.types)
  const known = Object.hasOwn(catalog.classPaths, written) ? catalog.classPaths[written] : undefined
  const isOnline = component === 'online_store'
  const word = words.includes(written) ? written : isOnline ? undefined : known?.type
  // The online one looks the store up by what follows the last dot of its type.
  const isFound = word !== undefined && (!isOnline || !written.includes('.'))
  if (!isFound) {
    const isOwn = !isOnline && known === undefined && written.includes('.') && written.endsWith('OfflineStore')
    if (isOwn) return
    const usable = isOnline ? words.filter((one) => !one.includes('.')) : words
    context.report.add(type.node.span, {
      code: 'FS307',
      message: `${path}: a hybrid store cannot use "${written}"${didYouMean(written, usable)}`,
      why:
        isOnline && (written.includes('.') || word !== undefined)
          ? 'Feast looks its stores up by what follows the last dot of their type, in small letters, so only words without a dot work'
          : `the types are: ${usable.join(', ')}`,
      hint: known?.type && !known.type.includes('.') ? `write \`type: ${known.type}\`` : `one of: ${usable.join(', ')}`,
      path: `${path}.type`,
    })
    return
  }
  if (seen.has(word)) {
    context.report.add(type.node.span, {
      severity: 'warning',
      code: 'FS307',
      message: `${path}: there is a store of type ${word} already`,
      why: 'Feast tells the stores of a hybrid store apart by their types, so the last one is used for all',
      hint: 'name each type once',
      path: `${path}.type`,
    })
  }
  seen.add(word)
  const conf = settings.get('conf')
  const inner = innerSettings(conf, context)
  if (conf === undefined || conf.node.kind !== 'map' || inner === undefined) return
  const name = `${component}.${word}`
  await checkSchema(await schemaOf(context, name), { node: conf.node, block: name, path: `${path}.conf` }, context)
  const member = { component, type: word, path: `${path}.conf`, span: conf.keySpan, settings: inner }
  for (const rule of blockRules[name] ?? []) rule(member, context)
}
