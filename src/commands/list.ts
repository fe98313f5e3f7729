import { BaseCommand, type Outcome } from '../cli/base-command.ts'
import { operators } from '../operators/registry.ts'
import { formatTable } from '../output/table.ts'

interface ListedOperator {
  readonly type: string
  readonly version: string
  readonly summary: string
}

export default class List extends BaseCommand<readonly ListedOperator[]> {
  static override summary = 'List the operator types'
  static override examples = ['<%= config.bin %> <%= command.id %>']

  protected override async execute(): Promise<Outcome<readonly ListedOperator[]>> {
    await this.parse(List)
    const result = operators.map(({ type, version, summary }) => ({ type, version, summary }))
    return { result, text: (style) => formatTable(result, style) }
  }
}
