import { ApiError, type KubeObject, type WatchApi, type WatchOptions } from '../../../src/kube/api.ts'
import type { FakeClock } from '../../support/fake-clock.ts'

type List = { items: KubeObject[]; resourceVersion: string }

/** One watch that the code under test has open. */
export interface OpenWatch {
  readonly at: number
  readonly options: WatchOptions
  send(type: string, object: unknown): void
  end(): void
  fail(error: unknown): void
}

/** An API that answers lists from a script and leaves its watches to the test. */
export function fakeApi(clock: FakeClock, lists: (List | Error)[]) {
  const listed: number[] = []
  const watches: OpenWatch[] = []
  const refusals: unknown[] = []
  const api: WatchApi = {
    list: async (): Promise<never> => {
      listed.push(clock.now())
      const next = lists.length > 1 ? lists.shift() : lists[0]
      if (next === undefined || next instanceof Error) throw next ?? new Error('no list left')
      return next as never
    },
    watch: (_resource, options) =>
      new Promise((resolve, reject) => {
        const refusal = refusals.shift()
        options.signal.addEventListener('abort', () => reject(options.signal.reason))
        watches.push({
          at: clock.now(),
          options,
          send(type, object) {
            try {
              options.onLine(JSON.stringify({ type, object }))
            } catch (error) {
              reject(error)
            }
          },
          end: () => resolve(),
          fail: reject,
        })
        if (refusal !== undefined) reject(refusal)
        else options.onOpen()
      }),
  }
  return { api, listed, watches, refuseWatch: (...errors: unknown[]) => refusals.push(...errors) }
}

export function apiError(status: number, reason = 'Because', retryAfterMs?: number): ApiError {
  return new ApiError(`refused with ${status}`, { status, reason, method: 'GET', path: '/', retryAfterMs })
}
