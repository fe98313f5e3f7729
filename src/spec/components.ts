import type { ComponentCatalog } from './catalog.ts'
import type { BlockInUse, CheckContext } from './check-context.ts'
import { isOidcClientBlock } from './rules/block.ts'
import { checkSchema, shownValue } from './schema-findings.ts'
import { schemaOf } from './schema-loader.ts'
import { componentNames, type Component, type ComponentName } from './store-spec.ts'
import { didYouMean, suggest } from '../diagnostics/suggest.ts'
import type { MapEntry, MapNode, YamlNode } from './yaml/nodes.ts'
import { toPlain } from './yaml/to-plain.ts'

/**
 * Checks one component of a spec (`online_store`, …) and tells what Feast will use.
 * How Feast reads each form: the properties and validators of RepoConfig in feast/repo_config.py.
 *
 * @param entry undefined when the spec does not mention the component
 * @returns undefined when the component is switched off, or when it is not valid
 */
export async function checkComponent(
  name: ComponentName,
  entry: MapEntry | undefined,
  context: CheckContext,
): Promise<Component | undefined> {
  const catalog = context.catalog.components[name]
  if (entry === undefined) {
    return name === 'feature_server' ? undefined : { type: catalog.default, settings: {}, isDefault: true }
  }
  const { value: node } = entry
  if (context.variablesIn(node).some(({ state }) => state !== 'set') && node.kind === 'scalar') return undefined
  if (node.kind === 'map') return checkBlock(name, node, catalog, context)
  const plain = toPlain(node)
  if (plain === null) {
    if (catalog.acceptsNull) return undefined
    context.report.add(entry.key.span, {
      code: 'FS205',
      message: `${name} is empty`,
      why: `Feast needs a mapping there; without the key it would take ${catalog.default}`,
      hint: `remove the key, or write \`${name}: { ${catalog.keyword}: ${catalog.default} }\``,
      path: name,
    })
    return undefined
  }
  if (name === 'registry' && typeof plain === 'string') {
    return { type: 'file', settings: { path: plain }, isDefault: false }
  }
  if (catalog.acceptsWord && typeof plain === 'string') return checkWord(name, plain, node, catalog, context)
  context.report.add(node.span, {
    code: 'FS203',
    message: `${name} must be a mapping, not ${shownValue(node, name, context)}`,
    hint: `write \`${name}: { ${catalog.keyword}: ${catalog.default} }\``,
    path: name,
  })
  return undefined
}

/** A bare word: Feast makes the class with no settings at all, so one with required keys cannot work. */
async function checkWord(
  name: ComponentName,
  word: string,
  node: YamlNode,
  catalog: ComponentCatalog,
  context: CheckContext,
) {
  if (catalog.acceptsNull && /^(none|null)$/i.test(word)) {
    // `_validate_online_store_config` in feast/repo_config.py turns them into nothing, but RepoConfig keeps the word.
    context.report.add(node.span, {
      code: 'FS206',
      message: `there is no ${name} "${word}" in Feast ${context.catalog.feastVersion}`,
      why: 'Feast lets the word through and then looks for a class of that name',
      hint: `write \`${name}: null\` to switch it off`,
      path: name,
    })
    return undefined
  }
  const type = resolveType(name, word, { node, form: 'word' }, catalog, context)
  if (type === undefined) return undefined
  if (Object.hasOwn(catalog.types, type)) {
    const block: MapNode = { kind: 'map', span: node.span, entries: [], tag: 'tag:yaml.org,2002:map' }
    const value =
      name === 'auth' || catalog.keywordRequired ? { [catalog.keyword]: catalog.types[type]?.word ?? type } : {}
    await checkSchema(
      await schemaOf(context, `${name}.${type}`),
      { node: block, value, block: `${name}.${type}`, path: name },
      context,
    )
  }
  return { type, settings: {}, isDefault: false }
}

async function checkBlock(name: ComponentName, node: MapNode, catalog: ComponentCatalog, context: CheckContext) {
  const word = node.entries.find((entry) => entry.name === catalog.keyword)
  const settings = toPlain(node) as Record<string, unknown>
  if (word === undefined) {
    if (catalog.keywordRequired) {
      context.report.add(node.span, {
        code: 'FS202',
        message: `${name} has no "${catalog.keyword}"`,
        why: `Feast cannot tell which one is meant`,
        hint: `add \`${catalog.keyword}: …\`, one of: ${typeWords(catalog).join(', ')}`,
        path: `${name}.${catalog.keyword}`,
      })
      return undefined
    }
    return checkSettings(name, catalog.default, node, settings, context)
  }
  if (context.variablesIn(word.value).some(({ state }) => state !== 'set')) return undefined
  const written = toPlain(word.value)
  if (typeof written !== 'string') {
    context.report.add(word.value.span, {
      code: 'FS203',
      message: `${name}.${catalog.keyword} must be a word`,
      hint: `one of: ${typeWords(catalog).join(', ')}`,
      path: `${name}.${catalog.keyword}`,
    })
    return undefined
  }
  const type = resolveType(name, written, { node: word.value, form: 'block' }, catalog, context)
  if (type === undefined) return undefined
  return checkSettings(name, type, node, settings, context)
}

async function checkSettings(
  name: ComponentName,
  type: string,
  node: MapNode,
  settings: Record<string, unknown>,
  context: CheckContext,
) {
  const entry = schemaName(name, type, settings)
  const catalog = context.catalog.components[name]
  if (Object.hasOwn(catalog.types, entry)) {
    const block = `${name}.${entry}`
    await checkSchema(await schemaOf(context, block), { node, block, path: name }, context)
  }
  return { type, settings, isDefault: false }
}

/** The catalog's entry for a type: `oidc` stands for two, by the keys of the block. */
function schemaName(name: ComponentName, type: string, settings: Readonly<Record<string, unknown>>): string {
  if (name !== 'auth' || type !== 'oidc') return type
  return isOidcClientBlock({ has: (key) => key in settings }) ? 'oidc_client' : 'oidc'
}

/** The catalog's name of a type, or a class path as it stands; reports what Feast would refuse. */
function resolveType(
  name: ComponentName,
  word: string,
  { node, form }: { node: YamlNode; form: 'word' | 'block' },
  catalog: ComponentCatalog,
  context: CheckContext,
) {
  const words = typeWords(catalog)
  if (words.includes(word)) return word
  const known = Object.hasOwn(catalog.classPaths, word) ? catalog.classPaths[word] : undefined
  const refusal = known?.broken ?? (form === 'block' ? known?.refused : undefined)
  if (known && refusal !== undefined) {
    context.report.add(node.span, {
      code: 'FS207',
      message: `${name}.${catalog.keyword}: Feast cannot use ${word} by its class path`,
      why: known.broken ?? `Feast answers: ${refusal}`,
      hint: known.type ? `write \`${catalog.keyword}: ${known.type}\`` : `one of: ${words.join(', ')}`,
      path: `${name}.${catalog.keyword}`,
      edit: known.type,
    })
    return undefined
  }
  if (known?.type !== undefined) return known.type
  const { classPathSuffix: suffix } = catalog
  if (suffix !== null && word.includes('.') && word.endsWith(suffix)) return word
  context.report.add(node.span, {
    code: 'FS206',
    message: `there is no ${name} "${word}" in Feast ${context.catalog.feastVersion}${didYouMean(word, words)}`,
    why: `the types are: ${words.join(', ')}`,
    hint:
      suffix === null
        ? 'write one of these words'
        : `write one of these words, or the path of a class of your own, which must end with ${suffix}`,
    path: `${name}.${catalog.keyword}`,
    edit: suggest(word, words),
  })
  return undefined
}

function typeWords(catalog: ComponentCatalog): string[] {
  return [...new Set(Object.entries(catalog.types).map(([type, { word }]) => word ?? type))]
}

/**
 * Where a spec's blocks stand and what they are called in the schema, without a word about what is wrong with them.
 *
 * @param entries the keys at the top
 */
export function blocksInUse(entries: readonly MapEntry[], catalog: CheckContext['catalog']): readonly BlockInUse[] {
  const blocks = componentNames.flatMap((name): BlockInUse[] => {
    const component = catalog.components[name]
    const value = entries.find((entry) => entry.name === name)?.value
    if (value === undefined) return []
    const plain = toPlain(value)
    const isBlock = value.kind === 'map'
    const settings = isBlock ? (plain as Record<string, unknown>) : {}
    const word = isBlock ? (settings[component.keyword] ?? component.default) : name === 'registry' ? 'file' : plain
    if (typeof word !== 'string') return []
    const known = Object.hasOwn(component.classPaths, word) ? component.classPaths[word]?.type : word
    const type = known === undefined ? undefined : schemaName(name, known, settings)
    return type !== undefined && Object.hasOwn(component.types, type) ? [{ block: `${name}.${type}`, path: name }] : []
  })
  return [{ block: 'root', path: '' }, ...blocks]
}
