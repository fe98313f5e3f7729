/** At most this often over time; a rested limiter lets `burst` through at once. */
export interface Rate {
  readonly perSecond: number
  readonly burst: number
}

/** A token bucket. Pure: the caller tells the time. */
export interface RateLimiter {
  /** Takes one turn, and gives how long to wait until it comes: 0 for now. */
  reserveMs(now: number): number
}

export function createRateLimiter({ perSecond, burst }: Rate): RateLimiter {
  const intervalMs = 1000 / perSecond
  // The time at which the bucket would be full, were nothing more taken.
  let fullAt = Number.NEGATIVE_INFINITY
  return {
    reserveMs(now) {
      fullAt = Math.max(fullAt, now) + intervalMs
      return Math.max(0, fullAt - now - burst * intervalMs)
    },
  }
}
