import { BaseCommand, type Outcome } from './base-command.ts'
import type { Session } from './session.ts'
import { openStore } from './store-session.ts'
import type { TaskRequest } from '../backends/backend.ts'
import type { Style } from '../output/style.ts'

export type TaskResult = Readonly<Record<string, unknown>>

/** A command that has Feast do one thing and prints what came of it. */
export abstract class TaskCommand extends BaseCommand<TaskResult> {
  /** Runs a task on the store that the flags name, or tells under `--dry-run` what would run. */
  protected async runTask(
    session: Session,
    flags: { file: string; backend: string | undefined; 'dry-run'?: boolean },
    task: TaskRequest,
    text: (result: TaskResult, style: Style) => string,
  ): Promise<Outcome<TaskResult>> {
    const { spec, backend, warnings } = await openStore(session, flags)
    const diagnostics = session.json ? warnings : []
    if (flags['dry-run']) {
      const result = { dryRun: true, backend: backend.name, operation: task.op, arguments: task.args }
      return { result, diagnostics, text: () => `Would run ${task.title} of ${spec.project} on ${backend.name}` }
    }
    const result = await backend.runTask(spec, task)
    return { result, diagnostics, text: (style) => text(result, style) }
  }
}
