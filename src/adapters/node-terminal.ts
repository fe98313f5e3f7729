import { isatty } from 'node:tty'
import { createStyle } from '../output/style.ts'
import type { Terminal } from '../ports/terminal.ts'

export interface NodeTerminalOptions {
  readonly json: boolean
  readonly env: NodeJS.ProcessEnv
  /** Takes back a question that nobody has answered. */
  readonly signal: AbortSignal
}

/** The terminal of this process. `interactive` asks for a terminal on stdin and stderr, and for no CI. */
export function nodeTerminal({ json, env, signal }: NodeTerminalOptions): Terminal {
  return {
    // Asked by file descriptor: to touch process.stdin is to open it.
    interactive: !json && isatty(0) && isatty(2) && !env['CI'],
    outStyle: createStyle(isatty(1), env),
    errStyle: createStyle(isatty(2), env),
    out: (text) => void process.stdout.write(`${text}\n`),
    err: (text) => void process.stderr.write(`${text}\n`),
    confirm: async (question) => (await import('./prompt.ts')).confirm(question, signal),
  }
}
