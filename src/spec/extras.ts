import type { Catalog } from './catalog.ts'
import { componentNames, type Component, type ComponentName } from './store-spec.ts'

/** The pip extras of Feast that a spec needs, sorted. */
export function neededExtras(
  components: Readonly<Partial<Record<ComponentName, Component>>>,
  { provider, blocks }: { provider: string; blocks: readonly string[] },
  catalog: Catalog,
): readonly string[] {
  const extras = new Set<string>()
  const addAll = (words: readonly string[] | undefined) => words?.forEach((word) => extras.add(word))
  for (const name of componentNames) {
    const component = components[name]
    if (component) addAll(catalog.components[name].types[component.type]?.extras)
  }
  addAll(catalog.components.provider.types[provider]?.extras)
  for (const block of blocks) addAll(catalog.blockExtras[block])
  addAll(registryExtras(components.registry))
  const metrics = components.feature_server?.settings['metrics']
  if (typeof metrics === 'object' && metrics !== null && 'enabled' in metrics && metrics.enabled === true)
    extras.add('opentelemetry')
  return [...extras].toSorted()
}

/**
 * The registry's type does not tell what it is stored in; its path does (the store classes by scheme in
 * feast/infra/registry/registry.py; SQLAlchemy's dialect names for `sql`).
 */
function registryExtras(registry: Component | undefined): readonly string[] {
  const path = registry?.settings['path']
  if (typeof path !== 'string') return []
  const scheme = /^([a-z0-9]+)(?:\+[a-z0-9]+)?:/i.exec(path)?.[1]?.toLowerCase()
  const byScheme: Readonly<Record<string, readonly string[]>> = {
    s3: ['aws'],
    gs: ['gcp'],
    azure: ['azure'],
    postgresql: ['postgres'],
    mysql: ['mysql'],
  }
  return byScheme[scheme ?? ''] ?? []
}
