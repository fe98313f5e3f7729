import { join } from 'node:path'
import type { DriverError, DriverEvent, StorePlan, ViewProgress } from './protocol.ts'
import { FsopError, tidyText } from '../diagnostics/errors.ts'
import { ExitCode } from '../diagnostics/exit-codes.ts'
import type { Processes } from '../ports/processes.ts'

/** One request to the Python driver, as docs/driver-protocol.md has it. */
export interface DriverRequest extends Readonly<Record<string, unknown>> {
  readonly op: string
  /** Absolute path of the repository folder. */
  readonly repo: string
  /** Absolute path of the feature_store.yaml. */
  readonly spec: string
}

/** What the driver tells while it works. */
export interface DriverListener {
  phase?(title: string): void
  warning?(message: string): void
  /** What user code or a library printed. */
  output?(line: string): void
  plan?(plan: StorePlan): void
  progress?(progress: ViewProgress): void
  /** Answers whether the plan may be carried out. */
  confirm?(): Promise<boolean>
}

export interface DriverPorts {
  readonly processes: Processes
  /** fsop's own package folder. */
  readonly root: string
}

/**
 * Runs one operation on a store in one Python process: importing Feast costs seconds, so it is done once.
 *
 * @param python an interpreter that has Feast
 * @returns the driver's result object
 * @throws FsopError with the driver's code; `FS590` when it ended without saying why
 */
export async function callDriver(
  python: string,
  request: DriverRequest,
  listener: DriverListener,
  { processes, root }: DriverPorts,
): Promise<Record<string, unknown>> {
  let last: DriverEvent | undefined
  const tail: string[] = []
  const driver = processes.start(
    {
      command: python,
      args: ['-X', 'utf8', '-u', join(root, 'python/fsop_driver')],
      cwd: request.repo,
      env: { PYTHONUNBUFFERED: '1', FEAST_USAGE: 'False' },
    },
    {
      stdout: (line) => {
        const event = parseEvent(line)
        if (event === undefined) return tail.push(line)
        last = event
        return dispatch(event)
      },
      stderr: (line) => {
        tail.push(line)
        if (tail.length > 200) tail.shift()
        listener.output?.(line)
      },
    },
  )
  const dispatch = (event: DriverEvent): unknown => {
    switch (event.event) {
      case 'phase':
        return listener.phase?.(event.title)
      case 'log':
        return event.level === 'warning' ? listener.warning?.(warningText(event)) : listener.output?.(event.message)
      case 'plan':
        return listener.plan?.(event.plan)
      case 'progress':
        return listener.progress?.(event)
      case 'ask':
        return Promise.resolve(listener.confirm?.() ?? false).then(
          (confirm) => driver.writeLine(JSON.stringify({ confirm })),
          (error: unknown) => {
            refused = error
            driver.kill('SIGTERM')
          },
        )
      case 'result':
      case 'error':
        return undefined
      default:
        return event satisfies never
    }
  }
  let refused: unknown
  driver.writeLine(JSON.stringify(request))
  const { code, signal } = await driver.exit
  if (refused !== undefined) throw refused
  if (last?.event === 'result' && code === 0) return last.result
  if (last?.event === 'error') throw driverError(last.error)
  throw unexplained(code, signal, tail)
}

function warningText({ message, file, line }: Extract<DriverEvent, { event: 'log' }>): string {
  return file === undefined ? message : `${file}${line === undefined ? '' : `:${line}`}: ${message}`
}

function parseEvent(line: string): DriverEvent | undefined {
  try {
    const value: unknown = JSON.parse(line)
    return typeof value === 'object' && value !== null && 'event' in value ? (value as DriverEvent) : undefined
  } catch {
    return undefined
  }
}

function driverError({ code, message, why, hint, file, line, column, user_frames, traceback }: DriverError): FsopError {
  const excerpt = user_frames?.findLast((frame) => frame.file === file && frame.line === line)?.text
  return new FsopError({
    code,
    message: tidyText(message),
    ...(why ? { why: tidyText(why) } : {}),
    ...(hint ? { hint: tidyText(hint) } : {}),
    ...(file ? { file } : {}),
    ...(line ? { line } : {}),
    ...(column ? { column } : {}),
    ...(excerpt ? { excerpt } : {}),
    ...(traceback ? { detail: traceback } : {}),
    exitCode: exitCodes[code] ?? ExitCode.failed,
  })
}

/** Driver codes of which the cause is not in the definitions: the spec, a missing package, a store out of reach. */
const exitCodes: Readonly<Record<string, number>> = {
  FD201: ExitCode.invalid,
  FD202: ExitCode.missing,
  FD203: ExitCode.missing,
  FD405: ExitCode.missing,
  FD503: ExitCode.usage,
  FD504: ExitCode.usage,
}

function unexplained(code: number | undefined, signal: NodeJS.Signals | undefined, tail: readonly string[]): FsopError {
  const killed = signal === 'SIGKILL'
  return new FsopError({
    code: 'FS590',
    message: signal ? `Python was ended by ${signal}` : `Python ended with exit code ${code} and no explanation`,
    why: killed ? 'that is what the system does to a process that takes too much memory' : (tail.at(-1) ?? ''),
    hint: killed
      ? 'give it more memory, or less to do at once (materialize fewer views or a shorter interval)'
      : 'run again with --debug to see what Python printed',
    detail: tail.join('\n'),
  })
}
