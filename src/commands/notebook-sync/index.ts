import * as Args from '@oclif/core/args'
import * as Flags from '@oclif/core/flags'
import { BaseCommand, type Outcome } from '../../cli/base-command.ts'
import type { Session } from '../../cli/session.ts'
import { FsopError } from '../../diagnostics/errors.ts'
import { ExitCode } from '../../diagnostics/exit-codes.ts'
import { clusterFlags, notebookFlags, notebooksOf, onlyOf, scopeFlags } from '../../notebooks/command-flags.ts'
import { parseDuration } from '../../notebooks/duration.ts'
import type { SyncResult } from '../../notebooks/once.ts'
import type { SyncRequest } from '../../usecases/notebook-sync.ts'

export default class NotebookSync extends BaseCommand<SyncResult> {
  static override summary = 'Give every notebook its Feast client config: once, or as a controller with --watch'
  static override description =
    'Reads Notebooks with the label opendatahub.io/feast-integration: "true" and keeps the ConfigMap NOTEBOOK-feast-config beside ' +
    'each: a key for each project of its annotation opendatahub.io/feast-config, with the client config of that FeatureStore.'
  static override examples = [
    '<%= config.bin %> <%= command.id %> -A --dry-run --diff',
    '<%= config.bin %> <%= command.id %> -n team-a,team-b',
    '<%= config.bin %> <%= command.id %> team-a/my-notebook --wait',
    '<%= config.bin %> <%= command.id %> -A --watch --leader-elect',
  ]
  static override args = {
    notebook: Args.string({ name: 'NS/NAME', description: 'One notebook alone', required: false }),
  }
  static override flags = {
    ...scopeFlags,
    ...clusterFlags,
    ...notebookFlags,
    'dry-run': Flags.boolean({ char: 'r', summary: 'Say what would be done, write nothing' }),
    diff: Flags.boolean({ summary: 'Show the lines that change' }),
    adopt: Flags.boolean({ summary: 'Take over ConfigMaps of the name that are not notebook-sync’s' }),
    'force-conflicts': Flags.boolean({ summary: 'Take fields that another field manager applies' }),
    'replace-immutable': Flags.boolean({ summary: 'Delete and make anew an immutable ConfigMap that has to change' }),
    'allow-secrets': Flags.boolean({ summary: 'Hand on client configs that hold a secret in plain text' }),
    events: Flags.boolean({
      default: true,
      allowNo: true,
      summary: 'Tell faults as Events on Notebook and FeatureStore',
    }),
    'require-crd': Flags.boolean({ summary: 'Fail where the cluster knows no Notebooks' }),
    timeout: Flags.string({ helpValue: 'TIME', default: '2m', summary: 'Give up after this time, such as 30s or 5m' }),
    wait: Flags.boolean({ summary: 'With NS/NAME: look again until all its projects are there' }),
    lock: Flags.boolean({ summary: 'Do nothing while another run with --lock is under way', exclusive: ['watch'] }),
    watch: Flags.boolean({ char: 'w', summary: 'Stay and follow the cluster', exclusive: ['dry-run', 'diff', 'wait'] }),
    'leader-elect': Flags.boolean({ summary: 'Work only while holding the Lease', dependsOn: ['watch'] }),
    'lease-namespace': Flags.string({
      helpValue: 'NS',
      summary: 'Namespace of the Lease [default: that of the context]',
    }),
    'lease-name': Flags.string({ helpValue: 'NAME', default: 'fsop-notebook-sync', summary: 'Name of the Lease' }),
    'metrics-address': Flags.string({
      helpValue: 'HOST:PORT',
      default: '127.0.0.1:8081',
      summary: 'Where --watch serves /healthz, /readyz and /metrics; "off" for nowhere',
    }),
    'log-format': Flags.option({
      options: ['text', 'json'] as const,
      default: 'text',
      summary: 'Log lines of --watch',
    })(),
    resync: Flags.string({
      helpValue: 'TIME',
      default: '10m',
      summary: 'How often --watch looks at everything once more',
    }),
    workers: Flags.integer({ default: 8, min: 1, max: 64, summary: 'Notebooks worked on at the same time' }),
  }

  protected override async execute(session: Session): Promise<Outcome<SyncResult>> {
    const { flags, args } = await this.parse(NotebookSync)
    const only = onlyOf(args.notebook)
    if (only !== undefined && flags.watch) throw usage('--watch follows all notebooks; leave NS/NAME out')
    if (only === undefined && flags.wait) throw usage('--wait needs NS/NAME')
    const notebooks = notebooksOf(flags)
    const request: Omit<SyncRequest, 'scope'> = {
      notebooks,
      dryRun: flags['dry-run'],
      adopt: flags.adopt,
      forceConflicts: flags['force-conflicts'],
      replaceImmutable: flags['replace-immutable'],
      allowSecrets: flags['allow-secrets'],
      events: flags.events,
      requireCrd: flags['require-crd'],
      workers: flags.workers,
    }
    if (flags.watch) {
      const { watchNotebooks } = await import('../../notebooks/watch.ts')
      return watchNotebooks(session, { ...flags, resyncMs: parseDuration(flags.resync, '--resync') }, request)
    }
    const { syncNotebooks } = await import('../../notebooks/once.ts')
    return syncNotebooks(session, { ...flags, timeoutMs: parseDuration(flags.timeout, '--timeout') }, request, only)
  }
}

function usage(message: string): FsopError {
  return new FsopError({ code: 'NB408', message, exitCode: ExitCode.usage })
}
