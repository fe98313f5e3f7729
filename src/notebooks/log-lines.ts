import type { Log } from '../kube/log.ts'

const levels = ['debug', 'info', 'warn', 'error'] as const

/** Log lines for a controller: text for people, JSON for collectors. */
export function logLines(
  write: (line: string) => void,
  { format, debug, now }: { format: 'text' | 'json'; debug: boolean; now: () => Date },
): Log {
  return (level, message, fields = {}) => {
    if (!debug && levels.indexOf(level) < 1) return
    const time = now().toISOString()
    const told = Object.fromEntries(
      Object.entries(fields).filter(([name, value]) => value !== undefined && (debug || name !== 'stack')),
    )
    if (format === 'json') write(JSON.stringify({ time, level, message, ...told }))
    else {
      const pairs = Object.entries(told).map(([name, value]) => ` ${name}=${quoted(String(value))}`)
      write(`${time} ${level.padEnd(5)} ${oneLine(message)}${pairs.join('')}`)
    }
  }
}

function quoted(text: string): string {
  return /^[\w./:@-]+$/.test(text) ? text : JSON.stringify(text)
}

/** Messages carry names that other people chose; a line stays a line. */
function oneLine(text: string): string {
  return text.replaceAll(/[\u0000-\u001f\u007f-\u009f\u2028\u2029]+/g, ' ')
}
