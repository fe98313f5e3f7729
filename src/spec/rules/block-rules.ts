import { authRules } from './auth.ts'
import { batchEngineRules } from './batch-engines.ts'
import type { BlockRule } from './block.ts'
import { featureServerRules } from './feature-server.ts'
import { offlineStoreRules } from './offline-stores.ts'
import { onlineStoreRules } from './online-stores.ts'
import { registryRules } from './registry.ts'

/** The rules about one block, by `component.type`. */
export const blockRules: Readonly<Record<string, readonly BlockRule[]>> = {
  ...authRules,
  ...batchEngineRules,
  ...featureServerRules,
  ...offlineStoreRules,
  ...onlineStoreRules,
  ...registryRules,
}
