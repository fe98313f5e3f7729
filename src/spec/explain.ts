import { catalogs, keys as keyLoaders } from '../generated/validators/index.js'
import type { Catalog, KeyInfo, Keys } from './catalog.ts'
import { componentNames, type ComponentName } from './store-spec.ts'
import { FsopError } from '../diagnostics/errors.ts'
import { ExitCode } from '../diagnostics/exit-codes.ts'
import { didYouMean } from '../diagnostics/suggest.ts'
import { defaultFeastVersion } from '../feast/versions.ts'

/** One key of a spec, for people. */
export interface ExplainedKey extends KeyInfo {
  readonly name: string
}

/** What may stand at a place of a spec. */
export interface Explanation {
  readonly path: string
  readonly feastVersion: string
  readonly description?: string
  /** pip extras of Feast that the type needs. */
  readonly extras?: readonly string[]
  /** The class of Feast that does the work. */
  readonly class?: string
  /** The types that the component may have, with the extras each needs. */
  readonly types?: readonly { readonly type: string; readonly extras: readonly string[]; readonly isDefault: boolean }[]
  readonly keys?: readonly ExplainedKey[]
}

/**
 * Explains a place of feature_store.yaml: `online_store`, `online_store.redis`, `online_store.redis.client`,
 * `materialization`; an empty path gives the keys at the top.
 *
 * @throws FsopError `FS006` (exit code 2) for a place that does not exist, or a Feast version that fsop does not know
 */
export async function explain(path: string, version: string = defaultFeastVersion): Promise<Explanation> {
  const catalog = (await catalogs[version]?.())?.default
  const blocks = (await keyLoaders[version]?.())?.default
  if (catalog === undefined || blocks === undefined) {
    throw unknown(`fsop does not know Feast ${version}`, `it knows: ${Object.keys(catalogs).join(', ')}`)
  }
  const base = { path, feastVersion: version }
  if (path === '') return { ...base, keys: listed(blocks['root'] ?? {}) }
  const [first = '', ...rest] = path.split('.')
  const component = componentNames.find((name) => name === first)
  if (component === undefined) return { ...base, ...explainKeys(blocks['root'] ?? {}, path.split('.'), '') }
  if (rest.length === 0) return { ...base, ...explainComponent(component, catalog, blocks) }
  const { types } = catalog.components[component]
  // Type words may hold dots themselves: `snowflake.online`.
  const type = Object.keys(types)
    .filter((word) => rest.join('.') === word || rest.join('.').startsWith(`${word}.`))
    .toSorted((a, b) => b.length - a.length)[0]
  if (type === undefined) {
    const words = Object.keys(types)
    throw unknown(
      `there is no ${component} "${rest.join('.')}"${didYouMean(rest.join('.'), words)}`,
      `the types are: ${words.join(', ')}`,
    )
  }
  const keys = blocks[`${component}.${type}`] ?? {}
  const below = rest.join('.').slice(type.length + 1)
  if (below !== '') return { ...base, ...explainKeys(keys, below.split('.'), `${component}.${type}.`) }
  const { extras, class: className, description } = types[type] ?? { extras: [], class: '' }
  return { ...base, extras, class: className, ...(description ? { description } : {}), keys: listed(keys) }
}

function explainComponent(name: ComponentName, { components }: Catalog, blocks: Readonly<Record<string, Keys>>) {
  const { types, default: byDefault } = components[name]
  const description = blocks['root']?.[name]?.description
  return {
    ...(description ? { description } : {}),
    types: Object.entries(types).map(([type, { extras }]) => ({ type, extras, isDefault: type === byDefault })),
  }
}

function explainKeys(keys: Keys, [name = '', ...rest]: readonly string[], prefix: string): Partial<Explanation> {
  const info = Object.hasOwn(keys, name) ? keys[name] : undefined
  if (info === undefined) {
    const names = Object.keys(keys)
    throw unknown(`there is no key "${prefix}${name}"${didYouMean(name, names)}`, `the keys are: ${names.join(', ')}`)
  }
  if (rest.length > 0) return explainKeys(info.keys ?? {}, rest, `${prefix}${name}.`)
  const { description } = info
  return { ...(description ? { description } : {}), keys: info.keys ? listed(info.keys) : [{ name, ...info }] }
}

/** Second names of a key are left out: one is enough. */
function listed(keys: Keys): ExplainedKey[] {
  return Object.entries(keys)
    .filter(([, { aliasOf }]) => aliasOf === undefined)
    .map(([name, info]) => ({ name, ...info }))
}

function unknown(message: string, why: string): FsopError {
  return new FsopError({
    code: 'FS006',
    message,
    why,
    hint: 'fsop explain lists the keys at the top',
    exitCode: ExitCode.usage,
  })
}
