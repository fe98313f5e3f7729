import { type ApiError, isApiError } from './api.ts'
import { type Backoff, backoffMs } from './backoff.ts'
import { type Clock, sleep } from './clock.ts'

export interface RetryOptions {
  /** The call may reach the server twice without harm: it changes nothing, or names the state it leaves behind. */
  readonly idempotent: boolean
  /** No try starts later than this after the first. */
  readonly deadlineMs: number
  readonly backoff: Backoff
  readonly clock: Clock
  /** From 0 up to 1. */
  readonly random: () => number
  readonly signal?: AbortSignal | undefined
  /** Told before each wait. */
  readonly onRetry?: ((error: ApiError, waitMs: number) => void) | undefined
}

/**
 * Calls until it works, until the failure is one that another try cannot help, or until the deadline.
 *
 * @throws the last failure; the signal's reason once that aborts
 */
export async function retry<T>(call: () => Promise<T>, options: RetryOptions): Promise<T> {
  const { clock } = options
  const deadline = clock.now() + options.deadlineMs
  for (let failures = 1; ; failures++) {
    try {
      return await call()
    } catch (error) {
      if (!isRetryable(error, options.idempotent)) throw error
      const pause = Math.max(backoffMs(options.backoff, failures, options.random()), error.retryAfterMs ?? 0)
      // A wait that the server asks for is never cut short, so one that does not fit is the end.
      if (clock.now() + pause > deadline) throw error
      options.onRetry?.(error, pause)
      await sleep(clock, pause, options.signal)
    }
  }
}

/**
 * A 429 and a connection that never came about have not been worked on, so any call may be made again. After a 5xx or a
 * broken connection nobody knows, so only an idempotent one may.
 */
export function isRetryable(error: unknown, idempotent: boolean): error is ApiError {
  if (!isApiError(error)) return false
  if (error.status === 429 || error.reason === 'ConnectionRefused') return true
  if (!idempotent) return false
  // 501 and 505 say what the server cannot do at all.
  if (error.status >= 500) return error.status !== 501 && error.status !== 505
  return error.status === 0 && RETRYABLE_REASONS.has(error.reason)
}

const RETRYABLE_REASONS: ReadonlySet<string> = new Set(['ConnectionError', 'Timeout', 'InvalidResponse'])
