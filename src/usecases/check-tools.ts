import type { Processes } from '../ports/processes.ts'

/** One tool that fsop can use. */
interface Tool {
  readonly name: string
  /** Programs that count, the first found wins. */
  readonly programs: readonly string[]
  readonly versionArgs: readonly string[]
  readonly neededFor: string
  readonly howToGet: string
}

export interface ToolReport {
  readonly tool: string
  readonly found: boolean
  readonly version?: string
  readonly path?: string
  readonly neededFor: string
  readonly howToGet: string
}

const tools: readonly Tool[] = [
  {
    name: 'python',
    programs: ['python3', 'python3.13', 'python3.12', 'python3.11', 'python3.10', 'python'],
    versionArgs: ['--version'],
    neededFor: 'everything but init and verify: Feast runs in Python 3.10 or newer',
    howToGet: 'apt-get install python3 python3-venv, brew install python, or FSOP_PYTHON',
  },
  {
    name: 'uv',
    programs: ['uv'],
    versionArgs: ['--version'],
    neededFor: 'faster managed environments (pip is used without it)',
    howToGet: 'pip install uv',
  },
  {
    name: 'conda',
    programs: ['conda', 'mamba', 'micromamba'],
    versionArgs: ['--version'],
    neededFor: 'backends with `environment: conda:NAME`',
    howToGet: 'install Miniforge or Miniconda',
  },
  {
    name: 'docker',
    programs: ['docker'],
    versionArgs: ['--version'],
    neededFor: 'images and the container backend',
    howToGet: 'install Docker Engine',
  },
  {
    name: 'podman',
    programs: ['podman'],
    versionArgs: ['--version'],
    neededFor: 'images and the container backend, instead of docker',
    howToGet: 'apt-get install podman',
  },
  {
    name: 'helm',
    programs: ['helm'],
    versionArgs: ['version', '--short'],
    neededFor: 'the helm backend',
    howToGet: 'install Helm 3 or 4',
  },
  {
    name: 'kubectl',
    programs: ['kubectl'],
    versionArgs: ['version', '--client'],
    neededFor: 'the kubectl backend',
    howToGet: 'install kubectl',
  },
  {
    name: 'oci',
    programs: ['oci'],
    versionArgs: ['--version'],
    neededFor: 'OCI Resource Manager',
    howToGet: 'pip install oci-cli',
  },
]

/**
 * Looks for each tool and asks it for its version.
 *
 * @param preferredPython what FSOP_PYTHON names
 */
export async function checkTools(
  processes: Processes,
  preferredPython: string | undefined,
): Promise<readonly ToolReport[]> {
  const node = {
    tool: 'node',
    found: true,
    version: process.versions.node,
    path: process.execPath,
    neededFor: 'fsop itself: 20.19 or newer',
    howToGet: '-',
  }
  const reports = await Promise.all(
    tools.map(async ({ name, programs, versionArgs, neededFor, howToGet }) => {
      const candidates = name === 'python' && preferredPython ? [preferredPython, ...programs] : programs
      const path = candidates.map((program) => processes.find(program)).find((found) => found !== undefined)
      const version = path === undefined ? undefined : await versionOf(processes, path, versionArgs)
      return {
        tool: name,
        found: path !== undefined,
        ...(version ? { version } : {}),
        ...(path ? { path } : {}),
        neededFor,
        howToGet,
      }
    }),
  )
  return [node, ...reports]
}

async function versionOf(processes: Processes, command: string, args: readonly string[]): Promise<string | undefined> {
  const { code, stdout, stderr } = await processes.run({ command, args, timeoutMs: 10_000 })
  return code === 0 ? /\d+\.\d+(?:\.\d+)?(?:[-+.\w]*)?/.exec(stdout || stderr)?.[0] : undefined
}
