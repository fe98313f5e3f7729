import { Args, Flags } from '../../cli/oclif.ts'
import { resolve } from 'node:path'
import type { Outcome } from '../../cli/base-command.ts'
import { parseRow } from '../../cli/rows.ts'
import type { Session } from '../../cli/session.ts'
import { storeFlags } from '../../cli/store-session.ts'
import { TaskCommand, type TaskResult } from '../../cli/task-command.ts'
import { plural } from '../../output/plural.ts'
import { dryRunFlag } from '../../cli/flags.ts'

export default class RunPush extends TaskCommand {
  static override summary = 'Send fresh rows to a push source'
  static override examples = [
    '<%= config.bin %> <%= command.id %> customer_transactions_push --row customer_id=1001,event_timestamp=2026-01-31T12:00:00,created=2026-01-31T12:00:00,transactions_7d=9,mean_amount_7d=12.5,declined_share_30d=0',
    '<%= config.bin %> <%= command.id %> customer_transactions_push --rows fresh.parquet --to online_and_offline',
  ]
  static override args = {
    source: Args.string({ ignoreStdin: true, required: true, description: 'Name of the push source' }),
  }
  static override flags = {
    ...storeFlags,
    rows: Flags.string({ helpValue: 'FILE', summary: 'Rows as Parquet, CSV or JSON', exactlyOne: ['rows', 'row'] }),
    row: Flags.string({ multiple: true, helpValue: 'NAME=VALUE,…', summary: 'One row; may be given several times' }),
    to: Flags.string({
      options: ['online', 'offline', 'online_and_offline'],
      default: 'online',
      summary: 'Stores to write to',
    }),
    'dry-run': dryRunFlag,
  }

  protected override async execute(session: Session): Promise<Outcome<TaskResult>> {
    const { args, flags } = await this.parse(RunPush)
    const rows = flags.rows
      ? { file: resolve(session.cwd, flags.rows) }
      : { rows: (flags.row ?? []).map((row) => parseRow(row, '--row')) }
    const task = {
      op: 'push',
      title: `push to ${args.source}`,
      args: { source: args.source, to: flags.to, ...rows },
    } as const
    return this.runTask(
      session,
      flags,
      task,
      (result) => `Pushed ${plural(Number(result['count']), 'row')} to ${args.source} (${flags.to})`,
    )
  }
}
