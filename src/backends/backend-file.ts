import {
  engines,
  parseVolume,
  type EnvVariable,
  type LocalContainerConfig,
  type Volume,
} from './local-container/config.ts'
import { defaultLocalPython, parseEnvironmentChoice, type LocalPythonConfig } from './local-python/config.ts'
import type { Diagnostic } from '../diagnostics/diagnostic.ts'
import { didYouMean } from '../diagnostics/suggest.ts'
import { fileSecrets, withExcerpts, type FileSecrets } from '../spec/excerpts.ts'
import { createReport, type Report } from '../spec/report.ts'
import type { MapEntry, MapNode, YamlNode } from '../spec/yaml/nodes.ts'
import { readYaml } from '../spec/yaml/read-yaml.ts'
import { toPlain } from '../spec/yaml/to-plain.ts'

/** A backend that ADS or a later fsop knows and this version does not run. */
export interface ElsewhereConfig {
  readonly kind: 'job' | 'dataflow' | 'marketplace.local' | 'operator.kubernetes'
  readonly type: string | undefined
  /** What runs it instead. */
  readonly advice: string
}

export type BackendConfig = LocalPythonConfig | LocalContainerConfig | ElsewhereConfig

export interface BackendFileCheck {
  /** There when no diagnostic is an error. */
  readonly config?: BackendConfig
  /** In the order of the file, with excerpts; no secret is in any of them. */
  readonly diagnostics: readonly Diagnostic[]
}

/** True for what {@link ElsewhereConfig} stands for. */
export function isElsewhere(config: BackendConfig): config is ElsewhereConfig {
  return config.kind !== 'operator.local'
}

/** Kinds by the types that they have; `undefined` where a file needs no type. */
const kinds: Readonly<Record<string, readonly (string | undefined)[]>> = {
  'operator.local': ['python', 'container'],
  'operator.kubernetes': ['helm', 'kubectl'],
  'marketplace.local': ['python', undefined],
  // Files of OCI Data Science jobs and Data Flow runs, as `ads operator init` writes them: kind, name and spec.
  job: [undefined, 'python', 'container', 'dataflow', 'dataFlow'],
  dataflow: [undefined, 'python', 'dataflow', 'dataFlow'],
}

const advice: Readonly<Record<ElsewhereConfig['kind'], string>> = {
  job: 'use `-b local`, or run the job with `ads`',
  dataflow: 'use `-b local`, or run it with `ads`',
  'marketplace.local':
    'the marketplace operator needs a cluster, Helm and an OCI login: use `ads operator run -b marketplace`',
  'operator.kubernetes': 'use `-b local` until then',
}

/** Checks a backend file: which place it names, and its settings there. Looks at the bytes alone. */
export function checkBackendFile({ file, bytes }: { file: string; bytes: Uint8Array }): BackendFileCheck {
  const { documents, diagnostics, lines } = readYaml(bytes, file)
  const report = createReport(file, (position) => position)
  report.addAll(diagnostics)
  const [root, another] = documents
  const config = root?.kind === 'map' ? checkRoot(root, report, fileSecrets(documents)) : undefined
  // An empty file has a diagnostic of its own.
  if (root !== undefined && root.kind !== 'map' && toPlain(root) !== null) {
    report.add(root.span, {
      code: 'BK002',
      message: 'a backend file is a mapping',
      hint: 'fsop init writes one to start from',
    })
  }
  if (another !== undefined) {
    report.add(another.span, {
      code: 'BK002',
      message: 'a backend file holds one document',
      why: 'each backend has a file of its own',
      hint: 'move what follows "---" to another file',
    })
  }
  const failed = report.diagnostics.some(({ severity }) => severity === 'error')
  return {
    ...(failed || config === undefined ? {} : { config }),
    diagnostics: withExcerpts(report.diagnostics, lines, documents),
  }
}

function checkRoot(root: MapNode, report: Report, secrets: FileSecrets): BackendConfig | undefined {
  const entries = entriesOf(root)
  const kind = word(entries, 'kind', Object.keys(kinds), report, root)
  if (kind === undefined) return undefined
  const types = kinds[kind] ?? []
  const isJob = kind === 'job' || kind === 'dataflow'
  known(root, ['kind', 'type', 'version', 'spec', ...(isJob ? ['name'] : [])], '', report)
  const words = types.filter((type) => type !== undefined)
  const needsType = !types.includes(undefined)
  const type = needsType || entries.has('type') ? word(entries, 'type', words, report, root) : undefined
  if (!isJob || entries.has('version')) word(entries, 'version', ['v1'], report, root)
  if (isElsewhereKind(kind)) return elsewhere(kind, type, entries, report)
  const spec = entries.get('spec')
  const given = spec === undefined || toPlain(spec.value) === null ? undefined : spec
  if (given !== undefined && given.value.kind !== 'map') {
    report.add(given.value.span, {
      code: 'BK004',
      message: 'spec must be a mapping',
      hint: 'write `spec: {}`',
      path: 'spec',
    })
    return undefined
  }
  const settings = given?.value.kind === 'map' ? given.value : undefined
  if (type === 'container') return container(settings, given?.key ?? root, { report, secrets })
  return type === 'python' ? python(settings, report) : undefined
}

function isElsewhereKind(kind: string): kind is ElsewhereConfig['kind'] {
  return Object.hasOwn(advice, kind)
}

/** Their settings are for the tool that runs them to judge. */
function elsewhere(
  kind: ElsewhereConfig['kind'],
  type: string | undefined,
  entries: ReadonlyMap<string, MapEntry>,
  report: Report,
): ElsewhereConfig {
  report.add(entries.get('kind')?.value.span, {
    severity: 'warning',
    code: 'BK005',
    message: `this version of fsop does not run ${[kind, type].filter((part) => part !== undefined).join('/')}`,
    why: 'the file was checked for kind, type and version only; a command that runs something refuses it',
    hint: advice[kind],
    path: 'kind',
  })
  const spec = entries.get('spec')
  if (kind === 'job' && spec === undefined) missing('spec', 'spec', report, entries.get('kind')?.value)
  return { kind, type, advice: advice[kind] }
}

function python(spec: MapNode | undefined, report: Report): LocalPythonConfig | undefined {
  if (spec === undefined) return defaultLocalPython
  const settings = known(spec, ['environment', 'python'], 'spec.', report)
  const wanted = text(settings, 'environment', report) ?? 'managed'
  const environment = parseEnvironmentChoice(wanted)
  if (environment === undefined) {
    report.add(settings.get('environment')?.value.span, {
      code: 'BK004',
      message: `spec.environment cannot be "${wanted}"${didYouMean(wanted, ['managed', 'current', 'conda:'])}`,
      why: 'it is one of: managed, current, conda:NAME',
      hint: 'write `environment: managed` and fsop makes what the spec needs',
      path: 'spec.environment',
    })
    return undefined
  }
  return { kind: 'operator.local', type: 'python', environment, python: text(settings, 'python', report) }
}

function container(
  spec: MapNode | undefined,
  at: YamlNode,
  { report, secrets }: { report: Report; secrets: FileSecrets },
): LocalContainerConfig | undefined {
  if (spec === undefined) {
    missing('image', 'spec.image', report, at)
    return undefined
  }
  const settings = known(spec, ['image', 'volume', 'env', 'engine'], 'spec.', report)
  const image = text(settings, 'image', report)
  const written = settings.get('image')
  if (written === undefined || toPlain(written.value) === null)
    missing('image', 'spec.image', report, written?.key ?? at)
  if (image !== undefined && (image === '' || /[\s<>{}]/.test(image))) {
    report.add(settings.get('image')?.value.span, {
      code: 'BK004',
      message: `spec.image cannot be ${JSON.stringify(image)}`,
      why: 'it is the name of an image, with a tag if there is one',
      hint: 'write `image: feature_store:v1`, which fsop build-image makes',
      path: 'spec.image',
    })
  }
  const engine = text(settings, 'engine', report)
  const chosen = engines.find((candidate) => candidate === engine)
  if (engine !== undefined && chosen === undefined) {
    report.add(settings.get('engine')?.value.span, {
      code: 'BK004',
      message: `spec.engine cannot be ${JSON.stringify(engine)}${didYouMean(engine, engines)}`,
      why: `it is one of: ${engines.join(', ')}`,
      hint: 'remove it, and fsop takes the one that is there',
      path: 'spec.engine',
    })
  }
  return {
    kind: 'operator.local',
    type: 'container',
    image: image ?? '',
    volumes: volumes(settings.get('volume'), report),
    env: variables(settings.get('env'), { report, secrets }),
    engine: chosen,
  }
}

function volumes(entry: MapEntry | undefined, report: Report): readonly Volume[] {
  const targets = new Set<string>()
  return itemsOf(entry, 'a list such as ["~/.oci:/root/.oci"]', report).flatMap((item, index) => {
    const path = `spec.volume.${index}`
    const plain = toPlain(item)
    if (typeof plain !== 'string') {
      report.add(item.span, { code: 'BK004', message: `${path} must be a string`, hint: 'put it in quotes', path })
      return []
    }
    const volume = parseVolume(plain)
    if ('problem' in volume) {
      report.add(item.span, {
        code: 'BK006',
        message: `${path}: ${JSON.stringify(plain)} is not a volume`,
        why: volume.problem,
        hint: volume.hint,
        path,
      })
      return []
    }
    if (targets.has(volume.target)) {
      report.add(item.span, {
        code: 'BK006',
        message: `${path}: ${volume.target} is mounted twice`,
        why: 'a folder of the container can show one folder of this machine',
        hint: 'remove one of the two',
        path,
      })
    }
    targets.add(volume.target)
    return [volume]
  })
}

function variables(
  entry: MapEntry | undefined,
  { report, secrets }: { report: Report; secrets: FileSecrets },
): readonly EnvVariable[] {
  const items = itemsOf(entry, 'a list such as [{ name: REDIS_HOST }]', report)
  const seen = new Set<string>()
  return items.flatMap((item, index) => {
    const path = `spec.env.${index}`
    if (item.kind !== 'map') {
      report.add(item.span, {
        code: 'BK004',
        message: `${path} must be a mapping with name, and value if it has one`,
        hint: 'write `- name: REDIS_HOST`',
        path,
      })
      return []
    }
    const fields = known(item, ['name', 'value'], `${path}.`, report)
    const name = text(fields, 'name', report, path)
    if (name === undefined || !/^[A-Za-z_][A-Za-z0-9_]*$/.test(name)) {
      const at = fields.get('name')?.value
      if (name !== undefined || at === undefined || toPlain(at) === null)
        report.add(at?.span ?? item.span, {
          code: 'BK004',
          message:
            name === undefined ? `${path} has no name` : `${path}.name: ${JSON.stringify(name)} is not a variable`,
          why: 'the name of an environment variable has letters, digits and underscores, and no digit first',
          hint: 'for instance REDIS_HOST',
          path: `${path}.name`,
        })
      return []
    }
    if (seen.has(name)) {
      report.add(item.span, {
        code: 'BK004',
        message: `${path}: ${name} is set twice`,
        why: 'a variable has one value',
        hint: 'remove one of the two',
        path: `${path}.name`,
      })
    }
    seen.add(name)
    const value = text(fields, 'value', report, path)
    const node = fields.get('value')?.value
    if (node !== undefined && secrets.get(node)?.isLiteral === true) {
      report.add(node.span, {
        severity: 'warning',
        code: 'BK007',
        message: `${name} holds a credential as it is (its value is not shown)`,
        why: 'everyone who may read the file can read it',
        hint: `remove value and set ${name} in the environment of fsop: a variable without value is passed through`,
        path: `${path}.value`,
      })
    }
    return [{ name, value }]
  })
}

function itemsOf(entry: MapEntry | undefined, wanted: string, report: Report): readonly YamlNode[] {
  if (entry === undefined || toPlain(entry.value) === null) return []
  if (entry.value.kind === 'seq') return entry.value.items
  const path = `spec.${entry.name}`
  report.add(entry.value.span, {
    code: 'BK004',
    message: `${path} must be a list`,
    hint: `write ${wanted}`,
    path,
  })
  return []
}

/** A text, or undefined where there is none or it was reported. */
function text(
  settings: ReadonlyMap<string, MapEntry>,
  name: string,
  report: Report,
  prefix = 'spec',
): string | undefined {
  const entry = settings.get(name)
  const plain = entry && toPlain(entry.value)
  if (entry === undefined || plain === null) return undefined
  if (typeof plain === 'string') return plain
  report.add(entry.value.span, {
    code: 'BK004',
    message: `${prefix}.${name} must be a string`,
    hint: 'put it in quotes',
    path: `${prefix}.${name}`,
  })
  return undefined
}

function missing(name: string, path: string, report: Report, at: YamlNode | undefined): void {
  report.add(at?.span, {
    code: 'BK004',
    message: `the backend file has no ${path}`,
    hint: `add \`${name}: …\`; fsop init writes a file to start from`,
    path,
  })
}

function known(map: MapNode, names: readonly string[], prefix: string, report: Report): ReadonlyMap<string, MapEntry> {
  for (const { key, name } of map.entries) {
    if (names.includes(name)) continue
    report.add(key.span, {
      code: 'BK003',
      message: `unknown key "${prefix}${name}" in a backend file${didYouMean(name, names)}`,
      why: `the keys are: ${names.join(', ')}`,
      hint: 'remove it or correct it',
      path: `${prefix}${name}`,
    })
  }
  return entriesOf(map)
}

function entriesOf(map: MapNode): ReadonlyMap<string, MapEntry> {
  return new Map(map.entries.map((entry) => [entry.name, entry]))
}

function shown(node: YamlNode): string {
  if (node.kind !== 'scalar') return node.kind === 'map' ? 'a mapping' : 'a list'
  if (node.value === null) return 'empty'
  return typeof node.value === 'string' ? JSON.stringify(node.value.slice(0, 100)) : node.source.slice(0, 100)
}

/** A key that holds one of some words; undefined where it does not, which is reported. */
function word(
  entries: ReadonlyMap<string, MapEntry>,
  name: string,
  allowed: readonly string[],
  report: Report,
  root: MapNode,
): string | undefined {
  const entry = entries.get(name)
  const value = entry && toPlain(entry.value)
  if (typeof value === 'string' && allowed.includes(value)) return value
  const guess = typeof value === 'string' ? didYouMean(value, allowed) : ''
  report.add(entry?.value.span ?? root.entries[0]?.key.span ?? root.span, {
    code: 'BK004',
    message: entry ? `${name} cannot be ${shown(entry.value)}${guess}` : `the backend file has no "${name}"`,
    why: `fsop knows: ${allowed.join(', ')}`,
    hint: `write \`${name}: ${allowed[0]}\``,
    path: name,
  })
  return undefined
}
