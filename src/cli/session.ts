import { nodeTerminal } from '../adapters/node-terminal.ts'
import { InterruptedError } from '../diagnostics/errors.ts'
import type { Processes } from '../ports/processes.ts'
import type { Progress } from '../ports/progress.ts'
import type { Terminal } from '../ports/terminal.ts'

/** What one run of a command has at hand: the outside world, picked here and handed inwards. */
export interface Session {
  readonly env: NodeJS.ProcessEnv
  readonly cwd: string
  /** The package's own folder: `python/` and `templates/` are below it. */
  readonly root: string
  readonly version: string
  readonly json: boolean
  readonly debug: boolean
  /** Aborts with an InterruptedError when the user or the system stops fsop. */
  readonly signal: AbortSignal
  readonly terminal: Terminal
  /** This and the progress are loaded on first use: commands that end at once need neither. */
  processes(): Promise<Processes>
  progress(): Promise<Progress>
  /** Stops listening to signals and takes back an open question. */
  close(): void
}

const stopSignals = ['SIGINT', 'SIGTERM', 'SIGHUP'] as const

export function openSession(options: Pick<Session, 'root' | 'version' | 'json' | 'debug'>): Session {
  const { json, debug } = options
  const { env } = process
  const abort = new AbortController()
  const closing = new AbortController()
  const terminal = nodeTerminal({ json, env, signal: AbortSignal.any([abort.signal, closing.signal]) })
  const listeners = stopSignals.map((name) => {
    const listener = () => abort.abort(new InterruptedError(name))
    process.on(name, listener)
    return { name, listener }
  })
  let processes: Promise<Processes> | undefined
  let progress: Promise<Progress> | undefined
  return {
    env,
    cwd: process.cwd(),
    ...options,
    signal: abort.signal,
    terminal,
    processes: () => (processes ??= openProcesses(env, abort.signal)),
    progress: () => (progress ??= pickProgress(terminal, { debug, env })),
    close: () => {
      for (const { name, listener } of listeners) process.off(name, listener)
      closing.abort()
    },
  }
}

async function openProcesses(env: NodeJS.ProcessEnv, signal: AbortSignal): Promise<Processes> {
  const { nodeProcesses } = await import('../adapters/node-processes.ts')
  return nodeProcesses(env, signal)
}

async function pickProgress(terminal: Terminal, { debug, env }: { debug: boolean; env: NodeJS.ProcessEnv }) {
  const live = process.stderr.isTTY && process.stderr.columns > 0 && !env['CI'] && env['TERM'] !== 'dumb'
  if (!live) {
    const { plainProgress } = await import('../adapters/plain-progress.ts')
    return plainProgress(terminal, { debug })
  }
  const { listrProgress } = await import('../adapters/listr-progress.ts')
  return listrProgress({ debug })
}
