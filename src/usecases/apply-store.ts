import type { ApplyOutcome, Approve, Backend } from '../backends/backend.ts'
import { FsopError } from '../diagnostics/errors.ts'
import { ExitCode } from '../diagnostics/exit-codes.ts'
import type { StorePlan } from '../feast/protocol.ts'
import { formatCounts, formatPlan, hasDeletions } from '../output/plan-text.ts'
import type { Terminal } from '../ports/terminal.ts'
import type { StoreSpec } from '../spec/store-spec.ts'

export interface ApplyRequest {
  readonly spec: StoreSpec
  readonly backend: Backend
  /** Carry out deletions without asking. */
  readonly yes: boolean
  readonly cache: boolean
}

/**
 * Makes the store what its definitions say: shows the plan, asks before anything is deleted, does it, reads back.
 *
 * @throws FsopError `FS511` when there is something to delete and nobody to ask, `FS512` when the answer was no
 */
export async function applyStore(
  { spec, backend, yes, cache }: ApplyRequest,
  terminal: Terminal,
): Promise<ApplyOutcome> {
  const approve: Approve = async (plan) => {
    terminal.err(`\n${formatPlan(plan, terminal.errStyle)}\n`)
    return !hasDeletions(plan) || askForDeletions(plan, yes, terminal)
  }
  const outcome = await backend.apply(spec, { cache, approve })
  if (!outcome.approved) throw declined()
  return outcome
}

/** Removes the store's infrastructure and registry, after asking. Throws as {@link applyStore} does. */
export async function teardownStore(
  { spec, backend, yes, dryRun }: Omit<ApplyRequest, 'cache'> & { readonly dryRun: boolean },
  terminal: Terminal,
): Promise<{ plan: StorePlan; removed: boolean }> {
  if (dryRun) return backend.destroy(spec, () => Promise.resolve(false))
  const outcome = await backend.destroy(spec, async (plan) => {
    terminal.err(`\n${formatPlan(plan, terminal.errStyle)}\n`)
    return askForDeletions(plan, yes, terminal)
  })
  if (!outcome.removed && hasDeletions(outcome.plan)) throw declined()
  return outcome
}

async function askForDeletions(plan: StorePlan, yes: boolean, terminal: Terminal): Promise<boolean> {
  if (yes) return true
  if (terminal.interactive) return terminal.confirm(`Carry this out (${formatCounts(plan, 'future')})?`)
  const names = plan.objects.filter(({ action }) => action === 'delete').map(({ kind, name }) => `${kind} ${name}`)
  throw new FsopError({
    code: 'FS511',
    message: `this would delete ${names.length > 0 ? names.join(', ') : 'tables of the online store'}`,
    why: 'there is no terminal to ask on, and deletions are never carried out unasked; nothing was changed',
    hint: 'add --yes to delete, or put the definitions back',
    exitCode: ExitCode.usage,
  })
}

function declined(): FsopError {
  return new FsopError({ code: 'FS512', message: 'not carried out: the answer was no', why: 'nothing was changed' })
}
