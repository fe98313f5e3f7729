import { innerSettings, isGiven, numberOf, reportAt, type BlockRule } from './block.ts'

/** `validate_feature_count_bins` of MetricsConfig in feast/infra/feature_servers/base_config.py. */
const featureCountBins: BlockRule = (block, context) => {
  const bins = innerSettings(block.settings.get('metrics'), context)?.get('feature_count_bins')
  if (!bins?.isKnown || !Array.isArray(bins.value)) return
  const bounds = bins.value.map(numberOf)
  const isBad = bounds.some((bound, index) => {
    const before = index === 0 ? 0 : bounds[index - 1]
    return bound !== undefined && (bound <= 0 || (before !== undefined && before >= bound))
  })
  if (!isBad) return
  context.report.add(bins.node.span, {
    code: 'FS303',
    message: `${block.path}.metrics.feature_count_bins must be positive and rising`,
    why: 'they are upper bounds of buckets, and Feast refuses others',
    hint: 'write `feature_count_bins: [10, 50, 200]`',
    path: `${block.path}.metrics.feature_count_bins`,
  })
}

/** Push batching needs both numbers: `get_app` in feast/feature_server.py turns it off otherwise, in its log only. */
const pushBatching: BlockRule = (block, context) => {
  if (block.settings.get('offline_push_batching_enabled')?.value !== true) return
  const numbers = ['offline_push_batching_batch_size', 'offline_push_batching_batch_interval_seconds']
  const missing = numbers.filter((name) => !isGiven(block.settings.get(name)))
  if (missing.length === 0) return
  reportAt(block, 'offline_push_batching_enabled', context, {
    severity: 'warning',
    code: 'FS311',
    message: `${block.path}: push batching stays off without ${missing.join(' and ')}`,
    why: 'Feast turns it off with a line in its log',
    hint: `add ${missing.join(' and ')}`,
  })
}

/** `get_app` in feast/feature_server.py mounts MCP only where `mcp_enabled` says so. */
const mcpSwitch: BlockRule = (block, context) => {
  const enabled = block.settings.get('mcp_enabled')
  if (enabled === undefined ? false : !enabled.isKnown || enabled.value !== false) return
  reportAt(block, enabled === undefined ? 'type' : 'mcp_enabled', context, {
    severity: 'warning',
    code: 'FS311',
    message: `${block.path} is of type mcp, but MCP is off`,
    why: 'mcp_enabled is false unless the spec says otherwise',
    hint: 'write `mcp_enabled: true`, or `type: local`',
  })
}

export const featureServerRules: Readonly<Record<string, readonly BlockRule[]>> = {
  'feature_server.local': [featureCountBins, pushBatching],
  'feature_server.mcp': [featureCountBins, pushBatching, mcpSwitch],
}
