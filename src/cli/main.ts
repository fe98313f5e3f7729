import { Config, run } from '@oclif/core'
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
  // `fsop … | head`: a reader that has seen enough is no error.
  process.stdout.on('error', (error: NodeJS.ErrnoException) => {
    if (error.code === 'EPIPE') process.exit(ExitCode.ok)
    throw error
  })
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

/** oclif's config of the package at `root`, for the build to write the manifest from. */
export function loadConfig(root: string): Promise<Config> {
  return Config.load({ root, ignoreManifest: true })
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
  const words = argv.filter((word) => !word.startsWith('-'))
  const written = words[0] ?? ''
  const known = config.commandIDs.map((id) => id.replaceAll(':', ' '))
  const guess = suggest(words.slice(0, 2).join(' '), known) ?? suggest(written, known)
  return new FsopError({
    code: 'FS003',
    message: `there is no command "${written}"`,
    hint: guess ? `did you mean "fsop ${guess}"?` : 'fsop --help lists the commands',
    exitCode: ExitCode.usage,
  })
}
