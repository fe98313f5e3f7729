import type { Catalog, Keys } from './catalog.ts'
import type { VariableReference } from './environment-variables.ts'
import type { Report } from './report.ts'
import type { YamlNode } from './yaml/nodes.ts'

/** A block of the spec and its name in the schema. */
export interface BlockInUse {
  readonly block: string
  readonly path: string
}

/** What the checks of one file share. */
export interface CheckContext {
  readonly report: Report
  readonly catalog: Catalog
  /** The keys of a block: `root`, or `component.type`. Loaded when something is wrong. */
  readonly keysOf: (block: string) => Promise<Keys>
  /** The variable references whose text stands within a node, after expansion. */
  readonly variablesIn: (node: YamlNode) => readonly VariableReference[]
  /** Whether a value is a credential as a whole, so that no part of it may be shown. */
  readonly isSecret: (node: YamlNode) => boolean
  /** The blocks that the spec uses, `root` and `component.type`, with where they stand. */
  readonly blocksInUse: readonly BlockInUse[]
  /** Severity of unknown keys: Feast ignores them. */
  readonly unknownKeys: 'error' | 'warning'
}
