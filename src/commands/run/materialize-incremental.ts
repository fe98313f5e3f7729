import { Args } from '../../cli/oclif.ts'
import type { Session } from '../../cli/session.ts'
import { materializeFlags, materializeText } from '../../cli/materialize.ts'
import { TaskCommand, type TaskResult } from '../../cli/task-command.ts'
import type { Outcome } from '../../cli/base-command.ts'
import { parseInterval } from '../../feast/interval.ts'

export default class RunMaterializeIncremental extends TaskCommand {
  static override summary = 'Load what is new since the last materialization'
  static override description =
    "Each feature view starts where its last materialization ended; the first one covers the view's ttl."
  static override examples = [
    '<%= config.bin %> <%= command.id %> -f feature_store.yaml',
    '<%= config.bin %> <%= command.id %> 2026-01-31 --views customer_transactions',
  ]
  static override args = { end: Args.string({ ignoreStdin: true, description: 'End of the interval [default: now]' }) }
  static override flags = materializeFlags

  protected override async execute(session: Session): Promise<Outcome<TaskResult>> {
    const { args, flags } = await this.parse(RunMaterializeIncremental)
    const { end } = parseInterval(undefined, args.end, new Date())
    const task = {
      op: 'materialize_incremental',
      title: `materialize-incremental to ${end}`,
      args: { end, ...(flags.views ? { views: flags.views } : {}) },
    } as const
    return this.runTask(session, flags, task, materializeText)
  }
}
