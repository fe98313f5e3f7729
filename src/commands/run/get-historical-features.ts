import { Flags } from '../../cli/oclif.ts'
import { basename, dirname, resolve } from 'node:path'
import { refuseExisting } from '../../adapters/node-file-set.ts'
import type { Outcome } from '../../cli/base-command.ts'
import { featureArguments, featureFlags } from '../../cli/features.ts'
import type { Session } from '../../cli/session.ts'
import { storeFlags } from '../../cli/store-session.ts'
import { TaskCommand, type TaskResult } from '../../cli/task-command.ts'
import { FsopError } from '../../diagnostics/errors.ts'
import { ExitCode } from '../../diagnostics/exit-codes.ts'
import { relativeTo } from '../../output/paths.ts'
import { plural } from '../../output/plural.ts'
import { dryRunFlag } from '../../cli/flags.ts'

export default class RunGetHistoricalFeatures extends TaskCommand {
  static override summary = 'Make a training set, point-in-time correct, as Parquet or CSV'
  static override description =
    'The entity file has the entities and an event_timestamp column; each row gets the feature values as they were then.'
  static override examples = [
    '<%= config.bin %> <%= command.id %> --entities labels.csv --feature-service fraud_model_v1 --output training.parquet',
  ]
  static override flags = {
    ...storeFlags,
    ...featureFlags,
    entities: Flags.string({ required: true, helpValue: 'FILE', summary: 'Entity rows as Parquet or CSV' }),
    output: Flags.string({ required: true, helpValue: 'FILE', summary: 'File to write: .parquet or .csv' }),
    overwrite: Flags.boolean({ char: 'o', summary: 'Replace the output file' }),
    'dry-run': dryRunFlag,
  }

  protected override async execute(session: Session): Promise<Outcome<TaskResult>> {
    const { flags } = await this.parse(RunGetHistoricalFeatures)
    const output = resolve(session.cwd, flags.output)
    if (!/\.(parquet|csv)$/i.test(output)) {
      throw new FsopError({
        code: 'FS505',
        message: `--output ${flags.output}: the file must end with .parquet or .csv`,
        hint: `for instance --output ${flags.output.replace(/\.\w+$/, '')}.parquet`,
        exitCode: ExitCode.usage,
      })
    }
    if (!flags.overwrite && !flags['dry-run']) await refuseExisting(dirname(output), [basename(output)])
    const task = {
      op: 'get_historical_features',
      title: 'get-historical-features',
      args: {
        ...featureArguments(flags),
        entity_file: resolve(session.cwd, flags.entities),
        output,
      },
    } as const
    return this.runTask(
      session,
      flags,
      task,
      (result) => `Wrote ${plural(Number(result['count']), 'row')} to ${relativeTo(session.cwd, output)}`,
    )
  }
}
