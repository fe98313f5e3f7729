import { minimalSettings } from '../../schema/minimal-settings.ts'
import { head, type Agreement, type Document } from './document.ts'

/** Blocks in which Feast ignores keys that it does not know. */
const ignoring = new Set([
  'auth.kubernetes',
  'batch_engine.snowflake.engine',
  'batch_engine.trino.engine',
  'batch_engine.trino',
  'offline_store.snowflake.offline',
  'online_store.snowflake.online',
  'registry.file',
  'registry.remote',
  'registry.snowflake.registry',
  'registry.sql',
])

/** Types that work without a setting, as a bare word. */
const bare = new Set([
  ...['no_auth', 'kubernetes'].map((word) => `auth.${word}`),
  ...['flink.engine', 'k8s', 'local', 'ray.engine', 'spark.engine', 'trino', 'trino.engine'].map(
    (word) => `batch_engine.${word}`,
  ),
])

/** Every type word of every component: with the least it needs, with an unknown key, with a value of a wrong type, bare. */
export const typeDocuments: readonly Document[] = Object.entries(minimalSettings).flatMap(([name, settings]) => {
  const component = name.slice(0, name.indexOf('.'))
  const type = name.slice(component.length + 1)
  const keyword = component === 'registry' ? 'registry_type' : 'type'
  const word = type === 'oidc_client' ? 'oidc' : type
  const block = { [keyword]: word, ...settings }
  const document = (what: string, value: unknown, agreement: Agreement, reason?: string): Document => ({
    name: `${name}, ${what}`,
    text: wholeText(name, component, value),
    env: { PASSWORD: 'x' },
    agreement,
    ...(reason === undefined ? {} : { reason }),
  })
  const [first] = Object.keys(settings)
  return [
    document('least', block, 'both accept'),
    ignoring.has(name)
      ? document('unknown key', { ...block, no_such: 1 }, 'only fsop refuses', 'Feast ignores the key')
      : document('unknown key', { ...block, no_such: 1 }, 'both refuse'),
    ...(first === undefined ? [] : [document('wrong type', { ...block, [first]: { a: { b: [1] } } }, 'both refuse')]),
    ...(component === 'batch_engine' || (component === 'auth' && type === word)
      ? [document('bare word', word, bare.has(name) ? 'both accept' : 'both refuse')]
      : []),
  ]
})

/** JSON is YAML: the generated block is written in one line. */
function wholeText(name: string, component: string, value: unknown): string {
  const text = `${component}: ${JSON.stringify(value)}\n`
  if (component === 'registry') return `project: fraud\n${text}`
  const offline = name === 'batch_engine.snowflake.engine' ? 'offline_store: {type: snowflake.offline, database: D}\n' : ''
  return head + offline + text
}
