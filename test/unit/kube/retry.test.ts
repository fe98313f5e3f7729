import { describe, expect, it } from 'vitest'
import { ApiError } from '../../../src/kube/api.ts'
import { isRetryable, retry } from '../../../src/kube/retry.ts'
import { fakeClock } from '../../support/fake-clock.ts'
import { apiError } from './fake-api.ts'

const backoff = { firstMs: 100, maxMs: 1000, factor: 2, jitter: 0.5 }

/** Runs a call whose tries fail so, and gives their times and the outcome. */
function attempts(failures: unknown[], options: { idempotent?: boolean; deadlineMs?: number } = {}) {
  const clock = fakeClock()
  const times: number[] = []
  const controller = new AbortController()
  const result = retry(
    () => {
      times.push(clock.now())
      const failure = failures.shift()
      return failure === undefined ? Promise.resolve('done') : Promise.reject(failure)
    },
    { idempotent: true, deadlineMs: 60_000, ...options, backoff, clock, random: () => 0, signal: controller.signal },
  )
  const outcome = result.catch((error: unknown) => error)
  return { clock, times, outcome, controller }
}

describe('retry', () => {
  it('doubles its pauses, or waits as long as the server asks', async () => {
    const { clock, times, outcome } = attempts([apiError(503), apiError(429, '', 5000), apiError(500)])
    await clock.advance(10_000)
    expect(await outcome).toBe('done')
    expect(times).toEqual([0, 100, 5100, 5500])
  })

  it('starts no try after the deadline', async () => {
    const { clock, times, outcome } = attempts(
      Array.from({ length: 99 }, () => apiError(503)),
      { deadlineMs: 1000 },
    )
    await clock.advance(10_000)
    expect(await outcome).toMatchObject({ status: 503 })
    expect(times).toEqual([0, 100, 300, 700])
  })

  it('a deadline of 0 is one try', async () => {
    const { times, outcome } = attempts([apiError(503)], { deadlineMs: 0 })
    expect(await outcome).toBeInstanceOf(ApiError)
    expect(times).toEqual([0])
  })

  it('an aborted signal ends the wait', async () => {
    const { clock, outcome, controller } = attempts([apiError(503)])
    await clock.settle()
    controller.abort(new Error('enough'))
    expect(await outcome).toMatchObject({ message: 'enough' })
    expect(clock.timers()).toEqual([])
  })

  it.each([
    [apiError(429), true, true],
    [apiError(0, 'ConnectionRefused'), true, true],
    [apiError(500), true, false],
    [apiError(502), true, false],
    [apiError(503), true, false],
    [apiError(504), true, false],
    [apiError(0, 'ConnectionError'), true, false],
    [apiError(0, 'Timeout'), true, false],
    [apiError(0, 'InvalidResponse'), true, false],
    [apiError(501), false, false],
    [apiError(0, 'TlsError'), false, false],
    [apiError(0, 'CredentialsError'), false, false],
    [apiError(0, 'InvalidName'), false, false],
    [apiError(400), false, false],
    [apiError(401), false, false],
    [apiError(403), false, false],
    [apiError(404), false, false],
    [apiError(409), false, false],
    [apiError(410), false, false],
    [apiError(422), false, false],
    [new TypeError('a bug'), false, false],
  ])('%o: idempotent %s, else %s', (error, idempotent, other) => {
    expect([isRetryable(error, true), isRetryable(error, false)]).toEqual([idempotent, other])
  })
})
