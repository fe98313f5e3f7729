import { Flags } from '../cli/oclif.ts'
import { BaseCommand, type Outcome } from '../cli/base-command.ts'
import type { Session } from '../cli/session.ts'
import { openStore, storeFlags } from '../cli/store-session.ts'
import { ExitCode } from '../diagnostics/exit-codes.ts'
import { formatStatus, type StoreStatus } from '../output/status-text.ts'

export default class Status extends BaseCommand<StoreStatus> {
  static override summary = 'Compare repository, registry and online store'
  static override description =
    'Changes nothing: shows each object and whether it is applied, and how far each view is materialized.'
  static override examples = ['<%= config.bin %> <%= command.id %> -f feature_store.yaml --detailed-exitcode']
  static override flags = {
    ...storeFlags,
    'detailed-exitcode': Flags.boolean({ summary: 'Exit with 5 when repository and registry differ' }),
  }

  protected override async execute(session: Session): Promise<Outcome<StoreStatus>> {
    const { flags } = await this.parse(Status)
    const { spec, backend, warnings } = await openStore(session, flags)
    const status = (await backend.status(spec)) as StoreStatus
    return {
      result: status,
      diagnostics: session.json ? warnings : [],
      exitCode: status.drift && flags['detailed-exitcode'] ? ExitCode.differences : ExitCode.ok,
      text: (style) => formatStatus(status, style),
    }
  }
}
