import { BaseCommand, type Outcome } from '../../cli/base-command.ts'
import { deployFlags } from '../../cli/deploy.ts'
import type { Session } from '../../cli/session.ts'
import { openStore, storeFlags } from '../../cli/store-session.ts'
import type { StorePlan } from '../../feast/protocol.ts'
import { formatCounts, hasDeletions } from '../../output/plan-text.ts'
import { teardownStore } from '../../usecases/apply-store.ts'

interface TeardownResult {
  readonly removed: boolean
  readonly plan: StorePlan
}

export default class RunTeardown extends BaseCommand<TeardownResult> {
  static override summary = 'Remove the deployed infrastructure and the registry'
  static override description = 'Lists what goes and asks. Definitions and source data stay.'
  static override examples = ['<%= config.bin %> <%= command.id %> -f feature_store.yaml']
  static override flags = { ...storeFlags, yes: deployFlags.yes }

  protected override async execute(session: Session): Promise<Outcome<TeardownResult>> {
    const { flags } = await this.parse(RunTeardown)
    const { spec, backend, warnings } = await openStore(session, flags)
    const result = await teardownStore({ spec, backend, yes: flags.yes }, session.terminal)
    return {
      result,
      diagnostics: session.json ? warnings : [],
      text: (style) =>
        hasDeletions(result.plan)
          ? `${style.green('Removed')} ${spec.project}: ${formatCounts(result.plan, 'past')}`
          : `Nothing to remove: ${spec.project} is not deployed`,
    }
  }
}
