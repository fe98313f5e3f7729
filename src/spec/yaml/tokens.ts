import type { ScalarStyle } from './nodes.ts'

/** The tokens without content of their own, named as in PyYAML's `tokens.py`. */
export type IndicatorType =
  | 'stream-end'
  | 'document-start'
  | 'document-end'
  | 'block-sequence-start'
  | 'block-mapping-start'
  | 'block-end'
  | 'flow-sequence-start'
  | 'flow-mapping-start'
  | 'flow-sequence-end'
  | 'flow-mapping-end'
  | 'block-entry'
  | 'flow-entry'
  | 'key'
  | 'value'

interface Extent {
  /** Offsets in UTF-16 units, `end` exclusive. */
  readonly start: number
  readonly end: number
}

export interface IndicatorToken extends Extent {
  readonly type: IndicatorType
}
export interface DirectiveToken extends Extent {
  readonly type: 'directive'
  readonly name: string
  /** Version numbers of `%YAML`, handle and prefix of `%TAG`, nothing for others. */
  readonly value: readonly string[]
}
export interface AnchorToken extends Extent {
  readonly type: 'anchor' | 'alias'
  readonly name: string
}
export interface TagToken extends Extent {
  readonly type: 'tag'
  /** `!`, `!!` or `!name!`; undefined for a verbatim tag and for a lone `!`. */
  readonly handle: string | undefined
  readonly suffix: string
}
export interface ScalarToken extends Extent {
  readonly type: 'scalar'
  readonly text: string
  readonly style: ScalarStyle
}

export type Token = IndicatorToken | DirectiveToken | AnchorToken | TagToken | ScalarToken
export type TokenType = Token['type']
