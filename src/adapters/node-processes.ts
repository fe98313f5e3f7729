import { spawn, type ChildProcess } from 'node:child_process'
import { accessSync, constants, statSync } from 'node:fs'
import { delimiter, isAbsolute, join } from 'node:path'
import { createInterface } from 'node:readline'
import { FsopError } from '../diagnostics/errors.ts'
import { ExitCode } from '../diagnostics/exit-codes.ts'
import type { LineHandlers, Processes, ProcessResult, ProcessSpec, RunningProcess } from '../ports/processes.ts'

/** How long a process may take to end after SIGTERM, before its group is killed. */
const graceMs = 10_000

/**
 * Child processes of this machine, each in a process group of its own, so that a whole tree (gunicorn's workers, pip's
 * compilers) can be stopped. No shell is ever involved.
 *
 * @param signal the session's: when it aborts, each child's group gets the signal that stopped the session
 */
export function nodeProcesses(env: NodeJS.ProcessEnv, signal: AbortSignal): Processes {
  const alive = new Set<ChildProcess>()
  // An exit that nobody planned (a closed pipe, a bug) must not leave a server behind.
  process.on('exit', () => alive.forEach((child) => killGroup(child, 'SIGTERM')))
  const start = (spec: ProcessSpec, handlers: LineHandlers): RunningProcess => {
    signal.throwIfAborted()
    const child = spawn(spec.command, spec.args, {
      cwd: spec.cwd,
      env: { ...env, ...spec.env },
      stdio: 'pipe',
      detached: true,
      windowsHide: true,
    })
    alive.add(child)
    const kill = (name: NodeJS.Signals) => killGroup(child, name)
    let killTimer: NodeJS.Timeout | undefined
    const onAbort = () => {
      kill(signalOf(signal.reason))
      killTimer = setTimeout(() => kill('SIGKILL'), graceMs)
      killTimer.unref()
    }
    signal.addEventListener('abort', onAbort, { once: true })
    const timeout = spec.timeoutMs === undefined ? undefined : setTimeout(() => kill('SIGKILL'), spec.timeoutMs)

    const stdout = createInterface({ input: child.stdout, crlfDelay: Infinity }).on('line', handlers.stdout)
    const stderr = createInterface({ input: child.stderr, crlfDelay: Infinity }).on('line', handlers.stderr)
    const drained = Promise.all([stdout, stderr].map((lines) => new Promise((done) => lines.once('close', done))))
    // The child may close its stdin first (EPIPE); its exit code says more than that.
    child.stdin.on('error', () => undefined)
    if (spec.input !== undefined) child.stdin.end(spec.input)

    const exit = new Promise<Awaited<RunningProcess['exit']>>((resolve, reject) => {
      child.once('error', (error) => reject(startError(spec, error)))
      child.once('exit', (code, by) => {
        const result = { code: code ?? undefined, signal: by ?? undefined }
        // A grandchild that keeps the pipes open must not keep us: give the output a moment, then go on.
        const patience = new Promise((done) => setTimeout(done, 1000).unref())
        void Promise.race([drained, patience]).then(() => resolve(result))
      })
    }).finally(() => {
      alive.delete(child)
      signal.removeEventListener('abort', onAbort)
      clearTimeout(timeout)
      clearTimeout(killTimer)
    })
    exit.catch(() => undefined)
    return {
      pid: child.pid,
      writeLine: (line) => void child.stdin.write(`${line}\n`),
      endInput: () => void child.stdin.end(),
      kill,
      exit,
    }
  }

  return {
    start,
    async run(spec, onLine = {}): Promise<ProcessResult> {
      const out: string[] = []
      const err: string[] = []
      const running = start(spec, {
        stdout: (line) => {
          out.push(line)
          onLine.stdout?.(line)
        },
        stderr: (line) => {
          err.push(line)
          onLine.stderr?.(line)
        },
      })
      if (spec.input === undefined) running.endInput()
      const result = await running.exit
      signal.throwIfAborted()
      return { ...result, stdout: out.join('\n'), stderr: err.join('\n') }
    },
    find: (command) => findOnPath(command, env['PATH'] ?? ''),
  }
}

function killGroup(child: ChildProcess, name: NodeJS.Signals): void {
  if (child.pid === undefined) return
  try {
    process.kill(-child.pid, name)
  } catch {
    // The group has ended already.
  }
}

function signalOf(reason: unknown): NodeJS.Signals {
  const name = reason instanceof Error && 'signal' in reason ? reason.signal : undefined
  return name === 'SIGINT' || name === 'SIGHUP' ? name : 'SIGTERM'
}

function startError({ command, cwd }: ProcessSpec, error: NodeJS.ErrnoException): FsopError {
  const why = error.code === 'ENOENT' ? `no such program${cwd ? `, or no folder ${cwd}` : ''}` : error.message
  return new FsopError({
    code: 'FS401',
    message: `cannot start ${command}`,
    why,
    hint: 'fsop doctor lists the tools it found and how to get the others',
    exitCode: ExitCode.missing,
    cause: error,
  })
}

function findOnPath(command: string, path: string): string | undefined {
  const candidates = isAbsolute(command) ? [command] : path.split(delimiter).map((folder) => join(folder, command))
  return candidates.find((candidate) => {
    try {
      accessSync(candidate, constants.X_OK)
      return statSync(candidate).isFile()
    } catch {
      return false
    }
  })
}
