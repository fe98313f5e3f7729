import { loaders } from '../generated/validators/index.js'
import type { CheckContext } from './check-context.ts'
import { headerKeys } from './header.ts'
import { checkSchema } from './schema-findings.ts'
import { didYouMean } from '../diagnostics/suggest.ts'
import type { MapEntry, MapNode } from './yaml/nodes.ts'
import { toPlain } from './yaml/to-plain.ts'

/**
 * Checks the keys at the top of a spec against Feast's RepoConfig, and the word of the provider.
 *
 * @returns the entries by name
 */
export async function checkRootKeys(root: MapNode, context: CheckContext): Promise<ReadonlyMap<string, MapEntry>> {
  const { catalog, report } = context
  const load = loaders[catalog.feastVersion]?.['root']
  if (load === undefined) throw new Error(`no schema of Feast ${catalog.feastVersion}`)
  const entries = root.entries.filter(({ name }) => !headerKeys.some((key) => key === name))
  const feast: MapNode = { ...root, entries }
  const keys = new Map(entries.map((entry) => [entry.name, entry]))
  await checkSchema((await load()).default, { node: feast, block: 'root', path: '' }, context)

  const provider = keys.get('provider')
  const word = provider && toPlain(provider.value)
  const { types, classPathSuffix } = catalog.components.provider
  if (
    provider &&
    typeof word === 'string' &&
    context.variablesIn(provider.value).every(({ state }) => state === 'set')
  ) {
    const words = Object.keys(types)
    if (!words.includes(word) && !(word.includes('.') && word.endsWith(classPathSuffix))) {
      report.add(provider.value.span, {
        code: 'FS206',
        message: `there is no provider "${word}" in Feast ${catalog.feastVersion}${didYouMean(word, words)}`,
        why: `the providers are: ${words.join(', ')}`,
        hint: `write one of these words, or the path of a class of your own, which must end with ${classPathSuffix}`,
        path: 'provider',
      })
    }
  }
  return keys
}
