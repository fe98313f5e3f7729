import { Help } from './oclif.ts'
import { exitCodeTable } from '../diagnostics/exit-codes.ts'

/** oclif's help, with the exit codes at its end. */
export default class FsopHelp extends Help {
  override formatRoot(): string {
    return [
      super.formatRoot(),
      this.section(
        'EXIT CODES',
        exitCodeTable.map(([code, text]) => [code, text]),
      ),
    ].join('\n\n')
  }
}
