import { spawn, type ChildProcessWithoutNullStreams } from 'node:child_process'
import { mkdtempSync } from 'node:fs'
import { homedir, tmpdir } from 'node:os'
import { join } from 'node:path'
import { inject } from 'vitest'

export interface CliResult {
  readonly code: number | null
  readonly stdout: string
  readonly stderr: string
}

export interface CliOptions {
  readonly cwd?: string
  readonly env?: Record<string, string | undefined>
  readonly input?: string
}

/** Environments are shared by all tests, and by later runs: making one takes most of a minute. */
export const sharedCache = join(process.env['XDG_CACHE_HOME'] ?? join(homedir(), '.cache'), 'fsop/tests/e2e-cache')

/** Runs the installed `fsop` to its end, off a terminal. */
export async function fsop(args: readonly string[], options: CliOptions = {}): Promise<CliResult> {
  const child = startFsop(args, options)
  const read = async (stream: NodeJS.ReadableStream) => {
    let text = ''
    for await (const chunk of stream.setEncoding('utf8')) text += chunk
    return text
  }
  child.stdin.end(options.input ?? '')
  const [stdout, stderr, code] = await Promise.all([
    read(child.stdout),
    read(child.stderr),
    new Promise<number | null>((resolve) => child.once('close', (exit) => resolve(exit))),
  ])
  return { code, stdout, stderr }
}

/** Starts the installed `fsop`; the caller ends it. */
export function startFsop(args: readonly string[], { cwd, env }: CliOptions = {}): ChildProcessWithoutNullStreams {
  return spawn(inject('fsop'), args, {
    cwd,
    env: {
      ...process.env,
      CI: undefined,
      NO_COLOR: undefined,
      FORCE_COLOR: undefined,
      FSOP_CACHE_DIR: sharedCache,
      ...env,
    },
  })
}

/** The one object that `--json` prints. */
export function envelope({
  stdout,
}: CliResult): Record<string, unknown> & { result: never; diagnostics: { code: string }[] } {
  return JSON.parse(stdout) as never
}

export function emptyFolder(): string {
  return mkdtempSync(join(tmpdir(), 'fsop-test-'))
}
