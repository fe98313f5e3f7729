import { nodeProcesses } from '../adapters/node-processes.ts'
import { nodeTerminal } from '../adapters/node-terminal.ts'
import { plainProgress } from '../adapters/plain-progress.ts'
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
  readonly processes: Processes
  /** Loaded on first use: listr2 is not for commands that end at once. */
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
  let progress: Promise<Progress> | undefined
  return {
    env,
    cwd: process.cwd(),
    ...options,
    signal: abort.signal,
    terminal,
    processes: nodeProcesses(env, abort.signal),
    progress: () => (progress ??= pickProgress(terminal, { debug, env })),
    close: () => {
      for (const { name, listener } of listeners) process.off(name, listener)
      closing.abort()
    },
  }
}

async function pickProgress(terminal: Terminal, { debug, env }: { debug: boolean; env: NodeJS.ProcessEnv }) {
  const live = process.stderr.isTTY && process.stderr.columns > 0 && !env['CI'] && env['TERM'] !== 'dumb'
  if (!live) return plainProgress(terminal, { debug })
  const { listrProgress } = await import('../adapters/listr-progress.ts')
  return listrProgress({ debug })
}
