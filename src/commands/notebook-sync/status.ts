import * as Args from '@oclif/core/args'
import * as Flags from '@oclif/core/flags'
import { BaseCommand, type Outcome } from '../../cli/base-command.ts'
import type { Session } from '../../cli/session.ts'
import { clusterFlags, notebookFlags, notebooksOf, onlyOf, scopeFlags } from '../../notebooks/command-flags.ts'
import type { StatusResult } from '../../notebooks/status.ts'

export default class NotebookSyncStatus extends BaseCommand<StatusResult> {
  static override summary = 'Tell for each notebook and project whether its client config is there, and why not'
  static override description = 'Reads only. Shows what notebook-sync would find and do.'
  static override examples = [
    '<%= config.bin %> <%= command.id %> -A',
    '<%= config.bin %> <%= command.id %> team-a/my-notebook',
    '<%= config.bin %> <%= command.id %> -n team-a --detailed-exitcode',
  ]
  static override args = {
    notebook: Args.string({ name: 'NS/NAME', description: 'One notebook alone', required: false }),
  }
  static override flags = {
    ...scopeFlags,
    ...clusterFlags,
    ...notebookFlags,
    'allow-secrets': Flags.boolean({ summary: 'As the flag of notebook-sync' }),
    'detailed-exitcode': Flags.boolean({ summary: 'Exit with 5 when something is not right' }),
  }

  protected override async execute(session: Session): Promise<Outcome<StatusResult>> {
    const { flags, args } = await this.parse(NotebookSyncStatus)
    const only = onlyOf(args.notebook)
    const notebooks = notebooksOf(flags)
    const { notebookStatus } = await import('../../notebooks/status.ts')
    return notebookStatus(session, flags, notebooks, only)
  }
}
