import { catalogs, keys as keyLoaders } from '../generated/validators/index.js'
import type { CheckContext } from './check-context.ts'
import { blocksInUse, checkComponent } from './components.ts'
import { checkVariables } from './environment-findings.ts'
import { expandVariables, type VariableReference } from './environment-variables.ts'
import { neededExtras } from './extras.ts'
import { checkHeader } from './header.ts'
import type { OperatorCheck } from './operator-check.ts'
import { projectNameProblem } from './project-name.ts'
import { hiddenIn, redactor, textBetween } from './redaction.ts'
import { createReport, inFileOrder } from './report.ts'
import { checkRootKeys } from './root-keys.ts'
import { checkRules } from './rules/index.ts'
import { checkSecrets } from './secret-findings.ts'
import { maskSecrets } from './secret-mask.ts'
import { findSecrets, type SecretValue } from './secrets.ts'
import { componentNames, type Component, type ComponentName, type StoreSpec } from './store-spec.ts'
import { within, withPaths } from './variable-places.ts'
import type { Diagnostic, Position } from '../diagnostics/diagnostic.ts'
import { withDocs } from '../diagnostics/errors.ts'
import { defaultFeastVersion, feastVersionOf } from '../feast/versions.ts'
import { extraDocuments, readYaml } from './yaml/read-yaml.ts'
import { toPlain } from './yaml/to-plain.ts'
import type { MapNode, ScalarNode, YamlNode } from './yaml/nodes.ts'

/** The bytes of a spec and where they came from. */
export interface SpecInput {
  /** As the user named it. */
  readonly file: string
  readonly path: string
  readonly folder: string
  readonly bytes: Uint8Array
}

export interface CheckOptions {
  readonly env: Readonly<Record<string, string | undefined>>
  /** Feast version to check against; else the one that `spec.requirements` pins, else fsop's own. */
  readonly feastVersion?: string | undefined
  readonly allowUnknown?: boolean
  /** Variables that are not set are warnings only, for a CI that has no secrets. */
  readonly allowUnset?: boolean
  /** The operator types there are; without them, feature_store as Feast has it. */
  readonly operators?: readonly OperatorCheck[]
  /** Where the store will run, when that is known: some settings work on one machine only. */
  readonly place?: 'kubernetes' | undefined
}

export interface SpecCheck {
  /** There when no diagnostic is an error. */
  readonly spec?: StoreSpec
  /** In the order of the file, with excerpts; no secret is in any of them. */
  readonly diagnostics: readonly Diagnostic[]
  readonly variables: readonly VariableReference[]
}

/**
 * Finds everything that is wrong with a feature_store.yaml. Runs nothing and imports nothing that the spec names, and
 * needs no Python.
 */
export async function checkSpec(input: SpecInput, options: CheckOptions): Promise<SpecCheck> {
  const { file, bytes } = input
  const decoded = decode(bytes)
  if (decoded === undefined) return unreadable(input)
  const expansion = expandVariables(decoded, options.env)
  const report = createReport(file, expansion.toSource)
  const yaml = readYaml(new TextEncoder().encode(expansion.text), file)
  report.addAll(yaml.diagnostics)
  report.addAll(extraDocuments(yaml, file))
  const root = yaml.documents[0]
  const sourceLines = decoded.split(/\r\n|\r|\n/)
  const { toSource } = expansion
  const isBroken = root === undefined || report.diagnostics.some(({ severity }) => severity === 'error')
  const raw = (node: ScalarNode) => textBetween(sourceLines, toSource(node.span.start), toSource(node.span.end))
  const secrets = root === undefined ? [] : findSecrets(root, raw)
  const hidden = hiddenIn(secrets, expansion, raw)
  const references = expansion.references.filter((reference) => !hidden.has(reference))
  const finish = (spec?: StoreSpec): SpecCheck => {
    const lines = maskSecrets(sourceLines, secrets, { isBroken, toSource })
    const clean = redactor(secrets, { expansion, isBroken, sourceLines, env: options.env })
    const ordered = inFileOrder(report.diagnostics).map((one) => withExcerpt(clean(one), lines))
    const failed = ordered.some(({ severity }) => severity === 'error')
    const variables =
      root === undefined || references.length === 0 ? references : withPaths(references, root, expansion)
    return { ...(failed || spec === undefined ? {} : { spec }), diagnostics: ordered, variables }
  }
  if (root === undefined || isBroken) return finish()
  if (root.kind !== 'map') {
    report.add(root.span, {
      code: 'FS200',
      message: 'the file holds no mapping',
      why: 'a spec is a mapping of keys such as `project:` and `registry:`',
      hint: 'fsop init writes one to start from',
    })
    return finish()
  }
  return finish(
    await checkRoot(root, input, options, {
      report,
      references: expansion.references,
      visible: references,
      toSource,
      secrets,
    }),
  )
}

interface Parsed {
  readonly report: CheckContext['report']
  readonly references: readonly VariableReference[]
  /** The references that may be shown. */
  readonly visible: readonly VariableReference[]
  readonly toSource: (position: Position) => Position
  readonly secrets: readonly SecretValue[]
}

async function checkRoot(
  root: MapNode,
  input: SpecInput,
  options: CheckOptions,
  parsed: Parsed,
): Promise<StoreSpec | undefined> {
  const { report, references } = parsed
  const feastVersion = options.feastVersion ?? pinnedVersion(root)
  const catalog = (await (catalogs[feastVersion] ?? catalogs[defaultFeastVersion])?.())?.default
  if (catalog === undefined) throw new Error('the build holds no catalog')
  if (catalog.feastVersion !== feastVersion) {
    report.add(undefined, {
      severity: 'warning',
      code: 'FS213',
      message: `fsop does not know Feast ${feastVersion}; the spec was checked as for ${catalog.feastVersion}`,
      hint: `fsop knows ${Object.keys(catalogs).join(' and ')}`,
    })
  }
  const secretNodes = new Set<YamlNode>(parsed.secrets.filter(({ kind }) => kind === 'value').map(({ node }) => node))
  const context: CheckContext = {
    report,
    catalog,
    keysOf: async (block) => (await keyLoaders[catalog.feastVersion]?.())?.default[block] ?? {},
    variablesIn: (node) => within(node, references, parsed.toSource),
    isSecret: (node) => secretNodes.has(node),
    blocksInUse: blocksInUse(root.entries, catalog),
    unknownKeys: options.allowUnknown ? 'warning' : 'error',
  }
  const { operators = [] } = options
  const types = operators.length > 0 ? operators.map(({ type }) => type) : ['feature_store']
  const header = checkHeader(root, types, context)
  checkVariables(root, context, options.allowUnset ? 'warning' : 'error')
  const operator = operators.find(({ type }) => type === header.type)
  if (operator && (await operator.check(root, context)) === 'whole') return undefined
  const keys = await checkRootKeys(root, context)
  const components: Partial<Record<ComponentName, Component>> = {}
  const entryOf = (name: ComponentName) => keys.get(name) ?? keys.get(secondName(name))
  for (const name of componentNames) {
    const component = await checkComponent(name, entryOf(name), context)
    if (component) components[name] = component
  }
  await checkRules(keys, components, entryOf, { context, place: options.place })
  checkSecrets(parsed.secrets, context)
  const project = keys.get('project')
  const projectName = project && toPlain(project.value)
  if (
    project &&
    typeof projectName === 'string' &&
    context.variablesIn(project.value).every(({ state }) => state === 'set')
  ) {
    const problem = projectNameProblem(projectName)
    if (problem) {
      // A hint made from the value would show the value of a variable.
      const hint = context.variablesIn(project.value).length > 0 ? 'use letters, digits and underscores' : problem.hint
      report.add(project.value.span, { ...problem, hint, path: 'project' })
    }
  }
  const provider = keys.get('provider')
  const providerName = provider ? toPlain(provider.value) : catalog.components.provider.default
  if (typeof projectName !== 'string' || typeof providerName !== 'string') return undefined
  return {
    file: input.file,
    path: input.path,
    folder: input.folder,
    type: header.type,
    project: projectName,
    feastVersion,
    provider: providerName,
    components,
    extras: neededExtras(components, { provider: providerName, blocks: enabledBlocks(root) }, catalog),
    requirements: header.requirements,
    variables: parsed.visible,
  }
}

/** Feast's model takes this one by the name of its field as well (`populate_by_name` of RepoConfig). */
function secondName(name: ComponentName): string {
  return name === 'batch_engine' ? 'batch_engine_config' : name
}

/** Optional blocks of the top level that the spec switches on. */
function enabledBlocks(root: MapNode): readonly string[] {
  return root.entries
    .filter(({ value }) => {
      const plain = toPlain(value)
      return typeof plain === 'object' && plain !== null && 'enabled' in plain && plain.enabled === true
    })
    .map(({ name }) => name)
}

function pinnedVersion(root: MapNode): string {
  const spec = root.entries.find(({ name }) => name === 'spec')
  const plain = spec ? toPlain(spec.value) : undefined
  const requirements = typeof plain === 'object' && plain !== null && 'requirements' in plain ? plain.requirements : []
  return feastVersionOf(Array.isArray(requirements) ? requirements : []) ?? defaultFeastVersion
}

/** Feast opens the file as UTF-8 text, so what is not UTF-8 never reaches its YAML reader. */
function decode(bytes: Uint8Array): string | undefined {
  try {
    return new TextDecoder('utf-8', { fatal: true, ignoreBOM: true }).decode(bytes)
  } catch {
    return undefined
  }
}

/** The YAML reader says best at which byte a file stops being text. */
function unreadable({ file, bytes }: SpecInput): SpecCheck {
  const { diagnostics } = readYaml(bytes, file)
  const errors = diagnostics.filter(({ severity }) => severity === 'error')
  const found: readonly Diagnostic[] =
    errors.length > 0
      ? errors
      : [
          {
            severity: 'error',
            code: 'FS105',
            message: 'the file is not UTF-8',
            why: 'Feast reads it as UTF-8 and stops at the first byte that is not',
            hint: 'save it as UTF-8 without a byte order mark',
            file,
          },
        ]
  return { diagnostics: found.map(withDocs), variables: [] }
}

function withExcerpt(diagnostic: Diagnostic, lines: readonly string[]): Diagnostic {
  const excerpt = diagnostic.line === undefined ? undefined : lines[diagnostic.line - 1]
  return excerpt === undefined ? diagnostic : { ...diagnostic, excerpt: excerpt.slice(0, 2000) }
}
