import { BaseCommand, type Outcome } from '../../cli/base-command.ts'
import { deployFlags } from '../../cli/deploy.ts'
import type { Session } from '../../cli/session.ts'
import { dryRunFlag } from '../../cli/flags.ts'
import { openStore, storeFlags } from '../../cli/store-session.ts'
import type { StorePlan } from '../../feast/protocol.ts'
import { formatCounts, formatPlan, hasDeletions } from '../../output/plan-text.ts'
import { teardownStore } from '../../usecases/apply-store.ts'

interface TeardownResult {
  readonly removed: boolean
  readonly plan: StorePlan
}

export default class RunTeardown extends BaseCommand<TeardownResult> {
  static override summary = 'Remove the deployed infrastructure and the registry'
  static override description = 'Lists what goes and asks. Definitions and source data stay.'
  static override examples = ['<%= config.bin %> <%= command.id %> -f feature_store.yaml']
  static override flags = { ...storeFlags, yes: deployFlags.yes, 'dry-run': dryRunFlag }

  protected override async execute(session: Session): Promise<Outcome<TeardownResult>> {
    const { flags } = await this.parse(RunTeardown)
    const { spec, backend, warnings } = await openStore(session, flags)
    const result = await teardownStore({ spec, backend, yes: flags.yes, dryRun: flags['dry-run'] }, session.terminal)
    return {
      result,
      diagnostics: session.json ? warnings : [],
      text: (style) => {
        if (!hasDeletions(result.plan)) return `Nothing to remove: ${spec.project} is not deployed`
        if (!result.removed)
          return `${formatPlan(result.plan, style)}\n\nWould remove ${spec.project}: ${formatCounts(result.plan, 'future')}`
        return `${style.green('Removed')} ${spec.project}: ${formatCounts(result.plan, 'past')}`
      },
    }
  }
}
