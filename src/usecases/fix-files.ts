import { resolve } from 'node:path'
import type { ReadInput } from './load-spec.ts'
import type { Diagnostic } from '../diagnostics/diagnostic.ts'
import { FsopError } from '../diagnostics/errors.ts'
import { ExitCode } from '../diagnostics/exit-codes.ts'
import type { FileSet } from '../ports/files.ts'
import type { Terminal } from '../ports/terminal.ts'
import { applyEdits, editable, editedLines } from '../spec/edits.ts'

export interface FixPorts {
  readonly cwd: string
  readonly read: ReadInput
  readonly fileSet: FileSet
  readonly terminal: Terminal
}

/**
 * Mends what has one certain fix: shows the lines before and after, asks, and writes all files as one.
 *
 * @param yes do not ask
 * @returns how many fixes were made
 * @throws FsopError `FS513` when there is nobody to ask
 */
export async function fixFiles(diagnostics: readonly Diagnostic[], yes: boolean, ports: FixPorts): Promise<number> {
  const { cwd, read, fileSet, terminal } = ports
  const edits = editable(diagnostics)
  if (edits.length === 0) return 0
  const files = [...new Set(edits.map(({ file }) => file ?? ''))]
  const style = terminal.errStyle
  for (const file of files) {
    terminal.err(style.bold(file))
    for (const { line, before, after } of editedLines(edits.filter((one) => one.file === file))) {
      terminal.err(`${style.red(`- ${line} | ${before}`)}\n${style.green(`+ ${line} | ${after}`)}`)
    }
  }
  if (!yes && !(await askFor(terminal))) return 0
  const written: { path: string; content: string }[] = []
  for (const file of files) {
    const path = resolve(cwd, file)
    const input = await read(path)
    if ('diagnostic' in input) continue
    const text = new TextDecoder('utf-8', { ignoreBOM: true }).decode(input.bytes)
    written.push({
      path,
      content: applyEdits(
        text,
        edits.filter((one) => one.file === file),
      ),
    })
  }
  await fileSet.write(cwd, written, { overwrite: true })
  return edits.length
}

async function askFor(terminal: Terminal): Promise<boolean> {
  if (terminal.interactive) return terminal.confirm('Make these changes?')
  throw new FsopError({
    code: 'FS513',
    message: 'the fixes above were not made',
    why: 'there is no terminal to ask on',
    hint: 'add --yes to make them',
    exitCode: ExitCode.usage,
  })
}
