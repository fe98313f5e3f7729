import type { Backend } from '../backends/backend.ts'
import type { Diagnostic } from '../diagnostics/diagnostic.ts'
import { isFsopError, tidyText, withDocs } from '../diagnostics/errors.ts'
import type { StoreSpec } from '../spec/store-spec.ts'

/** The driver's answer to `check`: docs/driver-protocol.md. */
interface LiveProblem {
  readonly message: string
  readonly file?: string
  readonly line?: number
  readonly text?: string
}

/**
 * Checks a store against the environment that it would run in: definitions import, data exists, registry and online store
 * answer. What is wrong becomes diagnostics.
 */
export async function checkLive(spec: StoreSpec, backend: Backend): Promise<readonly Diagnostic[]> {
  try {
    const { problems } = await backend.runTask(spec, { op: 'check', title: 'check', args: {} })
    return (Array.isArray(problems) ? (problems as LiveProblem[]) : []).map(({ message, file, line, text }) =>
      withDocs({
        severity: 'error',
        code: 'FD305',
        message: tidyText(message),
        hint: 'correct the path, which starts at the folder of the spec, or put the file there',
        ...(file === undefined ? {} : { file }),
        ...(line === undefined ? {} : { line }),
        ...(text === undefined ? {} : { excerpt: text }),
      }),
    )
  } catch (error) {
    if (isFsopError(error)) return [...error.others, error.diagnostic]
    throw error
  }
}
