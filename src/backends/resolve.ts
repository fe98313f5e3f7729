import { access } from 'node:fs/promises'
import { join, resolve } from 'node:path'
import { checkBackendFile, isElsewhere, type BackendConfig } from './backend-file.ts'
import { defaultLocalPython, type LocalPythonConfig } from './local-python/config.ts'
import type { Diagnostic } from '../diagnostics/diagnostic.ts'
import { FsopError } from '../diagnostics/errors.ts'
import { ExitCode } from '../diagnostics/exit-codes.ts'
import { didYouMean } from '../diagnostics/suggest.ts'
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
  /** Told the warnings of a backend file that is used. */
  readonly warn?: (diagnostics: readonly Diagnostic[]) => void
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

async function readBackendFile(file: string, path: string, ports: ResolvePorts): Promise<LocalPythonConfig> {
  const input = await ports.read(path)
  if ('diagnostic' in input) throw invalid([{ ...input.diagnostic, file }])
  const { config, diagnostics } = checkBackendFile({ file, bytes: input.bytes })
  if (config === undefined) throw invalid(diagnostics)
  if (config.kind === 'operator.local' && config.type === 'python') {
    if (diagnostics.length > 0) ports.warn?.(diagnostics)
    return config
  }
  throw notRunHere(config, file)
}

/** A file that is right, for a place where this version of fsop runs nothing. */
function notRunHere(config: BackendConfig, file: string): FsopError {
  const place = [config.kind, config.type].filter((part) => part !== undefined).join('/')
  return new FsopError({
    code: 'BK005',
    message: `this version of fsop does not run ${place}`,
    why: 'it runs operator.local/python',
    hint: isElsewhere(config) ? config.advice : 'use `-b local`',
    file,
    path: 'kind',
    exitCode: ExitCode.invalid,
  })
}

function invalid(diagnostics: readonly Diagnostic[]): FsopError {
  const first = diagnostics.find(({ severity }) => severity === 'error') ?? diagnostics[0]
  const {
    severity: _,
    docs: __,
    ...rest
  } = first ?? { severity: 'error', code: 'BK002', message: 'the backend file is not valid' }
  const others = diagnostics.filter((one) => one !== first)
  return new FsopError({ ...rest, diagnostics: others, exitCode: ExitCode.invalid })
}

async function exists(path: string): Promise<boolean> {
  return access(path).then(
    () => true,
    () => false,
  )
}
