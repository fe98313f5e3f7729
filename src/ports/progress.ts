/** Shows long work, on stderr. */
export interface Progress {
  /**
   * Runs one piece of work under a title. A failure marks the step as failed and is thrown on.
   */
  step<T>(title: string, work: (step: Step) => Promise<T>): Promise<T>
}

export interface Step {
  /** Replaces the detail beside the title, such as `3 of 12 views`. */
  detail(text: string): void
  /** A line of the tool at work. Shown when the step fails, and with --debug at once. */
  log(line: string): void
  /** Replaces the title, once more is known. */
  title(text: string): void
}
