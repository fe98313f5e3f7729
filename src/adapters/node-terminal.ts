import { createInterface } from 'node:readline'
import { InterruptedError } from '../diagnostics/errors.ts'
import { createStyle } from '../output/style.ts'
import type { Terminal } from '../ports/terminal.ts'

/** The terminal of this process. `interactive` asks for a terminal on stdin and stderr, and for no CI. */
export function nodeTerminal({ json, env }: { json: boolean; env: NodeJS.ProcessEnv }): Terminal {
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
        let answered = false
        prompt.on('SIGINT', () => {
          answered = true
          prompt.close()
          stderr.write('\n')
          reject(new InterruptedError('SIGINT'))
        })
        // Ctrl-D closes the prompt without an answer: that is a no.
        prompt.on('close', () => {
          if (!answered) resolve(false)
        })
        prompt.question(`${question} [y/N] `, (answer) => {
          answered = true
          prompt.close()
          resolve(/^y(es)?$/i.test(answer.trim()))
        })
      }),
  }
}
