import * as Flags from '@oclif/core/flags'
import { BaseCommand, type Outcome } from '../cli/base-command.ts'
import { fileFlag } from '../cli/flags.ts'
import type { Session } from '../cli/session.ts'
import { readSpecFile } from '../cli/store-session.ts'
import { ExitCode } from '../diagnostics/exit-codes.ts'
import { checkSpecFile } from '../usecases/load-spec.ts'

interface VerifyResult {
  readonly file: string
  readonly valid: boolean
  readonly errors: number
  readonly warnings: number
}

export default class Verify extends BaseCommand<VerifyResult> {
  static override summary = 'Say exactly what is wrong with a spec, where, and how to mend it'
  static override description =
    'Checks YAML, every key of Feast and what only goes together, all problems in one run. Starts no Python, opens no network, and never runs or imports anything that the spec names.'
  static override examples = ['<%= config.bin %> <%= command.id %> -f feature_store.yaml']
  static override flags = {
    ...fileFlag,
    'feast-version': Flags.string({
      helpValue: 'VERSION',
      summary: 'Feast version to check against [default: the one that the spec pins]',
    }),
    'allow-unknown': Flags.boolean({ summary: 'Unknown keys are warnings' }),
    'allow-unset-env': Flags.boolean({ summary: 'Environment variables that are not set are warnings' }),
  }

  protected override async execute({ cwd, env }: Session): Promise<Outcome<VerifyResult>> {
    const { flags } = await this.parse(Verify)
    const { diagnostics } = await checkSpecFile(
      flags.file,
      { cwd, env, read: readSpecFile },
      {
        feastVersion: flags['feast-version'],
        allowUnknown: flags['allow-unknown'],
        allowUnset: flags['allow-unset-env'],
      },
    )
    const count = (severity: string) => diagnostics.filter((one) => one.severity === severity).length
    const errors = count('error')
    const warnings = count('warning')
    return {
      result: { file: flags.file, valid: errors === 0, errors, warnings },
      diagnostics,
      exitCode: errors === 0 ? ExitCode.ok : ExitCode.invalid,
      text: (style) =>
        errors === 0
          ? `${style.green('ok')} ${flags.file}${warnings > 0 ? `: ${plural(warnings, 'warning')}` : ''}`
          : `${style.red('not valid')} ${flags.file}: ${plural(errors, 'error')}${warnings > 0 ? `, ${plural(warnings, 'warning')}` : ''}`,
    }
  }
}

function plural(count: number, word: string): string {
  return `${count} ${word}${count === 1 ? '' : 's'}`
}
