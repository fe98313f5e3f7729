/** How bad a diagnostic is. Only `error` makes a command fail. */
export type Severity = 'error' | 'warning' | 'info'

/** A place in a text file. Lines and columns start at 1; columns count Unicode code points, as editors show them. */
export interface Position {
  readonly line: number
  readonly column: number
}

/** One problem found in the user's input, or met while doing the work. The shape of `diagnostics` in every `--json` output. */
export interface Diagnostic {
  readonly severity: Severity
  /** Stable identifier, such as `FS201`; one section each in `docs/errors.md`. */
  readonly code: string
  /** What is wrong, in one sentence, without a final full stop. Never holds a secret. */
  readonly message: string
  /** Why it is wrong: the rule, or what Feast would do. */
  readonly why?: string
  /** The command or edit that mends it. */
  readonly hint?: string
  /** The file as the user named it. */
  readonly file?: string
  readonly line?: number
  readonly column?: number
  /** End of the offending text (exclusive), for the caret. */
  readonly endLine?: number
  readonly endColumn?: number
  /** The text to put in the place of the diagnosed one, where there is one certain fix: `fsop verify --fix`. */
  readonly edit?: string
  /** The line of the file, with secret values masked. */
  readonly excerpt?: string
  /** Path of keys from the document's root, such as `online_store.type`. */
  readonly path?: string
  /** Where to read more: a heading in `docs/errors.md`. */
  readonly docs?: string
}
