import type { Progress } from '../ports/progress.ts'
import type { Terminal } from '../ports/terminal.ts'

/** Steps that end sooner than this need no line to say so: the next step's says it. */
const worthTellingMs = 2000

/** Progress as plain lines, for logs and CI: one line when a step starts, one more when a long one ends. */
export function plainProgress(terminal: Terminal, { debug }: { debug: boolean }): Progress {
  return {
    async step(title, work) {
      const style = terminal.errStyle
      const log: string[] = []
      let current = title
      let detail = ''
      terminal.err(`> ${title}`)
      const started = performance.now()
      const seconds = () => style.dim(`${((performance.now() - started) / 1000).toFixed(1)} s`)
      try {
        const result = await work({
          detail: (text) => void (detail = text),
          title: (text) => void (current = text),
          log: (line) => (debug ? terminal.err(`  ${line}`) : void log.push(line)),
        })
        const long = performance.now() - started > worthTellingMs
        if (long || detail) terminal.err(`${style.green('ok')} ${current}${detail && ` (${detail})`} ${seconds()}`)
        return result
      } catch (error) {
        for (const line of log.slice(-20)) terminal.err(`  ${line}`)
        terminal.err(`${style.red('failed')} ${current} ${seconds()}`)
        throw error
      }
    },
  }
}
