import type { Style } from '../output/style.ts'

/** The user's terminal: results on stdout, everything for people on stderr. */
export interface Terminal {
  /** True when a person can answer a question. Never true under `--json` or CI. */
  readonly interactive: boolean
  readonly outStyle: Style
  readonly errStyle: Style
  /** Writes a result to stdout, with a final line end. */
  out(text: string): void
  /** Writes a message to stderr, with a final line end. */
  err(text: string): void
  /** Asks on stderr; false for anything but yes. Throws InterruptedError when the user presses Ctrl-C. */
  confirm(question: string): Promise<boolean>
}
