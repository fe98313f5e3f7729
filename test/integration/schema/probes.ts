import type { ErrorObject, ValidateFunction } from 'ajv'
import type { Keys } from '../../../src/spec/catalog.ts'

type Settings = Readonly<Record<string, unknown>>

/** One question for both sides: is this value good under this key? */
export interface Probe {
  /** For the report of a disagreement, such as `online_store.redis: skip_dedup = 7`. */
  readonly name: string
  readonly block: string
  /** Class path of Feast's config class. */
  readonly config: string
  /** The key of the block that holds the value, at whatever depth. */
  readonly key: string
  readonly aliasOf: string | undefined
  readonly value: unknown
  readonly settings: Settings
  /** The key of `block` that the settings stand under, where the schema holds the class inside a bigger one. */
  readonly under?: string
}

/** A value of every kind that YAML has, with the texts that pydantic converts. */
// prettier-ignore
const VALUES: readonly unknown[] = [
  null, true, false, 0, 1, 7, -1, 1.5, '', 'word', '5', '0', '1.5', 'yes', 'inf',
  [], ['a'], [1], [['a', 1]], [{}], {}, { a: 'b' }, { a: 1 },
]

/** A probe for every key of a block, and of the blocks inside it, with every kind of value. */
export function probesOf(block: string, config: string, keys: Keys, minimal: Settings): Probe[] {
  return Object.entries(keys).flatMap(([key, { aliasOf, keys: inner }]) => {
    const rest = Object.fromEntries(Object.entries(minimal).filter(([name]) => name !== aliasOf))
    return placements(key, inner, minimal[aliasOf ?? key]).flatMap(({ path, place }) =>
      VALUES.map((value) => ({
        name: `${block}: ${path} = ${JSON.stringify(value)}`,
        block,
        config,
        key,
        aliasOf,
        value,
        settings: { ...rest, [key]: place(value) },
      })),
    )
  })
}

interface Placement {
  readonly path: string
  /** What the outermost key must hold for the value to stand at `path`. */
  readonly place: (value: unknown) => unknown
}

/** The key itself, and every key inside it; `given` is the example that the others are taken from. */
function placements(path: string, inner: Keys | undefined, given: unknown): Placement[] {
  const isList = Array.isArray(given)
  const example: unknown = isList ? given[0] : given
  const block = isSettings(example) ? example : {}
  return [
    { path, place: (value) => value },
    ...Object.entries(inner ?? {}).flatMap(([name, info]) =>
      placements(`${path}.${name}`, info.keys, block[name]).map((deeper) => ({
        path: deeper.path,
        place: (value: unknown) => {
          const changed = { ...block, [name]: deeper.place(value) }
          return isList ? [changed] : changed
        },
      })),
    ),
  ]
}

/** Whether fsop's schema refuses what a probe asks about. Unknown keys are another test's matter. */
export function refusedBySchema(validate: ValidateFunction, { settings, key, under }: Probe): boolean {
  validate(under === undefined ? settings : { [under]: settings })
  const path = `${under === undefined ? '' : `/${under}`}/${key}`
  const isUnder = ({ instancePath }: ErrorObject) => instancePath === path || instancePath.startsWith(`${path}/`)
  return (validate.errors ?? []).some((error) => error.keyword !== 'additionalProperties' && isUnder(error))
}

function isSettings(value: unknown): value is Settings {
  return typeof value === 'object' && value !== null && !Array.isArray(value)
}
