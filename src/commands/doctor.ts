import { BaseCommand, type Outcome } from '../cli/base-command.ts'
import type { Session } from '../cli/session.ts'
import { isNewEnough } from '../backends/local-python/python.ts'
import { ExitCode } from '../diagnostics/exit-codes.ts'
import type { Style } from '../output/style.ts'
import { checkTools, type ToolReport } from '../usecases/check-tools.ts'

export default class Doctor extends BaseCommand<readonly ToolReport[]> {
  static override summary = 'Show which tools are there, in which version, and what each is for'
  static override description = 'Exits with 4 when a tool is missing without which no store can be applied.'
  static override examples = ['<%= config.bin %> <%= command.id %>']

  protected override async execute(session: Session): Promise<Outcome<readonly ToolReport[]>> {
    await this.parse(Doctor)
    const reports = await checkTools(await session.processes(), session.env['FSOP_PYTHON'])
    const python = reports.find(({ tool }) => tool === 'python')
    const ready = python?.version !== undefined && isNewEnough({ version: python.version })
    return {
      result: reports,
      exitCode: ready ? ExitCode.ok : ExitCode.missing,
      text: (style) => [...reports.map((report) => line(report, style)), '', verdict(ready, style)].join('\n'),
    }
  }
}

function line({ tool, found, version, path, neededFor, howToGet }: ToolReport, style: Style): string {
  const mark = found ? style.green('found  ') : style.yellow('missing')
  const place = found ? [version, path && `(${path})`].filter(Boolean).join(' ') : `get it: ${howToGet}`
  return `${mark} ${tool.padEnd(8)} ${place}\n        ${style.dim(`for ${neededFor}`)}`
}

function verdict(ready: boolean, style: Style): string {
  return ready
    ? `${style.green('ok')}: stores can be applied on this machine`
    : `${style.red('not ready')}: Python 3.10 or newer is needed to apply a store`
}
