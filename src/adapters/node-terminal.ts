import { createInterface } from 'node:readline'
import { InterruptedError } from '../diagnostics/errors.ts'
import { createStyle } from '../output/style.ts'
import type { Terminal } from '../ports/terminal.ts'

export interface NodeTerminalOptions {
  readonly json: boolean
  readonly env: NodeJS.ProcessEnv
  /** Takes back a question that nobody has answered: an open prompt keeps the process alive. */
  readonly signal: AbortSignal
}

/** The terminal of this process. `interactive` asks for a terminal on stdin and stderr, and for no CI. */
export function nodeTerminal({ json, env, signal }: NodeTerminalOptions): Terminal {
  const { stdin, stdout, stderr } = process
  return {
    interactive: !json && Boolean(stdin.isTTY) && Boolean(stderr.isTTY) && !env['CI'],
    outStyle: createStyle(Boolean(stdout.isTTY), env),
    errStyle: createStyle(Boolean(stderr.isTTY), env),
    out: (text) => void stdout.write(`${text}\n`),
    err: (text) => void stderr.write(`${text}\n`),
    confirm: (question) =>
      new Promise((resolve, reject) => {
        const prompt = createInterface({ input: stdin, output: stderr })
        const settle = (finish: () => void) => {
          signal.removeEventListener('abort', onAbort)
          prompt.removeAllListeners('close')
          prompt.close()
          finish()
        }
        const stop = (reason: unknown) =>
          settle(() => {
            stderr.write('\n')
            reject(reason instanceof Error ? reason : new Error(String(reason)))
          })
        const onAbort = () => stop(signal.reason)
        signal.addEventListener('abort', onAbort)
        prompt.on('SIGINT', () => stop(new InterruptedError('SIGINT')))
        // Ctrl-D closes the prompt without an answer: that is a no.
        prompt.on('close', () => settle(() => resolve(false)))
        prompt.question(`${question} [y/N] `, (answer) => settle(() => resolve(/^y(es)?$/i.test(answer.trim()))))
      }),
  }
}
