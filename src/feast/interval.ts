import { FsopError } from '../diagnostics/errors.ts'
import { ExitCode } from '../diagnostics/exit-codes.ts'

/** Date, or date and time, with or without a zone; ISO 8601 as `datetime.fromisoformat` and `feast materialize` take it. */
const isoDate = /^(\d{4})-(\d{2})-(\d{2})(?:[T ](\d{2}):(\d{2})(?::(\d{2})(?:\.\d{1,6})?)?\s*(Z|[+-]\d{2}:?\d{2})?)?$/i

/**
 * Reads a point in time; without a zone it is UTC, as in Feast.
 *
 * @returns ISO 8601 in UTC
 * @throws FsopError `FS501` (exit code 2) when it is no date
 */
export function parseTime(text: string, what: string): string {
  const match = isoDate.exec(text.trim())
  const [, year = '', month = '', day = '', hour = '00', minute = '00', second = '00', zone = 'Z'] = match ?? []
  const offset = /^[+-]\d{4}$/.test(zone) ? `${zone.slice(0, 3)}:${zone.slice(3)}` : zone.toUpperCase()
  const time = new Date(`${year}-${month}-${day}T${hour}:${minute}:${second}${offset}`)
  // Date reads 2026-02-30 as the second of March.
  const rolled =
    Number.isNaN(time.getTime()) || new Date(`${year}-${month}-${day}T00:00:00Z`).getUTCDate() !== Number(day)
  if (match === null || rolled) {
    throw new FsopError({
      code: 'FS501',
      message: `${what} "${text}" is not a date`,
      why: 'dates are ISO 8601: 2026-01-31, 2026-01-31T12:00:00, 2026-01-31T12:00:00+01:00; UTC unless they say otherwise',
      hint: `for instance ${new Date().toISOString().slice(0, 19)}`,
      exitCode: ExitCode.usage,
    })
  }
  return time.toISOString()
}

/**
 * The interval of a materialization.
 *
 * @throws FsopError with exit code 2: `FS501` for a bad date, `FS502` for an end in the future (Feast takes it, moves the
 * watermark there and then covers nothing until that day), `FS503` for a start that is not before the end
 */
export function parseInterval(
  start: string | undefined,
  end: string | undefined,
  now: Date,
): { start?: string; end: string } {
  const until = end === undefined ? now.toISOString() : parseTime(end, 'END')
  if (Date.parse(until) > now.getTime()) {
    throw new FsopError({
      code: 'FS502',
      message: `END ${until} is in the future`,
      why: 'Feast would note that everything up to then is loaded, and later runs would skip what arrives until that day',
      hint: `the latest end is now: ${now.toISOString().slice(0, 19)}Z`,
      exitCode: ExitCode.usage,
    })
  }
  if (start === undefined) return { end: until }
  const from = parseTime(start, 'START')
  if (Date.parse(from) >= Date.parse(until)) {
    throw new FsopError({
      code: 'FS503',
      message: `START ${from} is not before END ${until}`,
      why: 'the interval is empty',
      hint: 'swap the two, or give an earlier start',
      exitCode: ExitCode.usage,
    })
  }
  return { start: from, end: until }
}
