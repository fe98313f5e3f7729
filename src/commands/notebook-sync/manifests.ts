import * as Flags from '@oclif/core/flags'
import { BaseCommand, type Outcome } from '../../cli/base-command.ts'
import { templateReader } from '../../cli/package-files.ts'
import type { Session } from '../../cli/session.ts'
import { notebookFlags, notebooksOf } from '../../notebooks/command-flags.ts'
import { manifestsOf } from '../../notebooks/manifests.ts'
import { checkNames } from '../../notebooks/manifest-names.ts'
import { INTEGRATION_LABEL, PROJECTS_ANNOTATION } from '../../notebooks/names.ts'
import { DEFAULT_NOTEBOOK_GVK } from '../../notebooks/resources.ts'

interface Result {
  readonly yaml: string
}

export default class NotebookSyncManifests extends BaseCommand<Result> {
  static override summary = 'Print what runs notebook-sync in a cluster: RBAC, and a Deployment or a CronJob'
  static override description =
    'The least rights that work. With --watch-namespace they are Roles in those namespaces, without it a ClusterRole.'
  static override examples = [
    '<%= config.bin %> <%= command.id %> --image fsop:0.1.0 | kubectl apply -f -',
    '<%= config.bin %> <%= command.id %> --mode cron --watch-namespace team-a,team-b --store-namespace feast --image fsop:0.1.0',
  ]
  static override flags = {
    mode: Flags.option({
      options: ['watch', 'cron'] as const,
      default: 'watch',
      summary: 'A controller, or runs by the clock',
    })(),
    namespace: Flags.string({ char: 'n', helpValue: 'NS', default: 'fsop', summary: 'Where it runs' }),
    name: Flags.string({ helpValue: 'NAME', default: 'fsop-notebook-sync', summary: 'Name of everything' }),
    image: Flags.string({ helpValue: 'IMAGE', summary: 'Image with fsop as its entry point [default: fsop:VERSION]' }),
    schedule: Flags.string({ helpValue: 'CRON', default: '*/5 * * * *', summary: 'When a CronJob runs' }),
    'watch-namespace': Flags.string({
      helpValue: 'NS',
      multiple: true,
      delimiter: ',',
      summary: 'Namespaces of notebooks [default: all]',
    }),
    'store-namespace': Flags.string({
      helpValue: 'NS',
      multiple: true,
      delimiter: ',',
      summary: 'Namespaces of FeatureStores',
    }),
    events: Flags.boolean({ default: true, allowNo: true, summary: 'Tell faults as Events' }),
    ...notebookFlags,
  }

  protected override async execute(session: Session): Promise<Outcome<Result>> {
    const { flags } = await this.parse(NotebookSyncManifests)
    const notebooks = notebooksOf(flags)
    const image = flags.image ?? `fsop:${session.version}`
    checkNames({ ...flags, image })
    const yaml = await manifestsOf(
      {
        mode: flags.mode,
        namespace: flags.namespace,
        name: flags.name,
        image,
        schedule: flags.schedule,
        watchNamespaces: flags['watch-namespace'] ?? [],
        storeNamespaces: flags['store-namespace'] ?? [],
        notebooks,
        events: flags.events,
        extraArgs: [
          ...(flags['notebook-gvk'] === DEFAULT_NOTEBOOK_GVK ? [] : [`--notebook-gvk=${flags['notebook-gvk']}`]),
          ...(flags.label === INTEGRATION_LABEL ? [] : [`--label=${flags.label}`]),
          ...(flags.annotation === PROJECTS_ANNOTATION ? [] : [`--annotation=${flags.annotation}`]),
        ],
      },
      templateReader(session.root),
    )
    return { result: { yaml }, text: () => yaml }
  }
}
