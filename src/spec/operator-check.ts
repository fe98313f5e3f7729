import type { CheckContext } from './check-context.ts'
import type { MapNode } from './yaml/nodes.ts'

/** What an operator type adds to the check of a spec; the types are in src/operators. */
export interface OperatorCheck {
  /** The word behind `type:`. */
  readonly type: string
  /**
   * Reports what is wrong with the operator's own part.
   *
   * @returns `feast` when the rest of the file is a Feast configuration, `whole` when there is nothing else to check
   */
  readonly check: (root: MapNode, context: CheckContext) => Promise<'feast' | 'whole'>
}
