/** A set of files written as one: either all are there in the end, or what was there before. */
export interface FileSet {
  /**
   * @param folder where relative paths start; made when missing
   * @param overwrite replace files that exist; otherwise throws FsopError `FS011` naming each file in the way
   * @returns what was made and what was replaced, as paths relative to `folder`
   */
  write(
    folder: string,
    files: readonly { path: string; content: string | Uint8Array }[],
    options: { overwrite: boolean },
  ): Promise<{ created: string[]; replaced: string[] }>
}
