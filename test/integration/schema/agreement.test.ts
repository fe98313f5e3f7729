import type { ValidateFunction } from 'ajv'
import { beforeAll, describe, expect, test } from 'vitest'
import { schemaVersions } from '../../../scripts/generate-schema.mjs'
import type { Catalog, Keys } from '../../../src/spec/catalog.ts'
import { componentNames } from '../../../src/spec/store-spec.ts'
import { askFeast, generated } from './feast.ts'
import type { Answers } from './feast.ts'
import { fullRoot, minimalSettings } from './minimal-settings.ts'
import { probesOf, refusedBySchema } from './probes.ts'
import type { Probe } from './probes.ts'

/** Feast's own classes for the blocks that it types as anything until they are used. */
const LATE_BLOCKS: Readonly<Record<string, string>> = { mlflow: 'feast.mlflow_integration.config.MlflowConfig' }

interface LoaderFact {
  readonly document: unknown
  readonly isGood: boolean
}

interface TypeUnderTest {
  readonly name: string
  readonly component: string
  readonly config: string
  readonly keyword: string
  readonly settings: Readonly<Record<string, unknown>>
  readonly allowsExtraKeys: boolean
  readonly needsExtras: boolean
}

describe.each(await schemaVersions())('the schemas of Feast %s', { timeout: 600_000 }, (version) => {
  const validators = new Map<string, ValidateFunction>()
  let types: readonly TypeUnderTest[]
  let probes: readonly Probe[]
  let facts: readonly LoaderFact[]
  let answers: Answers
  const integers = numberTexts()

  beforeAll(async () => {
    const { loaders, catalogs, keys } = await generated()
    for (const [name, load] of Object.entries(loaders[version] ?? {})) validators.set(name, (await load()).default)
    const { components } = await loaded(catalogs[version])
    types = typesOf(components)
    const importable = types.filter((type) => !type.needsExtras)
    facts = loaderFacts(components, new Set(importable.map(({ name }) => name)))
    probes = allProbes(types, await loaded(keys[version]))
    answers = await askFeast(version, {
      settings: [
        ...types.flatMap((type) => [type.settings, withUnknownKey(type)].map((settings) => ({ ...type, settings }))),
        ...probes,
      ],
      documents: [fullRoot, ...importable.map(documentOf), ...facts.map(({ document }) => document)],
      values: { int: integers, float: integers },
    })
  }, 600_000)

  const validator = (name: string): ValidateFunction => {
    const found = validators.get(name)
    if (!found) throw new Error(`no validator ${name}`)
    return found
  }

  test('there are minimal settings for every type word', () => {
    const names = [...validators.keys()].filter((name) => name !== 'root')
    expect(Object.keys(minimalSettings)).toEqual(expect.arrayContaining(names))
  })

  test('both accept the least that each type needs', () => {
    expect(types.filter((_, index) => answers.settings[2 * index] !== null).map(({ name }) => name)).toEqual([])
    expect(types.filter(({ name, settings }) => !validator(name)(settings)).map(({ name }) => name)).toEqual([])
  })

  test('both refuse an unknown key, save where Feast ignores it', () => {
    const ignoring = types.filter((_, index) => answers.settings[2 * index + 1] === null)
    expect(ignoring.map(({ name }) => name)).toEqual(
      types.filter((type) => type.allowsExtraKeys).map(({ name }) => name),
    )
    expect(types.filter((type) => validator(type.name)(withUnknownKey(type))).map(({ name }) => name)).toEqual([])
  })

  test("Feast's own loader accepts the documents, with the classes that need no extra", () => {
    const problems = answers.documents.slice(0, -facts.length)
    expect(problems.filter((problem) => problem !== null)).toEqual([])
    expect(validator('root')(fullRoot)).toBe(true)
    expect(problems.length).toBeGreaterThanOrEqual(15)
  })

  test('the catalog says of words, null and class paths what the loader does', () => {
    const problems = answers.documents.slice(-facts.length)
    const wrong = facts.filter(({ isGood }, index) => isGood !== (problems[index] === null))
    expect(wrong.map(({ document }) => document)).toEqual([])
    expect(facts.filter(({ isGood }) => isGood).length).toBeGreaterThan(8)
    expect(facts.filter(({ isGood }) => !isGood).length).toBeGreaterThan(8)
  })

  test('both say the same of every key with every kind of value', () => {
    const first = 2 * types.length
    const refusedByFeast = (probe: Probe, index: number) =>
      (answers.settings[first + index] ?? []).some((key) => key === probe.key || key === probe.aliasOf)
    const disagreements = probes.flatMap((probe, index) => {
      const feast = refusedByFeast(probe, index)
      const schema = refusedBySchema(validator(probe.block), probe)
      return feast === schema || (feast && isUnbounded(probe.value))
        ? []
        : [`${probe.name}: ${feast ? 'Feast refuses' : 'the schema refuses'}`]
    })
    expect(disagreements).toEqual([])
    expect(probes.length).toBeGreaterThan(10_000)
  })

  test('no text is refused that pydantic reads as a number', () => {
    const refused = (name: string, key: string, accepted: readonly boolean[] | undefined) =>
      integers.filter((text, index) => {
        validator(name)({ type: name.slice(name.indexOf('.') + 1), [key]: text })
        return (
          accepted?.[index] === true && validator(name).errors?.some(({ instancePath }) => instancePath === `/${key}`)
        )
      })
    expect(refused('online_store.redis', 'key_ttl_seconds', answers.values['int'])).toEqual([])
    expect(refused('online_store.mongodb', 'vector_index_wait_poll_interval', answers.values['float'])).toEqual([])
    expect(answers.values['int']?.filter(Boolean).length).toBeGreaterThan(200)
  })
})

async function loaded<T>(load: (() => Promise<{ readonly default: T }>) | undefined): Promise<T> {
  if (!load) throw new Error('nothing was generated for this version')
  return (await load()).default
}

function typesOf(components: Catalog['components']): TypeUnderTest[] {
  return componentNames.flatMap((component) => {
    const { keyword, types } = components[component]
    return Object.entries(types).map(([word, type]) => {
      const name = `${component}.${word}`
      return {
        name,
        component,
        config: type.configClass,
        keyword,
        settings: { [keyword]: type.word ?? word, ...minimalSettings[name] },
        allowsExtraKeys: type.allowsExtraKeys,
        needsExtras: type.extras.length > 0,
      }
    })
  })
}

/** What the catalog says apart from types and keys, as documents that the loader must take or refuse. */
function loaderFacts(components: Catalog['components'], importable: ReadonlySet<string>): LoaderFact[] {
  return componentNames.flatMap((component) => {
    const { keyword, keywordRequired, classPaths, ...catalog } = components[component]
    const fact = (value: unknown, isGood: boolean): LoaderFact => ({
      document: { project: 'fraud', registry: 'registry.db', [component]: value },
      isGood,
    })
    return [
      ...(catalog.acceptsWord ? [fact(catalog.default, true)] : []),
      ...(catalog.acceptsNull ? [fact(null, true)] : []),
      fact({}, !keywordRequired),
      ...(component === 'feature_server' || component === 'registry' ? [] : [fact('no_such_word', false)]),
      fact({ [keyword]: 'no_such_word' }, false),
      ...Object.entries(classPaths).flatMap(([path, target]) => {
        if (target.broken !== undefined) return [fact(path, false), fact({ [keyword]: path }, false)]
        if (!importable.has(`${component}.${target.type}`)) return []
        const settings = { ...minimalSettings[`${component}.${target.type}`], [keyword]: path }
        return [fact(settings, target.refused === undefined)]
      }),
    ]
  })
}

function allProbes(types: readonly TypeUnderTest[], keys: Readonly<Record<string, Keys>>): Probe[] {
  const components = new Set(types.map(({ component }) => component))
  const root = Object.entries(keys['root'] ?? {}).filter(
    ([key, { aliasOf }]) => !components.has(aliasOf ?? key) && !((aliasOf ?? key) in LATE_BLOCKS),
  )
  const late = Object.entries(LATE_BLOCKS).flatMap(([key, config]) =>
    probesOf('root', config, keys['root']?.[key]?.keys ?? {}, {}).map((probe) => ({ ...probe, under: key })),
  )
  return [
    ...types.flatMap(({ name, config, keyword, settings }) =>
      probesOf(name, config, keys[name] ?? {}, settings).filter(({ key }) => key !== keyword),
    ),
    ...probesOf('root', 'feast.repo_config.RepoConfig', Object.fromEntries(root), fullRoot),
    ...late,
  ]
}

/** Where a key must be above 0, the schema holds numbers to that, but not what pydantic converts to the number 0. */
function isUnbounded(value: unknown): boolean {
  return value === false || value === '0'
}

function withUnknownKey({ settings }: TypeUnderTest) {
  return { ...settings, no_such_key: 1 }
}

function documentOf({ component, settings }: TypeUnderTest) {
  return { project: 'fraud', registry: 'registry.db', [component]: settings }
}

/** All short texts over the characters that matter to a number. */
function numberTexts(): string[] {
  let texts = ['']
  const all: string[] = []
  for (let length = 1; length <= 4; length++) {
    texts = texts.flatMap((text) => Array.from('05_.+-e ', (character) => text + character))
    all.push(...texts)
  }
  return [...all, ' 5\n', 'inf', '-Infinity', 'NaN', '1_000.5', '1_000', '5.00', '1e400']
}
