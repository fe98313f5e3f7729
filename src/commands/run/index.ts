import { Args } from '../../cli/oclif.ts'
import { BaseCommand, type Outcome } from '../../cli/base-command.ts'
import { deploy, deployFlags } from '../../cli/deploy.ts'
import type { Session } from '../../cli/session.ts'
import type { ApplyOutcome, PlanOutcome } from '../../backends/backend.ts'
import { FsopError } from '../../diagnostics/errors.ts'
import { ExitCode } from '../../diagnostics/exit-codes.ts'
import { didYouMean } from '../../diagnostics/suggest.ts'
import { findOperator } from '../../operators/registry.ts'

export default class Run extends BaseCommand<ApplyOutcome | PlanOutcome> {
  static override summary = 'Run a task of the operator; without a task, deploy as apply does'
  static override examples = [
    '<%= config.bin %> <%= command.id %> -f feature_store.yaml -b local',
    '<%= config.bin %> <%= command.id %> materialize-incremental -f feature_store.yaml',
  ]
  static override args = { task: Args.string({ ignoreStdin: true, description: 'Task to run; fsop info lists them' }) }
  static override flags = deployFlags

  protected override async execute(session: Session): Promise<Outcome<ApplyOutcome | PlanOutcome>> {
    // A task right after `run` is a command of its own and never comes here; one behind a flag does.
    const task = this.argv.find((word) => tasks.includes(word))
    if (task !== undefined) {
      throw new FsopError({
        code: 'FS004',
        message: `the task ${task} stands behind a flag`,
        why: 'each task has flags of its own, so it comes first',
        hint: `fsop run ${task} ${this.argv.filter((word) => word !== task).join(' ')}`,
        exitCode: ExitCode.usage,
      })
    }
    const { args, flags } = await this.parse(Run)
    if (args.task !== undefined) throw unknownTask(args.task)
    return deploy(session, flags)
  }
}

const tasks = findOperator('feature_store').tasks.map(({ name }) => name)

function unknownTask(task: string): FsopError {
  return new FsopError({
    code: 'FS004',
    message: `there is no task "${task}"${didYouMean(task, tasks)}`,
    why: `the tasks are: ${tasks.join(', ')}`,
    hint: 'fsop info -t feature_store says what each does',
    exitCode: ExitCode.usage,
  })
}
