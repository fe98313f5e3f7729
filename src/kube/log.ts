/** Takes one line of what src/kube has to say. It must not throw. */
export type Log = (
  level: 'debug' | 'info' | 'warn' | 'error',
  message: string,
  fields?: Readonly<Record<string, string | number | boolean | undefined>>,
) => void

export const silent: Log = () => undefined

/** What to say of anything that was thrown. */
export function messageOf(error: unknown): string {
  return error instanceof Error ? error.message : String(error)
}

/** Runs a callback of the caller's: what it throws is logged and goes no further. */
export function guarded(log: Log, what: string, callback: () => unknown): void {
  const failed = (error: unknown): void => log('error', `${what} failed: ${messageOf(error)}`)
  try {
    const result = callback()
    if (result instanceof Promise) result.catch(failed)
  } catch (error) {
    failed(error)
  }
}
