import { basename, resolve } from 'node:path'
import { FsopError } from '../diagnostics/errors.ts'
import { ExitCode } from '../diagnostics/exit-codes.ts'
import { findOperator } from '../operators/registry.ts'
import type { FileSet } from '../ports/files.ts'
import { projectNameProblem } from '../spec/project-name.ts'

export interface InitRequest {
  readonly type: string
  readonly output: string
  /** Feast project name; made from the folder's name when not given. */
  readonly project: string | undefined
  readonly minimal: boolean
  readonly overwrite: boolean
  readonly dryRun: boolean
}

export interface InitResult {
  readonly type: string
  readonly project: string
  /** The folder as an absolute path. */
  readonly folder: string
  readonly created: readonly string[]
  readonly replaced: readonly string[]
}

export interface InitPorts {
  readonly cwd: string
  readonly fileSet: FileSet
  readonly template: (path: string) => Promise<string>
  readonly editorSchema: (type: string) => Promise<string>
  readonly now: () => Date
}

/**
 * Writes the starter files of an operator into a folder.
 *
 * @throws FsopError `FS301` for a project name that Feast refuses, before anything is written; `FS011` when files are in
 * the way; `FS012` when the folder cannot be written
 */
export async function initProject(request: InitRequest, ports: InitPorts): Promise<InitResult> {
  const operator = findOperator(request.type)
  const folder = resolve(ports.cwd, request.output)
  const project = request.project ?? projectFromFolder(folder)
  const problem = projectNameProblem(project)
  if (problem)
    throw new FsopError({
      ...problem,
      hint: `choose another with --project; ${problem.hint}`,
      exitCode: ExitCode.usage,
    })

  const { minimal, overwrite } = request
  const files = [
    ...(await operator.generate({ project, minimal, now: ports.now(), template: ports.template })),
    { path: '.fsop/feature_store.schema.json', content: await ports.editorSchema(operator.type) },
  ]
  const written = request.dryRun
    ? { created: files.map(({ path }) => path), replaced: [] }
    : await ports.fileSet.write(folder, files, { overwrite })
  return { type: operator.type, project, folder, ...written }
}

/** A project name that Feast takes, from the name of the folder: `fraud-model` gives `fraud_model`. */
function projectFromFolder(folder: string): string {
  const name = basename(folder)
    .replaceAll(/[^A-Za-z0-9]+/g, '_')
    .replace(/^_+/, '')
    .replace(/_+$/, '')
    .slice(0, 60)
  return name === '' ? 'feature_store' : name
}
