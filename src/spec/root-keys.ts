import type { CheckContext } from './check-context.ts'
import { headerKeys } from './header.ts'
import { checkSchema } from './schema-findings.ts'
import { schemaOf } from './schema-loader.ts'
import { didYouMean, suggest } from '../diagnostics/suggest.ts'
import type { MapEntry, MapNode } from './yaml/nodes.ts'
import { toPlain } from './yaml/to-plain.ts'

/**
 * Checks the keys at the top of a spec against Feast's RepoConfig, and the word of the provider.
 *
 * @returns the entries by name
 */
export async function checkRootKeys(root: MapNode, context: CheckContext): Promise<ReadonlyMap<string, MapEntry>> {
  const { catalog, report } = context
  const entries = root.entries.filter(({ name }) => !headerKeys.some((key) => key === name))
  const feast: MapNode = { ...root, entries }
  const keys = new Map(entries.map((entry) => [entry.name, entry]))
  await checkSchema(await schemaOf(context, 'root'), { node: feast, block: 'root', path: '' }, context)

  const provider = keys.get('provider')
  const word = provider && toPlain(provider.value)
  const { types } = catalog.components.provider
  if (
    provider &&
    typeof word === 'string' &&
    context.variablesIn(provider.value).every(({ state }) => state === 'set')
  ) {
    const words = Object.keys(types)
    if (!words.includes(word) && !/^[\p{L}_][\p{L}\p{N}_]*(\.[\p{L}_][\p{L}\p{N}_]*)+$/u.test(word)) {
      report.add(provider.value.span, {
        code: 'FS206',
        message: `there is no provider "${word}" in Feast ${catalog.feastVersion}${didYouMean(word, words)}`,
        why: `the providers are: ${words.join(', ')}`,
        hint: `write one of these words, or the path of a class of your own`,
        path: 'provider',
        edit: suggest(word, words),
      })
    }
  }
  return keys
}
