import { Flags } from './oclif.ts'
import type { Outcome } from './base-command.ts'
import type { Session } from './session.ts'
import { openStore, storeFlags } from './store-session.ts'
import type { ApplyOutcome, PlanOutcome } from '../backends/backend.ts'
import type { Diagnostic } from '../diagnostics/diagnostic.ts'
import { ExitCode } from '../diagnostics/exit-codes.ts'
import { formatCounts, formatPlan, hasChanges } from '../output/plan-text.ts'
import { applyStore } from '../usecases/apply-store.ts'
import { dryRunFlag } from './flags.ts'

/** Flags of `apply`, and of `run` without a task, which does the same. */
export const deployFlags = {
  ...storeFlags,
  yes: Flags.boolean({ char: 'y', summary: 'Carry out deletions without asking', env: 'FSOP_YES' }),
  'dry-run': dryRunFlag,
  cache: Flags.boolean({ default: true, allowNo: true, summary: 'Trust what the last apply recorded' }),
}

interface DeployFlags {
  readonly file: string
  readonly backend: string | undefined
  readonly yes: boolean
  readonly 'dry-run': boolean
  readonly cache: boolean
}

/** Applies a store, or shows the plan under `--dry-run`. */
export async function deploy(session: Session, flags: DeployFlags): Promise<Outcome<ApplyOutcome | PlanOutcome>> {
  const { spec, backend, warnings } = await openStore(session, flags)
  const diagnostics = session.json ? warnings : []
  if (flags['dry-run']) {
    return planOutcome(await backend.plan(spec, { cache: flags.cache }), { detailed: false, diagnostics })
  }
  const outcome = await applyStore({ spec, backend, yes: flags.yes, cache: flags.cache }, session.terminal)
  const { plan, changed } = outcome
  return {
    result: outcome,
    diagnostics,
    text: (style) =>
      changed
        ? `${style.green('Applied')} project ${plan.project}: ${formatCounts(plan, 'past')}; read back and complete`
        : `${style.green('Nothing to change')}: project ${plan.project} is as the definitions say`,
  }
}

/** A plan as the outcome of a command. */
export function planOutcome(
  outcome: PlanOutcome,
  { detailed, diagnostics }: { detailed: boolean; diagnostics: readonly Diagnostic[] },
): Outcome<PlanOutcome> {
  const { plan } = outcome
  const changes = hasChanges(plan)
  return {
    result: outcome,
    diagnostics,
    exitCode: changes && detailed ? ExitCode.differences : ExitCode.ok,
    text: (style) =>
      changes
        ? `${formatPlan(plan, style)}\n\n${style.bold(`Plan: ${formatCounts(plan, 'future')}`)}`
        : `${style.green('Nothing to change')}: project ${plan.project} is as the definitions say`,
  }
}
