import { Flags } from '../cli/oclif.ts'
import { nodeFileSet } from '../adapters/node-file-set.ts'
import { BaseCommand, type Outcome } from '../cli/base-command.ts'
import type { Session } from '../cli/session.ts'
import { outputSchema } from '../cli/output-schema.ts'
import { editorSchema } from '../spec/editor-schema.ts'

export default class Schema extends BaseCommand<unknown> {
  static override summary = 'Print the JSON Schema of feature_store.yaml, for editors, or of the --json output'
  static override examples = [
    '<%= config.bin %> <%= command.id %> --output feature_store.schema.json',
    '<%= config.bin %> <%= command.id %> --type output',
  ]
  static override flags = {
    type: Flags.string({
      char: 't',
      options: ['feature_store', 'output'],
      default: 'feature_store',
      summary: 'Schema of what',
    }),
    output: Flags.string({ helpValue: 'FILE', summary: 'Write to a file instead of printing' }),
    overwrite: Flags.boolean({ char: 'o', summary: 'Replace the file' }),
  }

  protected override async execute({ cwd, signal }: Session): Promise<Outcome<unknown>> {
    const { flags } = await this.parse(Schema)
    const text = flags.type === 'output' ? `${JSON.stringify(outputSchema, undefined, 1)}\n` : await editorSchema()
    const { output, overwrite } = flags
    if (output === undefined) return { result: JSON.parse(text), text: () => text.trimEnd() }
    await nodeFileSet(signal).write(cwd, [{ path: output, content: text }], { overwrite })
    return { result: { file: output }, text: () => `Wrote ${output}` }
  }
}
