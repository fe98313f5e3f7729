import { Args, Flags } from '../cli/oclif.ts'
import { BaseCommand, type Outcome } from '../cli/base-command.ts'
import { formatExplanation } from '../output/explain-text.ts'
import { explain, type Explanation } from '../spec/explain.ts'

export default class Explain extends BaseCommand<Explanation> {
  static override summary = 'Explain the keys of feature_store.yaml: types, defaults, meaning, extras needed'
  static override examples = [
    '<%= config.bin %> <%= command.id %> online_store',
    '<%= config.bin %> <%= command.id %> online_store.redis',
    '<%= config.bin %> <%= command.id %> materialization --json',
  ]
  static override args = {
    path: Args.string({
      ignoreStdin: true,
      default: '',
      description: 'Place in the file; nothing for the keys at the top',
    }),
  }
  static override flags = {
    'feast-version': Flags.string({
      helpValue: 'VERSION',
      summary: 'Feast version [default: the newest that fsop knows]',
    }),
  }

  protected override async execute(): Promise<Outcome<Explanation>> {
    const { args, flags } = await this.parse(Explain)
    const result = await explain(args.path, flags['feast-version'])
    return { result, text: (style) => formatExplanation(result, style) }
  }
}
