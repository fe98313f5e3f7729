import { Flags } from '../../cli/oclif.ts'
import type { Outcome } from '../../cli/base-command.ts'
import { featureArguments, featureFlags } from '../../cli/features.ts'
import { parseRow } from '../../cli/rows.ts'
import type { Session } from '../../cli/session.ts'
import { storeFlags } from '../../cli/store-session.ts'
import { TaskCommand, type TaskResult } from '../../cli/task-command.ts'
import { formatTable } from '../../output/table.ts'
import { dryRunFlag } from '../../cli/flags.ts'

export default class RunGetOnlineFeatures extends TaskCommand {
  static override summary = 'Read the newest feature values of some entities'
  static override examples = [
    '<%= config.bin %> <%= command.id %> --features customer_transactions:mean_amount_7d --entity customer_id=1001',
    '<%= config.bin %> <%= command.id %> --feature-service fraud_model_v1 --entity customer_id=1001,amount=250 --json',
  ]
  static override flags = {
    ...storeFlags,
    ...featureFlags,
    entity: Flags.string({
      multiple: true,
      required: true,
      helpValue: 'NAME=VALUE,…',
      summary: 'One entity row, with request data if any; may be given several times',
    }),
    full: Flags.boolean({ summary: 'Give status and event timestamp of each value as well' }),
    'dry-run': dryRunFlag,
  }

  protected override async execute(session: Session): Promise<Outcome<TaskResult>> {
    const { flags } = await this.parse(RunGetOnlineFeatures)
    const task = {
      op: 'get_online_features',
      title: 'get-online-features',
      args: {
        ...featureArguments(flags),
        entities: flags.entity.map((row) => parseRow(row, '--entity')),
        ...(flags.full ? { full: true } : {}),
      },
    } as const
    return this.runTask(session, flags, task, (result, style) =>
      formatTable(result['rows'] as Record<string, unknown>[], style),
    )
  }
}
