/** A pause that doubles with every failure in a row, up to a limit. */
export interface Backoff {
  readonly firstMs: number
  readonly maxMs: number
  readonly factor: number
  /** The part of a pause that is left to chance, 0 to 1, so that many clients do not come back at the same moment. */
  readonly jitter: number
  /** Where the growth rests for some tries, so that the end of a short trouble is noticed soon. */
  readonly rest?: { readonly ms: number; readonly tries: number } | undefined
}

/** Twelve tries 2.5 to 5 s apart: after a trouble of up to about a minute, work goes on within 5 s. */
const REST = { ms: 5000, tries: 12 }

/** client-go's reflector: 0.8 s to 30 s, doubled each time (its jitter goes above the limit, ours stays below it). */
export const WATCH_BACKOFF: Backoff = { firstMs: 800, maxMs: 30_000, factor: 2, jitter: 0.5, rest: REST }

/** One key of a work queue: client-go's first step, but half a minute instead of 17 as the limit. */
export const KEY_BACKOFF: Backoff = { firstMs: 5, maxMs: 30_000, factor: 2, jitter: 0.5, rest: REST }

/** One call of the API. */
export const CALL_BACKOFF: Backoff = { firstMs: 100, maxMs: 10_000, factor: 2, jitter: 0.5 }

/**
 * @param failures failures in a row so far, 1 for the first
 * @param random a number from 0 up to 1
 * @returns milliseconds, never above `maxMs`
 */
export function backoffMs(backoff: Backoff, failures: number, random: number): number {
  return wholeMs(backoff, Math.max(0, failures - 1)) * (1 - backoff.jitter * random)
}

function wholeMs({ firstMs, maxMs, factor, rest }: Backoff, step: number): number {
  const grown = (steps: number): number => Math.min(maxMs, firstMs * factor ** Math.min(steps, 64))
  if (rest === undefined || grown(step) <= rest.ms) return grown(step)
  const stepsToRest = Math.max(0, Math.floor(Math.log(rest.ms / firstMs) / Math.log(factor)) + 1)
  return step < stepsToRest + rest.tries ? Math.min(maxMs, rest.ms) : grown(step - rest.tries)
}
