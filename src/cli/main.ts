import { Config, run, settings } from './oclif.ts'
import { constants } from 'node:os'
import { fileURLToPath } from 'node:url'
import { failureEnvelope, toFailure } from './envelope.ts'
import { FsopError } from '../diagnostics/errors.ts'
import { ExitCode } from '../diagnostics/exit-codes.ts'
import { suggest } from '../diagnostics/suggest.ts'
import { formatDiagnostics } from '../output/diagnostics-text.ts'
import { createStyle } from '../output/style.ts'

/**
 * The whole program. Sets `process.exitCode` and never throws.
 *
 * @param argv the words after `fsop`
 * @param url the `import.meta.url` of the file in `bin/`: oclif finds the package from it
 */
export async function main(argv: string[], url: string): Promise<void> {
  // `fsop … | head`: a reader that has seen enough is no error. Without a reader of the progress nobody waits for the
  // rest of the work either.
  endWith(process.stdout, ExitCode.ok)
  endWith(process.stderr, 128 + constants.signals.SIGPIPE)
  // Under NODE_ENV=development or test oclif would look for TypeScript sources, and warn that it finds none.
  settings.enableAutoTranspile = false
  for (const event of ['uncaughtException', 'unhandledRejection'] as const) {
    process.on(event, (error) => {
      report(error, argv)
      process.exit(ExitCode.bug)
    })
  }
  try {
    await run(argv, fileURLToPath(url))
  } catch (error) {
    if (isExit(error)) {
      process.exitCode = error.oclif.exit
      return
    }
    report(isNotFound(error) ? await notFound(argv, url) : error, argv)
  }
}

function endWith(stream: NodeJS.WriteStream, exitCode: number): void {
  stream.on('error', (error: NodeJS.ErrnoException) => {
    if (error.code === 'EPIPE') process.exit(process.exitCode ?? exitCode)
    throw error
  })
}

/** Errors outside any command: the command's own never come here. */
function report(error: unknown, argv: readonly string[]): void {
  const failure = toFailure(error)
  if (argv.includes('--json')) {
    process.stdout.write(`${JSON.stringify(failureEnvelope('', failure), null, 2)}\n`)
  } else {
    process.stderr.write(`${formatDiagnostics(failure.diagnostics, createStyle(process.stderr.isTTY, process.env))}\n`)
  }
  if ((argv.includes('--debug') || argv.includes('-d')) && failure.detail) process.stderr.write(`\n${failure.detail}\n`)
  process.exitCode = failure.exitCode
}

/** oclif ends help and the like by throwing. */
function isExit(error: unknown): error is Error & { oclif: { exit: number } } {
  return error instanceof Error && 'code' in error && error.code === 'EEXIT' && 'oclif' in error
}

function isNotFound(error: unknown): boolean {
  return error instanceof Error && /^command .* not found$/i.test(error.message)
}

async function notFound(argv: readonly string[], url: string): Promise<FsopError> {
  const config = await Config.load(fileURLToPath(url))
  const known = config.commandIDs.map((id) => id.replaceAll(':', ' '))
  const words = argv.filter((word) => !word.startsWith('-'))
  const [first = '', second = ''] = words
  const usage = { code: 'FS003', exitCode: ExitCode.usage } as const
  const flag = argv[0]?.startsWith('-') ? argv[0] : undefined
  if (flag !== undefined) {
    const hint = known.includes(first) ? `fsop ${words.join(' ')} ${flag}` : 'fsop --help lists the commands'
    return new FsopError({ ...usage, message: `${flag} stands where a command belongs`, hint })
  }
  if (known.includes(first)) {
    return new FsopError({
      ...usage,
      code: 'FS002',
      message: `unexpected argument: ${second}`,
      hint: `fsop ${first} --help shows what it takes`,
    })
  }
  if (first === 'help') {
    const command = known.includes(words.slice(1).join(' ')) ? `${words.slice(1).join(' ')} ` : ''
    return new FsopError({ ...usage, message: 'there is no command "help"', hint: `fsop ${command}--help shows it` })
  }
  const guess = suggest(`${first} ${second}`.trim(), known) ?? suggest(first, known)
  return new FsopError({
    ...usage,
    message: `there is no command "${first}"`,
    hint: guess ? `did you mean "fsop ${guess}"?` : 'fsop --help lists the commands',
  })
}
