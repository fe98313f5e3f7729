import type { Diagnostic } from '../diagnostics/diagnostic.ts'
import { isFsopError, isInterruptedError, withDocs } from '../diagnostics/errors.ts'
import { ExitCode } from '../diagnostics/exit-codes.ts'

/** The one object that every command prints under `--json`; its schema is `fsop schema --type output`. */
export type Envelope =
  | { ok: true; command: string; result: unknown; diagnostics: readonly Diagnostic[] }
  | { ok: false; command: string; error: EnvelopeError; result?: unknown; diagnostics: readonly Diagnostic[] }

interface EnvelopeError {
  readonly code: string
  readonly message: string
  readonly exitCode: number
}

/** A failure in the one form that both presenters take. */
export interface Failure {
  readonly exitCode: number
  readonly diagnostics: readonly Diagnostic[]
  /** For `--debug`: the stack, or the tool's own text. */
  readonly detail: string | undefined
}

/** Turns whatever was thrown into a failure. What is not an expected error is a bug, and says so. */
export function toFailure(error: unknown): Failure {
  if (isFsopError(error)) {
    const own = error.others.includes(error.diagnostic) ? [] : [error.diagnostic]
    return { exitCode: error.exitCode, diagnostics: [...error.others, ...own], detail: error.detail ?? error.stack }
  }
  if (isInterruptedError(error)) {
    const diagnostic: Diagnostic = { severity: 'error', code: 'FS001', message: `stopped by ${error.signal}` }
    return { exitCode: error.exitCode, diagnostics: [diagnostic], detail: undefined }
  }
  if (isUsageError(error)) {
    const message = lowerFirst(usageMessage(error.message))
    return {
      exitCode: ExitCode.usage,
      diagnostics: [withDocs({ severity: 'error', code: 'FS002', message })],
      detail: error.stack,
    }
  }
  const message = `fsop met an error that it does not know: ${error instanceof Error ? error.message : String(error)}`
  const diagnostic = withDocs({
    severity: 'error',
    code: 'FS070',
    message,
    hint: 'run the command again with --debug and report what it prints',
  })
  return { exitCode: ExitCode.bug, diagnostics: [diagnostic], detail: error instanceof Error ? error.stack : undefined }
}

/** oclif's own errors: a wrong flag or argument, a flag's parse function that refused. */
function isUsageError(error: unknown): error is Error {
  return error instanceof Error && 'oclif' in error
}

/** oclif's text without its advice: a pointer to its own help, and a note on flags that take several values. */
function usageMessage(text: string): string {
  return text
    .replace(/\nSee more help with .*$/s, '')
    .replace(/\n\nNote: --.*$/s, '')
    .replace(/^Parsing (--\S+) \n\t/, 'Parsing $1: ')
    .trim()
}

function lowerFirst(text: string): string {
  return /^[A-Z][a-z]/.test(text) ? text.charAt(0).toLowerCase() + text.slice(1) : text
}

export function failureEnvelope(command: string, failure: Failure, result?: unknown): Envelope {
  const last = failure.diagnostics.findLast(({ severity }) => severity === 'error')
  const error = { code: last?.code ?? 'FS070', message: last?.message ?? 'failed', exitCode: failure.exitCode }
  return { ok: false, command, error, ...(result === undefined ? {} : { result }), diagnostics: failure.diagnostics }
}
