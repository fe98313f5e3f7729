import { FsopError } from '../diagnostics/errors.ts'
import { ExitCode } from '../diagnostics/exit-codes.ts'

const units: Readonly<Record<string, number>> = { ms: 1, s: 1000, m: 60_000, h: 3_600_000 }

/**
 * Reads `30s`, `5m`, `1m30s`; a bare number is seconds.
 *
 * @returns milliseconds
 * @throws FsopError `NB408` (exit 2)
 */
export function parseDuration(text: string, flag: string): number {
  const parts = [...text.matchAll(/(\d+(?:\.\d+)?)(ms|s|m|h)/g)]
  const isWhole = parts.map(([part]) => part).join('') === text && parts.length > 0
  const ms = isWhole
    ? parts.reduce((sum, [, amount, unit]) => sum + Number(amount) * (units[unit ?? 's'] ?? 0), 0)
    : /^\d+$/.test(text)
      ? Number(text) * 1000
      : Number.NaN
  if (ms > 0 && ms <= 2 ** 31 - 1) return ms
  throw new FsopError({
    code: 'NB408',
    message: `${flag} ${text} is no length of time`,
    hint: 'for instance 30s, 5m or 1h',
    exitCode: ExitCode.usage,
  })
}
