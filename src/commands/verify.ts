import { Args, Flags } from '../cli/oclif.ts'
import { listYaml } from '../adapters/list-yaml.ts'
import { BaseCommand, type Outcome } from '../cli/base-command.ts'
import { backendFlags } from '../cli/flags.ts'
import type { Session } from '../cli/session.ts'
import { readSpecFile } from '../cli/read-spec-file.ts'
import { ExitCode } from '../diagnostics/exit-codes.ts'
import { plural } from '../output/plural.ts'
import { formatReport, type ReportFormat } from '../output/report.ts'
import type { Style } from '../output/style.ts'
import { formatTable } from '../output/table.ts'
import { describeVariables, type VariableUse } from '../spec/describe-variables.ts'
import type { StoreSpec } from '../spec/store-spec.ts'
import { verifyFiles, type Verification, type VerifyResult } from '../usecases/verify-files.ts'

interface FileVariable extends VariableUse {
  readonly file: string
}

interface VerifyOutput extends VerifyResult {
  /** Under `--fix`: how many. */
  readonly fixed?: number
  /** Under `--explain-env`. */
  readonly variables?: readonly FileVariable[]
}

const formats = ['text', 'json', 'junit', 'sarif', 'github'] as const satisfies readonly ReportFormat[]

export default class Verify extends BaseCommand<VerifyOutput> {
  static override summary = 'Say exactly what is wrong with a spec, where, and how to mend it'
  static override description =
    'Checks YAML, every key of Feast and what only goes together, all problems in one run. Starts no Python, opens no network, and never runs or imports anything that the spec names. Several files and folders may be given.'
  static override examples = [
    '<%= config.bin %> <%= command.id %> -f feature_store.yaml',
    '<%= config.bin %> <%= command.id %> deploy/ --format sarif > fsop.sarif',
  ]
  static override strict = false
  static override args = {
    files: Args.string({ ignoreStdin: true, description: 'Files and folders to check, instead of -f' }),
  }
  static override flags = {
    file: Flags.string({
      char: 'f',
      multiple: true,
      multipleNonGreedy: true,
      helpValue: 'FILE',
      summary: 'The spec [default: feature_store.yaml]',
      env: 'FSOP_FILE',
    }),
    format: Flags.option({ options: formats, default: 'text' as const, summary: 'Form of the report' })(),
    'feast-version': Flags.string({
      helpValue: 'VERSION',
      summary: 'Feast version to check against [default: the one that the spec pins]',
    }),
    'allow-unknown': Flags.boolean({ summary: 'Unknown keys are warnings' }),
    'explain-env': Flags.boolean({ summary: 'List the environment variables that the specs read' }),
    fix: Flags.boolean({ summary: 'Mend what has one certain fix, after showing and asking' }),
    yes: Flags.boolean({ char: 'y', summary: 'Do not ask before --fix writes', dependsOn: ['fix'] }),
    live: Flags.boolean({
      summary: 'Also run the definitions and ask data sources, registry and online store',
    }),
    ...backendFlags,
    'allow-unset-env': Flags.boolean({ summary: 'Environment variables that are not set are warnings' }),
  }

  /** `--format json` is another spelling of `--json`. */
  override jsonEnabled(): boolean {
    return super.jsonEnabled() || /(^| )--format[ =]json( |$)/.test(this.argv.join(' '))
  }

  protected override async execute(session: Session): Promise<Outcome<VerifyOutput>> {
    const { cwd, env, version } = session
    const { argv, flags } = await this.parse(Verify)
    // From FSOP_FILE the flag is one string, although it may be given several times.
    const named = [flags.file ?? [], argv as string[]].flat()
    const paths = named.length > 0 ? named : ['feature_store.yaml']
    const live = flags.live ? await liveCheck(session, flags.backend) : undefined
    const verify = () =>
      verifyFiles(
        paths,
        { cwd, env, read: readSpecFile, listYaml, checkLive: live },
        {
          feastVersion: flags['feast-version'],
          allowUnknown: flags['allow-unknown'],
          allowUnset: flags['allow-unset-env'],
        },
      )
    const first = await verify()
    const fixed = flags.fix ? await fix(session, first, flags.yes) : 0
    const verified = fixed > 0 ? await verify() : first
    const { diagnostics } = verified
    const uses = flags['explain-env'] ? variableUses(verified.variables) : undefined
    const result = { ...verified.result, ...(flags.fix ? { fixed } : {}), ...(uses ? { variables: uses } : {}) }
    const exitCode = result.valid ? ExitCode.ok : ExitCode.invalid
    const { format } = flags
    if (format !== 'text' && format !== 'json' && !this.jsonEnabled()) {
      const files = result.files.map(({ file }) => file)
      return { result, exitCode, text: () => formatReport(format, { files, diagnostics, version }) }
    }
    return {
      result,
      diagnostics,
      exitCode,
      text: (style) => [uses && variablesText(uses, style), verdict(result, style)].filter(Boolean).join('\n\n'),
    }
  }
}

async function fix({ cwd, signal, terminal }: Session, { diagnostics }: Verification, yes: boolean): Promise<number> {
  const [{ fixFiles }, { nodeFileSet }] = await Promise.all([
    import('../usecases/fix-files.ts'),
    import('../adapters/node-file-set.ts'),
  ])
  return fixFiles(diagnostics, yes, { cwd, read: readSpecFile, fileSet: nodeFileSet(signal), terminal })
}

/** Loaded only under `--live`: the backends are no part of a check that starts nothing. */
async function liveCheck(session: Session, backend: string | undefined) {
  const [{ openBackend }, { checkLive }] = await Promise.all([
    import('../cli/store-session.ts'),
    import('../usecases/check-live.ts'),
  ])
  return async (spec: StoreSpec) => checkLive(spec, await openBackend(session, spec, backend))
}

function variableUses(variables: Verification['variables']): readonly FileVariable[] {
  return [...variables].flatMap(([file, references]) =>
    describeVariables({ variables: references }).map((use) => ({ file, ...use })),
  )
}

function variablesText(uses: readonly FileVariable[], style: Style): string {
  if (uses.length === 0) return 'No environment variable is read'
  const rows = uses.flatMap(({ name, state, file, places }) =>
    places.map(({ line, column, path }) => ({
      variable: name,
      state: state === 'multiline' ? 'set, but has line breaks' : state,
      place: `${file}:${line}:${column}`,
      key: path,
    })),
  )
  return formatTable(rows, style)
}

function verdict({ valid, files, errors, warnings }: VerifyResult, style: Style): string {
  const what = files.length === 1 ? (files[0]?.file ?? '') : `${files.length} files`
  const counts = [errors > 0 && plural(errors, 'error'), warnings > 0 && plural(warnings, 'warning')].filter(Boolean)
  const tail = counts.length > 0 ? `: ${counts.join(', ')}` : ''
  return `${valid ? style.green('ok') : style.red('not valid')} ${what}${tail}`
}
