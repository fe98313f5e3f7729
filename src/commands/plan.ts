import { Flags } from '../cli/oclif.ts'
import { BaseCommand, type Outcome } from '../cli/base-command.ts'
import { deployFlags, planOutcome } from '../cli/deploy.ts'
import type { Session } from '../cli/session.ts'
import { openStore, storeFlags } from '../cli/store-session.ts'
import type { PlanOutcome } from '../backends/backend.ts'

export default class Plan extends BaseCommand<PlanOutcome> {
  static override summary = 'Show what apply would create, change and delete'
  static override description = 'Changes nothing. Runs the Python definitions of the repository, as feast plan does.'
  static override examples = [
    '<%= config.bin %> <%= command.id %> -f feature_store.yaml',
    '<%= config.bin %> <%= command.id %> -f feature_store.yaml --detailed-exitcode --json',
  ]
  static override flags = {
    ...storeFlags,
    cache: deployFlags.cache,
    'detailed-exitcode': Flags.boolean({ summary: 'Exit with 5 when there is something to change' }),
  }

  protected override async execute(session: Session): Promise<Outcome<PlanOutcome>> {
    const { flags } = await this.parse(Plan)
    const { spec, backend, warnings } = await openStore(session, flags)
    const outcome = await backend.plan(spec, { cache: flags.cache })
    return planOutcome(outcome, { detailed: flags['detailed-exitcode'], diagnostics: session.json ? warnings : [] })
  }
}
