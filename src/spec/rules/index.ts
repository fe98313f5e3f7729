import { engineFitsStore, writeBatchSize } from './batch-engines.ts'
import { blockRules } from './block-rules.ts'
import { blockOf, settingsOf, type Block, type Store, type StoreRule } from './block.ts'
import { hybridMembers } from './hybrid.ts'
import { sharedFiles } from './shared-files.ts'
import { embeddingProvider, entityKeyVersion, lineageTransport, oldSpellings, providerDefaults } from './top-level.ts'
import type { CheckContext } from '../check-context.ts'
import { componentNames, type Component, type ComponentName } from '../store-spec.ts'
import type { MapEntry } from '../yaml/nodes.ts'

/** The rules about a spec as a whole; those about one block are in block-rules.ts. */
const storeRules: readonly StoreRule[] = [
  engineFitsStore,
  writeBatchSize,
  hybridMembers,
  sharedFiles,
  entityKeyVersion,
  providerDefaults,
  oldSpellings,
  embeddingProvider,
  lineageTransport,
]

/**
 * Checks what no schema can say: what Feast keeps in validators, and what it finds out only when a store is used.
 *
 * @param keys the entries at the top, the header's apart
 * @param entryOf the entry of a component, under whichever of its names
 */
export async function checkRules(
  keys: ReadonlyMap<string, MapEntry>,
  components: Readonly<Partial<Record<ComponentName, Component>>>,
  entryOf: (name: ComponentName) => MapEntry | undefined,
  { context, place }: Pick<Store, 'context' | 'place'>,
): Promise<void> {
  const blocks = blocksOf(components, entryOf, context)
  const store: Store = { root: settingsOf([...keys.values()], context), blocks, context, place }
  for (const block of Object.values(blocks)) {
    for (const rule of blockRules[`${block.component}.${block.type}`] ?? []) rule(block, context)
  }
  for (const rule of storeRules) await rule(store)
}

function blocksOf(
  components: Readonly<Partial<Record<ComponentName, Component>>>,
  entryOf: (name: ComponentName) => MapEntry | undefined,
  context: CheckContext,
): Partial<Record<ComponentName, Block>> {
  const blocks: Partial<Record<ComponentName, Block>> = {}
  for (const name of componentNames) {
    const component = components[name]
    if (component) blocks[name] = blockOf(name, component, entryOf(name), context)
  }
  return blocks
}
