import type { Position } from '../../diagnostics/diagnostic.ts'

/** A stretch of the file. Lines and columns start at 1, columns count code points, `end` is exclusive. */
export interface Span {
  readonly start: Position
  readonly end: Position
}

/**
 * A value that PyYAML makes and JSON has no word for. Pydantic sees a `datetime.date`, `datetime.datetime` or `bytes`
 * object there, never a `str`, so these must not be mistaken for the text they were written as.
 */
export abstract class YamlOpaque {
  /** What Python calls the type, for messages. */
  abstract readonly pythonType: string
  /** The value as Python's `str()` shows it. */
  readonly text: string

  constructor(text: string) {
    this.text = text
  }

  toString(): string {
    return this.text
  }
}

/** `datetime.date`; `text` is `YYYY-MM-DD`. */
export class YamlDate extends YamlOpaque {
  override readonly pythonType = 'datetime.date'
}

/** `datetime.datetime`; `text` is Python's `str()`: `YYYY-MM-DD HH:MM:SS[.ffffff][+HH:MM]`. */
export class YamlDateTime extends YamlOpaque {
  override readonly pythonType = 'datetime.datetime'
  /** Microseconds since 1970 in UTC, or as if in UTC where the value names no zone. */
  readonly instant: bigint
  readonly hasZone: boolean

  constructor(text: string, instant: bigint, hasZone: boolean) {
    super(text)
    this.instant = instant
    this.hasZone = hasZone
  }
}

/** `bytes`, from `!!binary`; `text` is the content in base64. */
export class YamlBinary extends YamlOpaque {
  override readonly pythonType = 'bytes'
  readonly bytes: Uint8Array

  constructor(bytes: Uint8Array) {
    super(Buffer.from(bytes).toString('base64'))
    this.bytes = bytes
  }
}

/** Python's `int` is a `bigint` here and its `float` a `number`: `1` and `1.0` stay apart. */
export type YamlScalar = string | bigint | number | boolean | null | YamlOpaque

export type ScalarStyle = 'plain' | 'single' | 'double' | 'literal' | 'folded'

export interface ScalarNode {
  readonly kind: 'scalar'
  readonly span: Span
  readonly value: YamlScalar
  /** The text as it stands in the file: quotes included, tag and anchor not. */
  readonly source: string
  readonly style: ScalarStyle
  /** Full tag, such as `tag:yaml.org,2002:int`. */
  readonly tag: string
  /** Whether the tag is written in the file; else it is YAML's guess from the text. */
  readonly isTagged: boolean
}

export interface MapEntry {
  readonly key: ScalarNode
  /** The key as Python's `str()` shows it. */
  readonly name: string
  readonly value: YamlNode
}

export interface MapNode {
  readonly kind: 'map'
  readonly span: Span
  /** After merges (`<<`), in the order of Python's dict. For `!!set` every value is null. */
  readonly entries: readonly MapEntry[]
  /** `tag:yaml.org,2002:map` or `tag:yaml.org,2002:set`. */
  readonly tag: string
}

export interface SeqNode {
  readonly kind: 'seq'
  readonly span: Span
  /** For `!!omap` and `!!pairs`: sequences of two, key and value (Python: tuples). */
  readonly items: readonly YamlNode[]
  /** `tag:yaml.org,2002:seq`, `…:omap` or `…:pairs`. */
  readonly tag: string
}

export type YamlNode = ScalarNode | MapNode | SeqNode

/** Whether Python would see a `float` here (`1.0`, `.inf`), which `toPlain` cannot tell from an `int`. */
export function isFloat(node: YamlNode): boolean {
  return node.kind === 'scalar' && typeof node.value === 'number'
}
