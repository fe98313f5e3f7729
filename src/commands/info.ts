import { BaseCommand, type Outcome } from '../cli/base-command.ts'
import { operatorFlags } from '../cli/flags.ts'
import type { Operator } from '../operators/operator.ts'
import { findOperator } from '../operators/registry.ts'

type OperatorInfo = Omit<Operator, 'generate'>

export default class Info extends BaseCommand<OperatorInfo> {
  static override summary = 'Describe an operator type: what it does, its tasks, where it runs'
  static override examples = ['<%= config.bin %> <%= command.id %> -t feature_store']
  static override flags = operatorFlags

  protected override async execute(): Promise<Outcome<OperatorInfo>> {
    const { flags } = await this.parse(Info)
    const { generate: _, ...info } = findOperator(flags.type)
    const width = Math.max(...info.tasks.map(({ name }) => name.length))
    return {
      result: info,
      text: (style) =>
        [
          style.bold(`${info.type} ${info.version}: ${info.summary}`),
          '',
          info.description,
          '',
          style.bold('Tasks of fsop run'),
          ...info.tasks.map(({ name, summary }) => `  ${name.padEnd(width)}  ${summary}`),
          '',
          style.bold('Backends'),
          `  ${info.backends.join(', ')}`,
        ].join('\n'),
    }
  }
}
