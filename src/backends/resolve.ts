import { access } from 'node:fs/promises'
import { join, resolve } from 'node:path'
import { defaultLocalPython, parseEnvironmentChoice, type LocalPythonConfig } from './local-python/config.ts'
import { FsopError } from '../diagnostics/errors.ts'
import { ExitCode } from '../diagnostics/exit-codes.ts'
import { didYouMean } from '../diagnostics/suggest.ts'
import { createReport, type Report } from '../spec/report.ts'
import type { MapEntry, MapNode } from '../spec/yaml/nodes.ts'
import { readYaml } from '../spec/yaml/read-yaml.ts'
import { toPlain } from '../spec/yaml/to-plain.ts'
import type { ReadInput } from '../usecases/load-spec.ts'

/** The file that `fsop init` writes for each backend, by its short names. */
const shortNames: Readonly<Record<string, string>> = {
  local: 'backend_operator_local_python_config.yaml',
  'local.python': 'backend_operator_local_python_config.yaml',
}

export interface ResolvePorts {
  readonly cwd: string
  /** Folder of the spec: where backend files of short names are looked for. */
  readonly folder: string
  readonly env: NodeJS.ProcessEnv
  readonly read: ReadInput
}

/**
 * The backend that `-b` names: a short name (`local`), whose file is used when it stands beside the spec, or a file.
 *
 * @param wanted undefined means `local`
 * @throws FsopError `BK001` for an unknown name (exit code 2), with all problems of a backend file (exit code 3)
 */
export async function resolveBackend(wanted: string | undefined, ports: ResolvePorts): Promise<LocalPythonConfig> {
  const name = wanted ?? 'local'
  const ownFile = Object.hasOwn(shortNames, name) ? shortNames[name] : undefined
  if (ownFile !== undefined) {
    const beside = join(ports.folder, ownFile)
    return (await exists(beside)) ? readBackendFile(beside, beside, ports) : defaultLocalPython
  }
  if (/\.ya?ml$/.test(name) || name.includes('/')) return readBackendFile(name, resolve(ports.cwd, name), ports)
  const names = Object.keys(shortNames)
  throw new FsopError({
    code: 'BK001',
    message: `there is no backend "${name}"${didYouMean(name, names)}`,
    why: `the backends are: ${names.join(', ')}, or the path of a backend file`,
    hint: 'fsop init writes the backend files',
    exitCode: ExitCode.usage,
  })
}

async function readBackendFile(file: string, path: string, { read }: ResolvePorts): Promise<LocalPythonConfig> {
  const input = await read(path)
  if ('diagnostic' in input) throw invalid([{ ...input.diagnostic, file }])
  const { documents, diagnostics, lines } = readYaml(input.bytes, file)
  const report = createReport(file, (position) => position)
  report.addAll(diagnostics)
  const root = documents[0]
  const config = root?.kind === 'map' ? checkBackend(root, report) : undefined
  if (root !== undefined && root.kind !== 'map') {
    report.add(root.span, {
      code: 'BK002',
      message: 'a backend file is a mapping',
      hint: 'fsop init writes one to start from',
    })
  }
  if (config && report.diagnostics.every(({ severity }) => severity !== 'error')) return config
  throw invalid(report.diagnostics.map((one) => ({ ...one, excerpt: lines[(one.line ?? 1) - 1] ?? '' })))
}

function invalid(diagnostics: Report['diagnostics']): FsopError {
  const first = diagnostics.find(({ severity }) => severity === 'error') ?? diagnostics[0]
  const {
    severity: _,
    docs: __,
    ...rest
  } = first ?? { severity: 'error', code: 'BK002', message: 'the backend file is not valid' }
  const others = diagnostics.filter((one) => one !== first)
  return new FsopError({ ...rest, diagnostics: others, exitCode: ExitCode.invalid })
}

function checkBackend(root: MapNode, report: Report): LocalPythonConfig | undefined {
  const entries = known(root, ['kind', 'type', 'version', 'spec'], '', report)
  word(entries, 'kind', ['operator.local'], report, root)
  word(entries, 'type', ['python'], report, root)
  word(entries, 'version', ['v1'], report, root)
  const spec = entries.get('spec')
  if (spec === undefined || toPlain(spec.value) === null) return defaultLocalPython
  if (spec.value.kind !== 'map') {
    report.add(spec.value.span, {
      code: 'BK004',
      message: 'spec must be a mapping',
      hint: 'write `spec: {}`',
      path: 'spec',
    })
    return undefined
  }
  const settings = known(spec.value, ['environment', 'python'], 'spec.', report)
  const text = (name: string) => {
    const entry = settings.get(name)
    const plain = entry && toPlain(entry.value)
    if (entry === undefined || plain === null) return undefined
    if (typeof plain === 'string') return plain
    report.add(entry.value.span, {
      code: 'BK004',
      message: `spec.${name} must be a string`,
      hint: 'put it in quotes',
      path: `spec.${name}`,
    })
    return undefined
  }
  const wanted = text('environment') ?? 'managed'
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
  return { kind: 'operator.local', type: 'python', environment, python: text('python') }
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
  return new Map(map.entries.map((entry) => [entry.name, entry]))
}

function word(
  entries: ReadonlyMap<string, MapEntry>,
  name: string,
  allowed: readonly string[],
  report: Report,
  root: MapNode,
) {
  const entry = entries.get(name)
  const value = entry && toPlain(entry.value)
  if (typeof value === 'string' && allowed.includes(value)) return
  report.add(entry?.value.span ?? root.span, {
    code: 'BK004',
    message: entry ? `${name} cannot be ${JSON.stringify(value)}` : `the backend file has no "${name}"`,
    why: `fsop knows: ${allowed.join(', ')}`,
    hint: `write \`${name}: ${allowed[0]}\``,
    path: name,
  })
}

async function exists(path: string): Promise<boolean> {
  return access(path).then(
    () => true,
    () => false,
  )
}
