import { Args, Flags } from '../../cli/oclif.ts'
import type { Session } from '../../cli/session.ts'
import { materializeFlags, materializeText } from '../../cli/materialize.ts'
import { TaskCommand, type TaskResult } from '../../cli/task-command.ts'
import type { Outcome } from '../../cli/base-command.ts'
import { parseInterval } from '../../feast/interval.ts'

export default class RunMaterialize extends TaskCommand {
  static override summary = 'Load the features of an interval into the online store'
  static override description =
    'Dates are ISO 8601, UTC unless they say otherwise. An end in the future is refused: Feast would take it and then skip what arrives until that day.'
  static override examples = [
    '<%= config.bin %> <%= command.id %> 2026-01-01 2026-01-31T12:00:00 -f feature_store.yaml',
  ]
  static override args = {
    start: Args.string({ ignoreStdin: true, required: true, description: 'Start of the interval' }),
    end: Args.string({ ignoreStdin: true, required: true, description: 'End of the interval' }),
  }
  static override flags = {
    ...materializeFlags,
    'disable-event-timestamp': Flags.boolean({ summary: 'Load all rows, whatever their event timestamp' }),
  }

  protected override async execute(session: Session): Promise<Outcome<TaskResult>> {
    const { args, flags } = await this.parse(RunMaterialize)
    const interval = parseInterval(args.start, args.end, new Date())
    const task = {
      op: 'materialize',
      title: `materialize ${interval.start} to ${interval.end}`,
      args: {
        ...interval,
        ...(flags.views ? { views: flags.views } : {}),
        disable_event_timestamp: flags['disable-event-timestamp'],
      },
    } as const
    return this.runTask(session, flags, task, materializeText)
  }
}
