/** A file that `fsop init` writes; `path` is relative to the output folder, with `/`. */
export interface GeneratedFile {
  readonly path: string
  readonly content: string | Uint8Array
}

export interface InitOptions {
  /** Feast project name, already checked. */
  readonly project: string
  readonly minimal: boolean
  /** Sample data ends at this time. */
  readonly now: Date
  /** Reads a file below the package's `templates/` folder. */
  readonly template: (path: string) => Promise<string>
}

/** Something that `fsop run` can do with a store. */
export interface Task {
  readonly name: string
  readonly summary: string
}

/** A kind of thing that fsop runs: a plug-in of its own folder. ADS calls these operators too. */
export interface Operator {
  /** The word behind `type:` in a spec, and `-t`. */
  readonly type: string
  readonly version: string
  readonly summary: string
  readonly description: string
  readonly backends: readonly string[]
  readonly tasks: readonly Task[]
  readonly generate: (options: InitOptions) => Promise<readonly GeneratedFile[]>
}
