import { FsopError } from '../diagnostics/errors.ts'
import { ExitCode } from '../diagnostics/exit-codes.ts'

/**
 * Reads a row from a flag: `customer_id=1001,amount=12.5`, or a JSON object. Values that read as JSON numbers, booleans
 * or null are those; all else is text.
 *
 * @throws FsopError `FS504` (exit code 2)
 */
export function parseRow(text: string, flag: string): Readonly<Record<string, unknown>> {
  const row = text.trim().startsWith('{') ? parseObject(text) : parsePairs(text)
  if (row !== undefined) return row
  throw new FsopError({
    code: 'FS504',
    message: `${flag} ${text}: not a row`,
    why: 'a row is NAME=VALUE,NAME=VALUE or a JSON object',
    hint: `for instance ${flag} customer_id=1001`,
    exitCode: ExitCode.usage,
  })
}

function parseObject(text: string): Record<string, unknown> | undefined {
  try {
    const value: unknown = JSON.parse(text)
    return typeof value === 'object' && value !== null && !Array.isArray(value)
      ? (value as Record<string, unknown>)
      : undefined
  } catch {
    return undefined
  }
}

function parsePairs(text: string): Record<string, unknown> | undefined {
  const pairs = text.split(',').map((pair) => /^\s*([^=\s]+)\s*=(.*)$/s.exec(pair))
  if (pairs.some((pair) => pair === null)) return undefined
  return Object.fromEntries(pairs.map((pair) => [pair?.[1] ?? '', parseValue(pair?.[2] ?? '')]))
}

function parseValue(text: string): unknown {
  const isLiteral = /^-?(0|[1-9]\d*)(\.\d+)?([eE][+-]?\d+)?$|^(true|false|null)$/.test(text)
  // A whole number that JavaScript cannot hold stays text; the driver gives it the type of its column.
  if (!isLiteral || (/^-?\d+$/.test(text) && !Number.isSafeInteger(Number(text)))) return text
  return JSON.parse(text) as unknown
}
