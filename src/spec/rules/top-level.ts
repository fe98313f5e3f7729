import { innerSettings, isFilled, textOf, type Store, type StoreRule } from './block.ts'
import { didYouMean } from '../../diagnostics/suggest.ts'

/** `serialize_entity_key` in feast/infra/key_encoding_utils.py raises below 3; loading only warns. */
export const entityKeyVersion: StoreRule = ({ root, blocks, context }: Store) => {
  const setting = root.get('entity_key_serialization_version')
  if (!setting?.isKnown || typeof setting.value !== 'number') return
  if (setting.value < 3) {
    const isUsed = blocks.online_store !== undefined && blocks.online_store.type !== 'remote'
    context.report.add(setting.node.span, {
      severity: isUsed ? 'error' : 'warning',
      code: 'FS306',
      message: `Feast ${context.catalog.feastVersion} cannot write entity keys of version ${setting.value}`,
      why: 'versions below 3 are removed: loading the file only warns, every write to the online store fails',
      hint: 'remove the key, and materialize again what an older Feast wrote',
      path: setting.name,
    })
  } else if (setting.value > 3) {
    context.report.add(setting.node.span, {
      severity: 'warning',
      code: 'FS306',
      message: `there is no entity key version ${setting.value}`,
      why: 'the highest is 3, and Feast takes any higher one for it without a word',
      hint: 'remove the key',
      path: setting.name,
    })
  }
}

/** `_validate_*_store_config` in feast/repo_config.py: the defaults do not depend on the provider any more. */
export const providerDefaults: StoreRule = ({ root, blocks, context }: Store) => {
  const provider = root.get('provider')
  const word = textOf(provider)
  if (provider === undefined || word === undefined || !['aws', 'azure', 'gcp'].includes(word)) return
  const taken = (['online_store', 'offline_store'] as const).filter(
    (name) => !root.has(name) && blocks[name] !== undefined,
  )
  if (taken.length === 0) return
  const defaults = taken.map((name) => `${name} is ${context.catalog.components[name].default}`)
  context.report.add(provider.node.span, {
    severity: 'warning',
    code: 'FS308',
    message: `the provider ${word} brings no stores of its own: ${defaults.join(' and ')}`,
    why: 'in older versions of Feast the provider chose them; now the defaults are local for every provider',
    hint: `name ${taken.join(' and ')} in the spec`,
    path: 'provider',
  })
}

/** Names of fields that RepoConfig takes beside its keys (`populate_by_name`), and keys that are gone. */
export const oldSpellings: StoreRule = ({ root, context }: Store) => {
  const flags = root.get('flags')
  if (flags !== undefined) {
    // `_validate_flags` in feast/repo_config.py.
    context.report.add(flags.keySpan, {
      severity: 'warning',
      code: 'FS309',
      message: 'flags do nothing any more',
      why: 'Feast needs none for experimental features, and only logs a warning',
      hint: 'remove the key',
      path: 'flags',
    })
  }
  for (const [old, name] of [
    ['batch_engine_config', 'batch_engine'],
    ['materialization_config', 'materialization'],
    ['openlineage_config', 'openlineage'],
    ['mlflow_config', 'mlflow'],
    ['data_quality_monitoring_config', 'data_quality_monitoring'],
  ] as const) {
    const setting = root.get(old)
    if (setting === undefined) continue
    const both = root.has(name)
    context.report.add(setting.keySpan, {
      severity: 'warning',
      code: 'FS309',
      message: both ? `${old} is another name of ${name}, which is there too` : `${old} is another name of ${name}`,
      why: both ? `Feast takes ${name}` : "it is the name of the field in Feast's source, not the documented key",
      hint: both ? `remove ${old}` : `write \`${name}:\``,
      path: old,
      edit: both ? undefined : name,
    })
  }
}

/** `get_embedding_provider` in feast/embedder.py. */
export const embeddingProvider: StoreRule = ({ root, context }: Store) => {
  const provider = innerSettings(root.get('embedding_model'), context)?.get('provider')
  const word = textOf(provider)
  const known = 'sentence_transformers'
  if (provider === undefined || word === undefined || word === '' || word.toLowerCase() === known) return
  context.report.add(provider.node.span, {
    severity: 'warning',
    code: 'FS303',
    message: `there is no embedding provider of that name${didYouMean(word, [known])}`,
    why: `Feast has ${known} alone; others are given to FeatureStore in Python`,
    hint: `write \`provider: ${known}\`, or remove it`,
    path: 'embedding_model.provider',
  })
}

/** `get_transport_config` in feast/openlineage/config.py: lineage is switched off with a line in the log. */
export const lineageTransport: StoreRule = ({ root, context }: Store) => {
  const block = root.get('openlineage') ?? root.get('openlineage_config')
  const settings = innerSettings(block, context)
  if (block === undefined || settings === undefined || settings.get('enabled')?.value !== true) return
  const type = settings.get('transport_type')
  if (textOf(type) !== 'http' || isFilled(settings.get('transport_url'))) return
  context.report.add(type?.node.span, {
    severity: 'warning',
    code: 'FS302',
    message: 'openlineage: transport_type http needs transport_url',
    why: 'Feast writes an error to its log and sends no lineage',
    hint: 'add `transport_url: http://host:5000`',
    path: 'openlineage.transport_type',
  })
}
