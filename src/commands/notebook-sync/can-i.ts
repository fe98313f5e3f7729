import * as Flags from '@oclif/core/flags'
import { BaseCommand, type Outcome } from '../../cli/base-command.ts'
import type { Session } from '../../cli/session.ts'
import type { CanIResult } from '../../notebooks/can-i.ts'
import { clusterFlags, notebookFlags, notebooksOf, scopeFlags } from '../../notebooks/command-flags.ts'

export default class NotebookSyncCanI extends BaseCommand<CanIResult> {
  static override summary = 'Check the rights that notebook-sync needs, and print the Role that is missing'
  static override examples = [
    '<%= config.bin %> <%= command.id %> -A --watch',
    '<%= config.bin %> <%= command.id %> -n team-a --store-namespace feast',
  ]
  static override flags = {
    ...scopeFlags,
    ...clusterFlags,
    ...notebookFlags,
    watch: Flags.boolean({ char: 'w', summary: 'The rights of --watch' }),
    events: Flags.boolean({ default: true, allowNo: true, summary: 'The rights to write Events too' }),
    'leader-elect': Flags.boolean({ summary: 'The rights of --leader-elect and --lock too' }),
    'lease-namespace': Flags.string({
      helpValue: 'NS',
      summary: 'Namespace of the Lease [default: that of the context]',
    }),
  }

  protected override async execute(session: Session): Promise<Outcome<CanIResult>> {
    const { flags } = await this.parse(NotebookSyncCanI)
    const notebooks = notebooksOf(flags)
    const { canI } = await import('../../notebooks/can-i.ts')
    return canI(session, flags, notebooks)
  }
}
