import { FsopError, isInterruptedError } from '../../diagnostics/errors.ts'
import { ExitCode } from '../../diagnostics/exit-codes.ts'
import type { Processes } from '../../ports/processes.ts'

/** A Python interpreter that was asked what it is. */
export interface Python {
  readonly path: string
  /** Such as `3.11.7`. */
  readonly version: string
  /** sysconfig's platform tag, such as `linux-x86_64`. */
  readonly platform: string
  /** Whether it can make virtual environments with pip in them. */
  readonly hasVenv: boolean
}

/** Oldest Python that Feast 0.66 and 0.67 run on (Requires-Python of both). */
export const oldestPython = '3.10'

const candidates = ['python3.13', 'python3.12', 'python3.11', 'python3.10', 'python3', 'python']

const probe = [
  'import importlib.util as u, json, sys, sysconfig',
  "print(json.dumps({'path': sys.executable, 'version': '.'.join(map(str, sys.version_info[:3])), 'platform': sysconfig.get_platform(), 'hasVenv': bool(u.find_spec('venv') and u.find_spec('ensurepip'))}))",
].join('\n')

/** Asks an interpreter what it is; undefined when it does not answer as Python does. */
export async function inspectPython(processes: Processes, command: string): Promise<Python | undefined> {
  try {
    const { code, stdout } = await processes.run({ command, args: ['-I', '-c', probe], timeoutMs: 20_000 })
    if (code !== 0) return undefined
    return JSON.parse(stdout) as Python
  } catch (error) {
    // Not even started (another machine's program), or no JSON.
    if (isInterruptedError(error)) throw error
    return undefined
  }
}

/**
 * The Python to make an environment with: `wanted` (a path or a name), else `python3` when it is new enough, else the
 * newest of PATH.
 *
 * @throws FsopError `FS402` when there is none, `FS403` when all are too old, both with exit code 4
 */
export async function findPython(processes: Processes, wanted: string | undefined): Promise<Python> {
  const names = wanted === undefined ? ['python3', ...candidates] : [wanted]
  const seen = new Map<string, Python>()
  for (const name of names) {
    const path = processes.find(name)
    if (path === undefined || seen.has(path)) continue
    const python = await inspectPython(processes, path)
    if (python === undefined) continue
    seen.set(path, python)
    if (isNewEnough(python)) return python
  }
  const old = [...seen.values()][0]
  if (old === undefined) {
    throw new FsopError({
      code: 'FS402',
      message: wanted === undefined ? 'no Python was found on PATH' : `no Python at ${wanted}`,
      why: `Feast is a Python package; it needs Python ${oldestPython} or newer`,
      hint: 'install Python, or set FSOP_PYTHON to the interpreter to use; fsop doctor shows what was found',
      exitCode: ExitCode.missing,
    })
  }
  throw new FsopError({
    code: 'FS403',
    message: `Python ${old.version} is too old`,
    why: `${old.path} is what was found; Feast needs Python ${oldestPython} or newer`,
    hint: 'install a newer Python, or set FSOP_PYTHON to the interpreter to use',
    exitCode: ExitCode.missing,
  })
}

export function isNewEnough({ version }: Pick<Python, 'version'>): boolean {
  const [major = 0, minor = 0] = version.split('.').map(Number)
  const [wantedMajor = 0, wantedMinor = 0] = oldestPython.split('.').map(Number)
  return major > wantedMajor || (major === wantedMajor && minor >= wantedMinor)
}
