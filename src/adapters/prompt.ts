import { createInterface } from 'node:readline'
import { InterruptedError } from '../diagnostics/errors.ts'

/**
 * Asks a yes-or-no question on stderr; anything but yes is a no.
 *
 * @param signal takes back a question that nobody has answered: an open prompt keeps the process alive
 * @throws InterruptedError on Ctrl-C, or the signal's reason
 */
export function confirm(question: string, signal: AbortSignal): Promise<boolean> {
  const { stdin, stderr } = process
  return new Promise((resolve, reject) => {
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
  })
}
