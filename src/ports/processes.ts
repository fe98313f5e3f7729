/** A program to run. Secrets go into `env` or `input`, never into `args`. */
export interface ProcessSpec {
  readonly command: string
  readonly args: readonly string[]
  readonly cwd?: string
  /** Added to the environment of fsop; undefined removes a variable. */
  readonly env?: Readonly<Record<string, string | undefined>>
  readonly input?: string
  /** Kills the process group after this many milliseconds. */
  readonly timeoutMs?: number
}

export interface ProcessResult {
  /** Exit code; undefined when a signal ended the process. */
  readonly code: number | undefined
  readonly signal: NodeJS.Signals | undefined
  readonly stdout: string
  readonly stderr: string
}

/** A process that goes on while the caller talks to it. */
export interface RunningProcess {
  readonly pid: number | undefined
  /** Writes one line to the process's stdin. */
  writeLine(line: string): void
  endInput(): void
  /** Signals the whole process group. */
  kill(signal: NodeJS.Signals): void
  /** Resolves when the process and its output have ended. */
  readonly exit: Promise<{ code: number | undefined; signal: NodeJS.Signals | undefined }>
}

export interface LineHandlers {
  readonly stdout: (line: string) => void
  readonly stderr: (line: string) => void
}

export interface Processes {
  /**
   * Runs to the end and collects the output. Does not throw for a bad exit code.
   * Throws FsopError `FS401` when the program is not there, InterruptedError when the session's signal aborts.
   */
  run(spec: ProcessSpec, onLine?: Partial<LineHandlers>): Promise<ProcessResult>
  /** Starts a process in a group of its own; the session's signal is passed on to it. */
  start(spec: ProcessSpec, handlers: LineHandlers): RunningProcess
  /** Full path of a program on PATH, or undefined. */
  find(command: string): string | undefined
}
