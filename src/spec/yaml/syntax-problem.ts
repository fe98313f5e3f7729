/** What the scanner or the parser could not accept. Every kind has its text in `syntax-diagnostics.ts`. */
export type SyntaxKind =
  // scanner
  | 'cannot-start'
  | 'no-colon'
  | 'key-not-allowed'
  | 'value-not-allowed'
  | 'entry-not-allowed'
  | 'unclosed-quote'
  | 'bad-escape'
  | 'block-header'
  | 'anchor-name'
  | 'bad-tag'
  | 'bad-directive'
  // parser
  | 'no-document-start'
  | 'not-in-mapping'
  | 'not-in-sequence'
  | 'flow-separator'
  | 'no-content'
  | 'unknown-handle'
  | 'anchor-twice'

/** A place where PyYAML would raise a ScannerError or ParserError. Thrown by the scanner and the parser only. */
export class SyntaxProblem extends Error {
  readonly kind: SyntaxKind
  /** Offset of the text that does not fit. */
  readonly at: number
  /** Offset at which the enclosing thing starts: the open quote, the bracket, the key, the mapping. */
  readonly from: number
  /** What a message may quote: an escape, an anchor's name, the type of the token found. */
  readonly detail: string

  constructor(kind: SyntaxKind, at: number, from: number = at, detail = '') {
    super(kind)
    this.kind = kind
    this.at = at
    this.from = from
    this.detail = detail
  }
}

/** The document nests deeper than we are willing to follow; PyYAML dies of a RecursionError a little later. */
export class TooDeep extends Error {
  readonly at: number

  constructor(at: number) {
    super('too deep')
    this.at = at
  }
}

/** The document has, or its aliases expand to, more values than we are willing to hold. */
export class TooManyNodes extends Error {
  readonly at: number
  /** The alias that goes over the limit; empty when the file itself is that long. */
  readonly alias: string

  constructor(at: number, alias: string) {
    super('too many nodes')
    this.at = at
    this.alias = alias
  }
}
