import { dirname, resolve } from 'node:path'
import type { Diagnostic } from '../diagnostics/diagnostic.ts'
import { FsopError, tidyDiagnostic } from '../diagnostics/errors.ts'
import { ExitCode } from '../diagnostics/exit-codes.ts'
import { operatorChecks } from '../operators/spec-checks.ts'
import { checkSpec, type CheckOptions, type SpecCheck } from '../spec/check-spec.ts'
import type { StoreSpec } from '../spec/store-spec.ts'

/** Reads a file whole, or says why it cannot be read. */
export type ReadInput = (path: string) => Promise<{ bytes: Uint8Array } | { diagnostic: Diagnostic }>

export interface LoadPorts {
  readonly cwd: string
  readonly env: Readonly<Record<string, string | undefined>>
  readonly read: ReadInput
}

/** Checks one spec file. Never throws for what is wrong with the file. */
export async function checkSpecFile(
  file: string,
  ports: LoadPorts,
  options: Omit<CheckOptions, 'env'> = {},
): Promise<SpecCheck> {
  const path = resolve(ports.cwd, file)
  const input = await ports.read(path)
  if ('diagnostic' in input) return { diagnostics: [tidyDiagnostic({ ...input.diagnostic, file })], variables: [] }
  return checkSpec(
    { file, path, folder: dirname(path), bytes: input.bytes },
    {
      ...options,
      operators: operatorChecks,
      env: ports.env,
    },
  )
}

/**
 * The spec of a file that a command is to work with.
 *
 * @returns the spec and its warnings
 * @throws FsopError with exit code 3 and all problems of the file when there is an error among them
 */
export async function loadSpec(
  file: string,
  ports: LoadPorts,
  options: Omit<CheckOptions, 'env'> = {},
): Promise<{ spec: StoreSpec; warnings: readonly Diagnostic[] }> {
  const { spec, diagnostics } = await checkSpecFile(file, ports, options)
  if (spec) return { spec, warnings: diagnostics }
  if (diagnostics.every(({ severity }) => severity !== 'error')) throw noStore(file)
  throw invalidSpec(diagnostics)
}

function noStore(file: string): FsopError {
  return new FsopError({
    code: 'FS214',
    message: `${file} describes no Feast store`,
    why: 'it is valid, but of a kind that this version of fsop can only verify',
    hint: 'name a feature_store.yaml with `project:` and `registry:`; fsop init writes one',
    file,
    exitCode: ExitCode.invalid,
  })
}

function invalidSpec(diagnostics: readonly Diagnostic[]): FsopError {
  const first = diagnostics.find(({ severity }) => severity === 'error')
  const {
    severity: _,
    docs: __,
    ...rest
  } = first ?? { severity: 'error', code: 'FS070', message: 'the spec is not valid' }
  const error = new FsopError({ ...rest, exitCode: ExitCode.invalid })
  return Object.assign(error, { others: diagnostics.map((one) => (one === first ? error.diagnostic : one)) })
}
