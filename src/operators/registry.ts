import type { Operator } from './operator.ts'
import { featureStore } from './feature_store/operator.ts'
import { FsopError } from '../diagnostics/errors.ts'
import { ExitCode } from '../diagnostics/exit-codes.ts'
import { suggest } from '../diagnostics/suggest.ts'

export const operators: readonly Operator[] = [featureStore]

/** The operator of a type. Throws FsopError `FS005` for an unknown one. */
export function findOperator(type: string): Operator {
  const operator = operators.find((candidate) => candidate.type === type)
  if (operator) return operator
  const types = operators.map((known) => known.type)
  const guess = suggest(type, types)
  throw new FsopError({
    code: 'FS005',
    message: `there is no operator type "${type}"`,
    why: `the types are: ${types.join(', ')}`,
    hint: guess ? `did you mean "${guess}"?` : 'fsop list shows them',
    exitCode: ExitCode.usage,
  })
}
