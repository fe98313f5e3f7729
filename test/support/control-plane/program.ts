import { spawn } from 'node:child_process'
import { randomInt } from 'node:crypto'
import { closeSync, openSync } from 'node:fs'
import { createServer } from 'node:net'

/** A program that runs beside the tests and never longer than they do. */
export interface Program {
  readonly logFile: string
  readonly ended: boolean
  /** Resolves once it is gone. */
  stop(signal: 'SIGTERM' | 'SIGKILL'): Promise<void>
}

/**
 * Runs a program until a signal or until its stdin ends: the pipe is the test process's, so it ends with that, however
 * that ends. A test process that is killed runs no exit handler.
 */
const GUARD = `
exec 3<&0
"$@" </dev/null 3<&- &
program=$!
trap 'kill -TERM $program' TERM
{ cat <&3 >/dev/null; kill -KILL $program; } 2>/dev/null &
while kill -0 $program 2>/dev/null; do wait $program; done
`

/** @param logFile gets the program's output, after what is there */
export function startProgram(path: string, logFile: string, args: readonly string[]): Program {
  const log = openSync(logFile, 'a')
  // A group of its own: Ctrl-C in a terminal reaches the tests first, and they stop it.
  const child = spawn('sh', ['-c', GUARD, 'sh', path, ...args], { stdio: ['pipe', log, log], detached: true })
  closeSync(log)
  let ended = false
  const exit = new Promise<void>((resolve) => {
    const end = (): void => {
      ended = true
      child.stdin?.destroy()
      resolve()
    }
    child.on('exit', end)
    child.on('error', end)
  })
  child.stdin?.on('error', () => undefined)
  child.unref()
  return {
    logFile,
    get ended() {
      return ended
    },
    async stop(signal) {
      if (!ended && child.pid !== undefined) {
        // The guard passes SIGTERM on and waits; SIGKILL takes the whole group.
        if (signal === 'SIGKILL') process.kill(-child.pid, 'SIGKILL')
        else child.kill('SIGTERM')
      }
      await exit
    },
  }
}

/** Below the ports that systems give to outgoing connections: a server that is started again must find its port free. */
const PORTS = { first: 15_000, last: 32_000 }

/** A port of loopback that nobody listens on now. */
export async function freePort(): Promise<number> {
  for (;;) {
    const port = randomInt(PORTS.first, PORTS.last)
    if (await isFree(port)) return port
  }
}

function isFree(port: number): Promise<boolean> {
  return new Promise((resolve) => {
    const server = createServer()
    server.on('error', () => resolve(false))
    server.listen(port, '127.0.0.1', () => server.close(() => resolve(true)))
  })
}
