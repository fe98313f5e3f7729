import { BaseCommand, type Outcome } from '../cli/base-command.ts'
import { deploy, deployFlags } from '../cli/deploy.ts'
import type { Session } from '../cli/session.ts'
import type { ApplyOutcome, PlanOutcome } from '../backends/backend.ts'

export default class Apply extends BaseCommand<ApplyOutcome | PlanOutcome> {
  static override summary = 'Make the feature store what its definitions say'
  static override description =
    'Shows what will change, asks before anything is deleted, carries it out and reads it back. When nothing has changed since the last apply it says so at once.'
  static override examples = [
    '<%= config.bin %> <%= command.id %> -f feature_store.yaml',
    '<%= config.bin %> <%= command.id %> -f feature_store.yaml -b local --yes --json',
  ]
  static override flags = deployFlags

  protected override async execute(session: Session): Promise<Outcome<ApplyOutcome | PlanOutcome>> {
    const { flags } = await this.parse(Apply)
    return deploy(session, flags)
  }
}
