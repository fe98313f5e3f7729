import { basename, join } from 'node:path'
import type { LocalPythonConfig } from './config.ts'
import { ensureManagedEnvironment, type Environment, type EnvironmentPorts } from './managed-environment.ts'
import { findPython, inspectPython, isNewEnough, oldestPython } from './python.ts'
import { FsopError } from '../../diagnostics/errors.ts'
import { ExitCode } from '../../diagnostics/exit-codes.ts'
import { didYouMean } from '../../diagnostics/suggest.ts'
import type { Processes } from '../../ports/processes.ts'

/**
 * The Python environment that a backend file asks for.
 *
 * @param requirements what a managed environment must hold
 * @throws FsopError `FS402` to `FS406` (no Python, too old, no conda, no such environment), `FS411` to `FS414`
 */
export async function openEnvironment(
  config: LocalPythonConfig,
  requirements: readonly string[],
  wantedPython: string | undefined,
  ports: EnvironmentPorts,
): Promise<Environment> {
  const { processes } = ports
  switch (config.environment.mode) {
    case 'managed':
      return ensureManagedEnvironment(requirements, await findPython(processes, wantedPython ?? config.python), ports)
    case 'current': {
      const python = await findPython(processes, wantedPython ?? config.python)
      return { python: python.path, origin: `current Python ${python.path}` }
    }
    case 'conda':
      return condaEnvironment(processes, config.environment.name)
  }
}

async function condaEnvironment(processes: Processes, name: string): Promise<Environment> {
  const conda = ['conda', 'mamba', 'micromamba'].map((tool) => processes.find(tool)).find((path) => path !== undefined)
  if (conda === undefined) {
    throw new FsopError({
      code: 'FS405',
      message: `the backend asks for the conda environment ${name}, and there is no conda on PATH`,
      hint: 'install conda (or mamba, micromamba), or write `environment: managed` in the backend file',
      exitCode: ExitCode.missing,
    })
  }
  const { code, stdout } = await processes.run({ command: conda, args: ['env', 'list', '--json'], timeoutMs: 60_000 })
  const prefixes = code === 0 ? readPrefixes(stdout) : []
  const prefix = prefixes.find((path) => path === name || basename(path) === name)
  if (prefix === undefined) {
    throw new FsopError({
      code: 'FS406',
      message: `there is no conda environment ${name}${didYouMean(
        name,
        prefixes.map((path) => basename(path)),
      )}`,
      why: prefixes.length > 0 ? `conda has: ${prefixes.map((path) => basename(path)).join(', ')}` : 'conda has none',
      hint: `conda env create -f environment.yaml --name ${name}`,
      exitCode: ExitCode.missing,
    })
  }
  const python = await inspectPython(processes, join(prefix, 'bin/python'))
  if (python === undefined || !isNewEnough(python)) {
    throw new FsopError({
      code: 'FS403',
      message: python
        ? `Python ${python.version} of conda environment ${name} is too old`
        : `conda environment ${name} has no Python`,
      why: `Feast needs Python ${oldestPython} or newer`,
      hint: `conda install --name ${name} python=3.11`,
      exitCode: ExitCode.missing,
    })
  }
  return { python: python.path, origin: `conda environment ${prefix}` }
}

function readPrefixes(json: string): string[] {
  try {
    const { envs } = JSON.parse(json) as { envs?: unknown }
    return Array.isArray(envs) ? envs.filter((entry) => typeof entry === 'string') : []
  } catch {
    return []
  }
}
