import type { Diagnostic } from './diagnostic.ts'
import { ExitCode } from './exit-codes.ts'

export interface FsopErrorOptions extends Omit<Diagnostic, 'severity' | 'docs'> {
  readonly exitCode?: number
  /** Further problems that belong to the same failure, such as all those of one spec. */
  readonly diagnostics?: readonly Diagnostic[]
  /** Text for `--debug` only: a traceback, the tail of a log. */
  readonly detail?: string
  readonly cause?: unknown
}

/**
 * An expected failure: says what, where, why and how to mend it. Anything else that is thrown counts as a bug of fsop.
 * Recognise it with {@link isFsopError}, which does not depend on class identity across bundled chunks.
 */
export class FsopError extends Error {
  override readonly name = 'FsopError'
  readonly exitCode: number
  readonly diagnostic: Diagnostic
  readonly others: readonly Diagnostic[]
  readonly detail: string | undefined

  constructor({ exitCode, diagnostics, detail, cause, ...diagnostic }: FsopErrorOptions) {
    super(diagnostic.message, { cause })
    this.exitCode = exitCode ?? ExitCode.failed
    this.diagnostic = withDocs({ severity: 'error', ...diagnostic })
    this.others = diagnostics ?? []
    this.detail = detail
  }
}

export function isFsopError(error: unknown): error is FsopError {
  return error instanceof Error && error.name === 'FsopError' && 'diagnostic' in error
}

/** One style for texts from every source: a message starts small and ends without a full stop. */
export function tidyText(text: string): string {
  const body = text.trim().replace(/(?<![.\s])\.$/, '')
  return /^[A-Z][a-z]* (?!Feast)/.test(body) ? body.charAt(0).toLowerCase() + body.slice(1) : body
}

/** A diagnostic in that style, with the address of its code's section. */
export function tidyDiagnostic(diagnostic: Diagnostic): Diagnostic {
  const { message, why, hint } = diagnostic
  return withDocs({
    ...diagnostic,
    message: tidyText(message),
    ...(why === undefined ? {} : { why: tidyText(why) }),
    ...(hint === undefined ? {} : { hint: tidyText(hint) }),
  })
}

/** Adds the address of the code's section in docs/errors.md. */
export function withDocs(diagnostic: Diagnostic): Diagnostic {
  return { ...diagnostic, docs: `docs/errors.md#${diagnostic.code.toLowerCase()}` }
}

/** The work was stopped by a signal; the exit code is 128 + its number. */
export class InterruptedError extends Error {
  override readonly name = 'InterruptedError'
  readonly exitCode: number
  readonly signal: 'SIGINT' | 'SIGTERM' | 'SIGHUP'

  constructor(signal: 'SIGINT' | 'SIGTERM' | 'SIGHUP') {
    super(`Stopped by ${signal}`)
    this.signal = signal
    this.exitCode = 128 + { SIGHUP: 1, SIGINT: 2, SIGTERM: 15 }[signal]
  }
}

export function isInterruptedError(error: unknown): error is InterruptedError {
  return error instanceof Error && error.name === 'InterruptedError'
}
