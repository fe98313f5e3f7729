import { backendFlags, fileFlag } from './flags.ts'
import type { Session } from './session.ts'
import { cacheFolder } from '../adapters/cache-folder.ts'
import { readInputFile } from '../adapters/read-input-file.ts'
import type { Backend } from '../backends/backend.ts'
import { resolveBackend } from '../backends/resolve.ts'
import type { Diagnostic } from '../diagnostics/diagnostic.ts'
import { formatDiagnostics } from '../output/diagnostics-text.ts'
import { MAX_YAML_BYTES } from '../spec/yaml/read-yaml.ts'
import type { StoreSpec } from '../spec/store-spec.ts'
import { loadSpec, type ReadInput } from '../usecases/load-spec.ts'

/** Flags of every command that works with a store on a backend. */
export const storeFlags = { ...fileFlag, ...backendFlags }

export interface StoreSession {
  readonly spec: StoreSpec
  readonly backend: Backend
  readonly warnings: readonly Diagnostic[]
}

export const readSpecFile: ReadInput = (path) => readInputFile(path, { maxBytes: MAX_YAML_BYTES })

/**
 * Loads the spec and opens the backend that a command's flags name.
 *
 * @throws FsopError with exit code 3 when the spec or the backend file is not valid
 */
export async function openStore(
  session: Session,
  flags: { file: string; backend: string | undefined },
): Promise<StoreSession> {
  const { cwd, env, terminal } = session
  const { spec, warnings } = await loadSpec(flags.file, { cwd, env, read: readSpecFile })
  // Progress follows; a warning after it would be lost in the scroll.
  if (warnings.length > 0 && !session.json) terminal.err(`${formatDiagnostics(warnings, terminal.errStyle)}\n`)
  const config = await resolveBackend(flags.backend, { cwd, folder: spec.folder, env, read: readSpecFile })
  const { localPythonBackend } = await import('../backends/local-python/backend.ts')
  const backend = localPythonBackend(config, {
    processes: session.processes,
    progress: await session.progress(),
    cache: cacheFolder(env),
    signal: session.signal,
    root: session.root,
    env,
    fsopVersion: session.version,
    warn: (message) => terminal.err(`${terminal.errStyle.yellow('warning:')} ${message}`),
  })
  return { spec, backend, warnings }
}
