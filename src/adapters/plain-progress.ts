import type { Progress } from '../ports/progress.ts'
import type { Terminal } from '../ports/terminal.ts'

/** Progress as plain lines, for logs and CI: one line when a step starts, one when it ends. */
export function plainProgress(terminal: Terminal, { debug }: { debug: boolean }): Progress {
  return {
    async step(title, work) {
      const style = terminal.errStyle
      const log: string[] = []
      let current = title
      let detail = ''
      terminal.err(`> ${title}`)
      const started = performance.now()
      try {
        const result = await work({
          detail: (text) => void (detail = text),
          title: (text) => void (current = text),
          log: (line) => (debug ? terminal.err(`  ${line}`) : void log.push(line)),
        })
        terminal.err(`${style.green('ok')} ${current}${detail && ` (${detail})`} ${style.dim(elapsed(started))}`)
        return result
      } catch (error) {
        for (const line of log.slice(-20)) terminal.err(`  ${line}`)
        terminal.err(`${style.red('failed')} ${current} ${style.dim(elapsed(started))}`)
        throw error
      }
    },
  }
}

function elapsed(started: number): string {
  return `${((performance.now() - started) / 1000).toFixed(1)} s`
}
