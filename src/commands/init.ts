import { Flags } from '../cli/oclif.ts'
import { nodeFileSet } from '../adapters/node-file-set.ts'
import { BaseCommand, type Outcome } from '../cli/base-command.ts'
import { operatorFlags } from '../cli/flags.ts'
import { templateReader } from '../cli/package-files.ts'
import type { Session } from '../cli/session.ts'
import { relativeTo } from '../output/paths.ts'
import { editorSchema } from '../spec/editor-schema.ts'
import { initProject, type InitResult } from '../usecases/init-project.ts'

export default class Init extends BaseCommand<InitResult> {
  static override summary = 'Write a starter feature store: spec, backend files, definitions, sample data'
  static override description =
    'Writes a feature_store.yaml that Feast reads as it stands, and everything that the next commands need. Nothing is overwritten without --overwrite.'
  static override examples = [
    '<%= config.bin %> <%= command.id %> --output fraud',
    '<%= config.bin %> <%= command.id %> -t feature_store --output ~/feature_store --project fraud --overwrite',
  ]
  static override flags = {
    ...operatorFlags,
    output: Flags.string({ default: '.', helpValue: 'DIR', summary: 'Folder to write into; made when missing' }),
    overwrite: Flags.boolean({ char: 'o', summary: 'Replace files that are there already' }),
    project: Flags.string({ char: 'p', summary: "Feast project name [default: made from the folder's name]" }),
    minimal: Flags.boolean({ summary: 'No sample data, one entity only' }),
    'dry-run': Flags.boolean({ summary: 'List the files without writing them' }),
  }

  protected override async execute({ cwd, root, signal }: Session): Promise<Outcome<InitResult>> {
    const { flags } = await this.parse(Init)
    const dryRun = flags['dry-run']
    const result = await initProject(
      { ...flags, dryRun, project: flags.project },
      {
        cwd,
        fileSet: nodeFileSet(signal),
        template: templateReader(root),
        editorSchema,
        now: () => new Date(),
      },
    )
    const folder = relativeTo(cwd, result.folder)
    const file = folder === '.' ? 'feature_store.yaml' : `${folder}/feature_store.yaml`
    return {
      result,
      text: (style) =>
        [
          style.bold(`${dryRun ? 'Would write' : 'Wrote'} project ${result.project} into ${folder}`),
          ...result.created.map((path) => `  ${style.green('+')} ${path}`),
          ...result.replaced.map((path) => `  ${style.yellow('~')} ${path} (replaced)`),
          ...(dryRun ? [] : ['', `Next: fsop apply -f ${file}`]),
        ].join('\n'),
    }
  }
}
