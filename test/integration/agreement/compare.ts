import type { checkSpec } from '../../../src/spec/check-spec.ts'
import type { Agreement } from './corpus/document.ts'
import type { Question, Verdict } from './feast.ts'

export interface FsopVerdict {
  readonly accepts: boolean
  /** Code and message of each error. */
  readonly errors: readonly string[]
  readonly codes: readonly string[]
}

export async function fsopVerdict(check: typeof checkSpec, { text, env }: Question): Promise<FsopVerdict> {
  const bytes = new TextEncoder().encode(text)
  const input = { file: 'feature_store.yaml', path: '/repo/feature_store.yaml', folder: '/repo', bytes }
  const { diagnostics } = await check(input, { env })
  const errors = diagnostics.filter(({ severity }) => severity === 'error')
  return {
    accepts: errors.length === 0,
    errors: errors.map(({ code, message }) => `${code} ${message}`),
    codes: [...new Set(errors.map(({ code }) => code))],
  }
}

export function agreementOf(feast: Verdict, fsop: FsopVerdict): Agreement | 'only Feast refuses' {
  if (feast.verdict === 'missing') return fsop.accepts ? 'Feast cannot tell' : 'only fsop refuses'
  if (feast.verdict === 'accepts') return fsop.accepts ? 'both accept' : 'only fsop refuses'
  return fsop.accepts ? 'only Feast refuses' : 'both refuse'
}
