import { backendFlags, fileFlag } from './flags.ts'
import { readSpecFile } from './read-spec-file.ts'
import type { Session } from './session.ts'
import { cacheFolder } from '../adapters/cache-folder.ts'
import type { Backend } from '../backends/backend.ts'
import { resolveBackend } from '../backends/resolve.ts'
import type { Diagnostic } from '../diagnostics/diagnostic.ts'
import { formatDiagnostics } from '../output/diagnostics-text.ts'
import type { StoreSpec } from '../spec/store-spec.ts'
import { loadSpec } from '../usecases/load-spec.ts'

/** Flags of every command that works with a store on a backend. */
export const storeFlags = { ...fileFlag, ...backendFlags }

export interface StoreSession {
  readonly spec: StoreSpec
  readonly backend: Backend
  readonly warnings: readonly Diagnostic[]
}

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
  return { spec, backend: await openBackend(session, spec, flags.backend), warnings }
}

/**
 * Opens the backend that `-b` names for a store.
 *
 * @throws FsopError with exit code 3 when the backend file is not valid, 2 for an unknown name
 */
export async function openBackend(session: Session, spec: StoreSpec, name: string | undefined): Promise<Backend> {
  const { cwd, env, terminal } = session
  const warn = (found: readonly Diagnostic[]) => terminal.err(formatDiagnostics(found, terminal.errStyle))
  const config = await resolveBackend(name, { cwd, folder: spec.folder, env, read: readSpecFile, warn })
  const { localPythonBackend } = await import('../backends/local-python/backend.ts')
  return localPythonBackend(config, {
    processes: await session.processes(),
    progress: await session.progress(),
    cache: cacheFolder(env),
    signal: session.signal,
    root: session.root,
    env,
    fsopVersion: session.version,
    warn: (message) => terminal.err(`${terminal.errStyle.yellow('warning:')} ${message}`),
  })
}
