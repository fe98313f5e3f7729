import type { Outcome } from '../../cli/base-command.ts'
import { ServeCommand, serveFlags, type ServeResult } from '../../cli/serve-command.ts'
import type { Session } from '../../cli/session.ts'

export default class RunServeOffline extends ServeCommand {
  static override summary = 'Start the offline feature server (Arrow Flight)'
  static override description =
    'Says so when the server answers, shows its log and stops it on Ctrl-C. Words after -- go to Feast as they stand.'
  static override examples = ['<%= config.bin %> <%= command.id %> --port 8815']
  static override flags = serveFlags
  static override strict = false

  protected override async execute(session: Session): Promise<Outcome<ServeResult>> {
    const { flags, argv } = await this.parse(RunServeOffline)
    return this.serve(session, 'serve-offline', flags, argv as string[])
  }
}
