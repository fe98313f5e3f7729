import type { ScalarStyle } from './nodes.ts'

interface GraphNodeBase {
  /** Full tag: the one written, else the one that PyYAML resolves. */
  readonly tag: string
  /** Offsets, properties (`&a !t`) included. */
  readonly start: number
  readonly end: number
  /** Values in this node when every alias is replaced by what it stands for. */
  readonly size: number
  /** Levels of nesting in this node, likewise. */
  readonly depth: number
}

export interface GraphScalar extends GraphNodeBase {
  readonly kind: 'scalar'
  readonly text: string
  readonly style: ScalarStyle
  /** Offset behind the properties. */
  readonly contentStart: number
  /** Whether the tag was written, not resolved. */
  readonly isTagged: boolean
  /** Stands for an alias that has a problem of its own: nothing more is to be said of it. */
  readonly isStandIn: boolean
}

export interface GraphSeq extends GraphNodeBase {
  readonly kind: 'seq'
  readonly items: readonly GraphNode[]
}

export interface GraphPair {
  readonly key: GraphNode
  readonly value: GraphNode
  /** Where the key stands in this mapping: an alias's node has the position of its anchor. */
  readonly keyStart: number
}

export interface GraphMap extends GraphNodeBase {
  readonly kind: 'map'
  /** As written: merges not applied, duplicates kept. */
  readonly pairs: readonly GraphPair[]
}

/** A document as composed (PyYAML's `nodes.py`): an alias is the very node of its anchor. Never a cycle. */
export type GraphNode = GraphScalar | GraphSeq | GraphMap
