import { dirname, resolve } from 'node:path'
import type { ReadInput } from './load-spec.ts'
import type { Diagnostic } from '../diagnostics/diagnostic.ts'
import { tidyDiagnostic, withDocs } from '../diagnostics/errors.ts'
import { operatorChecks } from '../operators/spec-checks.ts'
import { checkSpec, type CheckOptions } from '../spec/check-spec.ts'
import type { VariableReference } from '../spec/environment-variables.ts'
import { fileKind } from '../spec/file-kind.ts'
import type { StoreSpec } from '../spec/store-spec.ts'

export interface VerifyPorts {
  readonly cwd: string
  readonly env: Readonly<Record<string, string | undefined>>
  readonly read: ReadInput
  /** Checks a spec without errors against what it names; only under `--live`. */
  readonly checkLive?: ((spec: StoreSpec) => Promise<readonly Diagnostic[]>) | undefined
  /** The YAML files below a folder, relative to it; undefined when the path is no folder. */
  readonly listYaml: (path: string) => Promise<readonly string[] | undefined>
}

export interface VerifiedFile {
  readonly file: string
  readonly errors: number
  readonly warnings: number
}

export interface VerifyResult {
  readonly valid: boolean
  readonly files: readonly VerifiedFile[]
  readonly errors: number
  readonly warnings: number
}

export interface Verification {
  readonly result: VerifyResult
  readonly diagnostics: readonly Diagnostic[]
  /** By file: what the specs read. */
  readonly variables: ReadonlyMap<string, readonly VariableReference[]>
}

/**
 * Checks specs, backend files and Kubernetes manifests, each by its kind, and all of them below folders. In a folder, files
 * that are none of fsop's are passed over; one that is named is taken for a spec.
 */
export async function verifyFiles(
  paths: readonly string[],
  ports: VerifyPorts,
  options: Omit<CheckOptions, 'env' | 'operators'>,
): Promise<Verification> {
  const files: VerifiedFile[] = []
  const diagnostics: Diagnostic[] = []
  const variables = new Map<string, readonly VariableReference[]>()
  for (const { file, named } of await expand(paths, ports)) {
    const checked = await verifyFile(file, named, ports, options)
    if (checked === undefined) continue
    diagnostics.push(...checked.diagnostics)
    variables.set(file, checked.variables)
    const count = (severity: string) => checked.diagnostics.filter((one) => one.severity === severity).length
    files.push({ file, errors: count('error'), warnings: count('warning') })
  }
  if (files.length === 0) {
    diagnostics.push(...paths.map(nothingToVerify))
    files.push(...paths.map((file) => ({ file, errors: 1, warnings: 0 })))
  }
  const sum = (key: 'errors' | 'warnings') => files.reduce((total, file) => total + file[key], 0)
  const errors = sum('errors')
  return { result: { valid: errors === 0, files, errors, warnings: sum('warnings') }, diagnostics, variables }
}

/** A check that looks at nothing must not pass for a good one. */
function nothingToVerify(file: string): Diagnostic {
  return withDocs({
    severity: 'error',
    code: 'FS125',
    message: 'there is nothing to verify in this folder',
    why: 'it holds no spec, backend file or Kubernetes manifest that fsop knows',
    hint: 'name a file, or another folder',
    file,
  })
}

async function expand(paths: readonly string[], { cwd, listYaml }: VerifyPorts) {
  const files: { file: string; named: boolean }[] = []
  for (const path of paths) {
    const below = await listYaml(resolve(cwd, path))
    if (below === undefined) files.push({ file: path, named: true })
    else files.push(...below.map((name) => ({ file: `${path.replace(/\/+$/, '')}/${name}`, named: false })))
  }
  return files
}

interface Checked {
  readonly diagnostics: readonly Diagnostic[]
  readonly variables: readonly VariableReference[]
}

async function verifyFile(
  file: string,
  named: boolean,
  { cwd, env, read, checkLive }: VerifyPorts,
  options: Omit<CheckOptions, 'env' | 'operators'>,
): Promise<Checked | undefined> {
  const path = resolve(cwd, file)
  const input = await read(path)
  if ('diagnostic' in input) return { diagnostics: [tidyDiagnostic({ ...input.diagnostic, file })], variables: [] }
  const { bytes } = input
  const kind = fileKind(new TextDecoder().decode(bytes))
  if (kind === 'unknown' && !named) return undefined
  if (kind === 'manifest') {
    const { checkManifest } = await import('../manifests/check-manifest.ts')
    return { diagnostics: await checkManifest({ file, bytes }), variables: [] }
  }
  if (kind === 'backend') {
    const { checkBackendFile } = await import('../backends/backend-file.ts')
    return { diagnostics: checkBackendFile({ file, bytes }).diagnostics, variables: [] }
  }
  const spec = { file, path, folder: dirname(path), bytes }
  const checked = await checkSpec(spec, { ...options, operators: operatorChecks, env })
  const live = checked.spec === undefined ? [] : ((await checkLive?.(checked.spec)) ?? [])
  return { ...checked, diagnostics: [...checked.diagnostics, ...live] }
}
