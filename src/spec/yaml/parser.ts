import type { GraphNode, GraphPair, GraphScalar } from './graph.ts'
import { resolvePlain } from './resolver.ts'
import type { Scanner } from './scanner.ts'
import { SyntaxProblem, TooDeep, TooManyNodes } from './syntax-problem.ts'
import { TAG } from './tags.ts'
import type { TokenType } from './tokens.ts'

export interface Limits {
  /** Levels of nesting, aliases expanded. */
  readonly depth: number
  /** Values in one document, aliases expanded. */
  readonly nodes: number
}

/** A fault in an alias; reading goes on with null in the alias's place. */
export interface AliasProblem {
  readonly kind: 'undefined' | 'inside-itself'
  readonly name: string
  readonly start: number
  readonly end: number
}

/** A document as written, before tags become values. */
export interface ParsedDocument {
  readonly root: GraphNode
  readonly aliasProblems: readonly AliasProblem[]
}

const DEFAULT_HANDLES: readonly (readonly [string, string])[] = [
  ['!', '!'],
  ['!!', 'tag:yaml.org,2002:'],
]
/** Stands for an anchor whose node is still being read. */
const OPEN = Symbol('open')

type ScalarParts = Omit<GraphScalar, 'kind' | 'size' | 'depth'>

interface Properties {
  readonly start: number | undefined
  readonly end: number
  readonly anchor: string | undefined
  /** Undefined also for the non-specific tag `!`, which resolves as if no tag stood there. */
  readonly tag: string | undefined
  /** The tag `!`: a quoted scalar resolves like a plain one. */
  readonly nonSpecific: boolean
}

/**
 * Builds documents from tokens: the grammar of PyYAML's `parser.py` and the aliases of its `composer.py`, in one pass.
 * Recursion is bounded by `limits.depth`.
 */
export class Parser {
  private readonly scanner: Scanner
  private readonly limits: Limits
  private handles = new Map(DEFAULT_HANDLES)
  private anchors = new Map<string, GraphNode | typeof OPEN>()
  private aliasProblems: AliasProblem[] = []
  private nodesRead = 0
  private depth = 0
  /** End of the last alias or node read, which is where a collection without a closing token ends. */
  private reached = 0

  constructor(scanner: Scanner, limits: Limits) {
    this.scanner = scanner
    this.limits = limits
  }

  /**
   * Gives each document of the stream.
   *
   * @throws SyntaxProblem where PyYAML's scanner, parser or composer would raise
   * @throws TooDeep, TooManyNodes at our own limits
   */
  *documents(): Generator<ParsedDocument> {
    const { scanner } = this
    if (!scanner.at('directive', 'document-start', 'stream-end')) {
      yield this.document(() => this.node(true))
      this.skipDocumentEnd()
    }
    for (;;) {
      while (scanner.at('document-end')) scanner.take()
      if (scanner.at('stream-end')) return
      const start = scanner.peek()
      this.directives()
      const marker = scanner.peek()
      if (marker.type !== 'document-start') {
        if (start.type === 'directive') throw new SyntaxProblem('bad-directive', start.end, start.start)
        throw new SyntaxProblem('no-document-start', marker.start, marker.start, marker.type)
      }
      scanner.take()
      yield this.document(() =>
        scanner.at('directive', 'document-start', 'document-end', 'stream-end')
          ? this.empty(scanner.peek().start)
          : this.node(true),
      )
      this.skipDocumentEnd()
    }
  }

  private document(read: () => GraphNode): ParsedDocument {
    this.anchors = new Map()
    this.aliasProblems = []
    this.nodesRead = 0
    const root = read()
    return { root, aliasProblems: this.aliasProblems }
  }

  private skipDocumentEnd(): void {
    if (this.scanner.at('document-end')) this.scanner.take()
  }

  private directives(): void {
    const handles = new Map<string, string>()
    let versionSeen = false
    for (let token = this.scanner.peek(); token.type === 'directive'; token = this.scanner.peek()) {
      this.scanner.take()
      const [first = '', second = ''] = token.value
      if (token.name === 'YAML') {
        if (versionSeen || Number(first) !== 1) throw new SyntaxProblem('bad-directive', token.end, token.start)
        versionSeen = true
      } else if (token.name === 'TAG') {
        if (handles.has(first)) throw new SyntaxProblem('bad-directive', token.end, token.start)
        handles.set(first, second)
      }
    }
    this.handles = new Map([...DEFAULT_HANDLES, ...handles])
  }

  /**
   * @param block whether block collections may stand here
   * @param indentless whether a sequence may start at its parent's column, as it may as a mapping's value
   */
  private node(block: boolean, indentless = false): GraphNode {
    const { scanner } = this
    const first = scanner.peek()
    if (first.type === 'alias') {
      scanner.take()
      return this.alias(first.name, first.start, first.end)
    }
    const properties = this.properties()
    const { anchor } = properties
    if (anchor !== undefined) this.anchors.set(anchor, OPEN)
    const node = this.content(properties, block, indentless)
    if (anchor !== undefined) this.anchors.set(anchor, node)
    return node
  }

  private alias(name: string, start: number, end: number): GraphNode {
    this.reached = end
    const target = this.anchors.get(name)
    if (target === undefined || target === OPEN) {
      this.aliasProblems.push({ kind: target === OPEN ? 'inside-itself' : 'undefined', name, start, end })
      return this.empty(start, { end, isStandIn: true })
    }
    this.nodesRead += target.size
    if (this.nodesRead > this.limits.nodes) throw new TooManyNodes(start, name)
    if (this.depth + target.depth > this.limits.depth) throw new TooDeep(start)
    return target
  }

  private properties(): Properties {
    const { scanner } = this
    let start: number | undefined
    let end = scanner.peek().start
    let anchor: string | undefined
    let tag: string | undefined
    let nonSpecific = false
    const takeAnchor = (): void => {
      const token = scanner.peek()
      if (token.type !== 'anchor') return
      scanner.take()
      if (this.anchors.has(token.name)) throw new SyntaxProblem('anchor-twice', token.start, token.start, token.name)
      anchor = token.name
      start ??= token.start
      end = token.end
    }
    const takeTag = (): void => {
      const token = scanner.peek()
      if (token.type !== 'tag') return
      scanner.take()
      const prefix = token.handle === undefined ? '' : this.handles.get(token.handle)
      if (prefix === undefined) throw new SyntaxProblem('unknown-handle', token.start, token.start, token.handle)
      const full = prefix + token.suffix
      nonSpecific = full === '!'
      tag = nonSpecific ? undefined : full
      start ??= token.start
      end = token.end
    }
    takeTag()
    takeAnchor()
    if (tag === undefined && !nonSpecific) takeTag()
    return { start, end, anchor, tag, nonSpecific }
  }

  private content(properties: Properties, block: boolean, indentless: boolean): GraphNode {
    const { scanner } = this
    const token = scanner.peek()
    const start = properties.start ?? token.start
    if (token.type === 'scalar') {
      scanner.take()
      const plain = token.style === 'plain' || properties.nonSpecific
      const tag = properties.tag ?? (plain ? resolvePlain(token.text) : TAG.str)
      const isTagged = properties.tag !== undefined || properties.nonSpecific
      const { text, style, start: contentStart, end } = token
      return this.scalar({ tag, text, style, isTagged, isStandIn: false, start, contentStart, end })
    }
    if (indentless && token.type === 'block-entry')
      return this.nested(() => this.indentlessSequence(properties.tag, start))
    if (token.type === 'flow-sequence-start') return this.nested(() => this.flowSequence(properties.tag, start))
    if (token.type === 'flow-mapping-start') return this.nested(() => this.flowMapping(properties.tag, start))
    if (block && token.type === 'block-sequence-start')
      return this.nested(() => this.blockSequence(properties.tag, start))
    if (block && token.type === 'block-mapping-start')
      return this.nested(() => this.blockMapping(properties.tag, start))
    if (properties.start === undefined) throw new SyntaxProblem('no-content', token.start, start, token.type)
    const { tag = TAG.null, end } = properties
    return this.empty(start, { tag, isTagged: properties.tag !== undefined, contentStart: end, end })
  }

  private nested(read: () => GraphNode): GraphNode {
    this.depth++
    if (this.depth > this.limits.depth) throw new TooDeep(this.scanner.peek().start)
    const node = read()
    this.depth--
    return node
  }

  private indentlessSequence(tag: string | undefined, start: number): GraphNode {
    const items: GraphNode[] = []
    while (this.scanner.at('block-entry')) items.push(this.blockItem('block-entry', 'key', 'value', 'block-end'))
    return this.sequence(tag, items, start)
  }

  private blockSequence(tag: string | undefined, start: number): GraphNode {
    const { scanner } = this
    const opening = scanner.take()
    const items: GraphNode[] = []
    while (scanner.at('block-entry')) items.push(this.blockItem('block-entry', 'block-end'))
    this.blockEnd('not-in-sequence', opening.start)
    return this.sequence(tag, items, start)
  }

  private blockItem(...emptyBefore: TokenType[]): GraphNode {
    const dash = this.scanner.take()
    return this.scanner.at(...emptyBefore) ? this.empty(dash.end) : this.node(true)
  }

  private blockMapping(tag: string | undefined, start: number): GraphNode {
    const { scanner } = this
    const opening = scanner.take()
    const pairs: GraphPair[] = []
    // A `:` without a key is refused here, as PyYAML does, though its grammar comment allows it.
    while (scanner.at('key')) {
      const mark = scanner.take()
      const keyStart = scanner.peek().start
      const key = scanner.at('key', 'value', 'block-end') ? this.empty(mark.end) : this.node(true, true)
      let value: GraphNode
      if (scanner.at('value')) {
        const colon = scanner.take()
        value = scanner.at('key', 'value', 'block-end') ? this.empty(colon.end) : this.node(true, true)
      } else {
        value = this.empty(scanner.peek().start)
      }
      pairs.push({ key, value, keyStart })
    }
    this.blockEnd('not-in-mapping', opening.start)
    return this.mapping(tag, pairs, start)
  }

  private blockEnd(kind: 'not-in-sequence' | 'not-in-mapping', from: number): void {
    const token = this.scanner.peek()
    if (token.type !== 'block-end') throw new SyntaxProblem(kind, token.start, from, token.type)
    this.scanner.take()
  }

  private flowSequence(tag: string | undefined, start: number): GraphNode {
    const { scanner } = this
    const opening = scanner.take()
    const items: GraphNode[] = []
    this.flowEntries('flow-sequence-end', opening.start, () => {
      const mark = scanner.peek()
      items.push(mark.type === 'key' ? this.nested(() => this.singlePair(mark.start)) : this.node(false))
    })
    return this.sequence(tag, items, start, scanner.take().end)
  }

  /** `[a: b]`: a mapping of one pair as an item. */
  private singlePair(start: number): GraphNode {
    return this.mapping(undefined, [this.flowPair('flow-sequence-end')], start)
  }

  private flowMapping(tag: string | undefined, start: number): GraphNode {
    const { scanner } = this
    const opening = scanner.take()
    const pairs: GraphPair[] = []
    this.flowEntries('flow-mapping-end', opening.start, () => {
      if (scanner.at('key')) {
        pairs.push(this.flowPair('flow-mapping-end'))
      } else {
        const keyStart = scanner.peek().start
        const key = this.node(false)
        pairs.push({ key, value: this.empty(scanner.peek().start), keyStart })
      }
    })
    return this.mapping(tag, pairs, start, scanner.take().end)
  }

  /** Reads entries up to the closing token, which stays; a comma may stand before it. */
  private flowEntries(closing: 'flow-sequence-end' | 'flow-mapping-end', from: number, readEntry: () => void): void {
    const { scanner } = this
    for (let isFirst = true; !scanner.at(closing); isFirst = false) {
      if (!isFirst) {
        const token = scanner.peek()
        if (token.type !== 'flow-entry') throw new SyntaxProblem('flow-separator', token.start, from, token.type)
        scanner.take()
        if (scanner.at(closing)) return
      }
      readEntry()
    }
  }

  private flowPair(closing: 'flow-sequence-end' | 'flow-mapping-end'): GraphPair {
    const { scanner } = this
    const mark = scanner.take()
    const keyStart = scanner.peek().start
    const key = scanner.at('value', 'flow-entry', closing) ? this.empty(mark.end) : this.node(false)
    if (!scanner.at('value')) return { key, value: this.empty(scanner.peek().start), keyStart }
    const colon = scanner.take()
    const value = scanner.at('flow-entry', closing) ? this.empty(colon.end) : this.node(false)
    return { key, value, keyStart }
  }

  /** Null, where nothing is written. */
  private empty(at: number, differing: Partial<ScalarParts> = {}): GraphNode {
    const parts = { tag: TAG.null, text: '', style: 'plain', isTagged: false, isStandIn: false } as const
    return this.scalar({ ...parts, start: at, contentStart: at, end: at, ...differing })
  }

  private scalar(parts: ScalarParts): GraphNode {
    this.count(parts.start)
    this.reached = parts.end
    return { kind: 'scalar', ...parts, size: 1, depth: 0 }
  }

  private sequence(tag: string | undefined, items: readonly GraphNode[], start: number, end = this.reached): GraphNode {
    this.count(start)
    this.reached = end
    return { kind: 'seq', tag: tag ?? TAG.seq, items, start, end, ...measure(items) }
  }

  private mapping(tag: string | undefined, pairs: readonly GraphPair[], start: number, end = this.reached): GraphNode {
    this.count(start)
    this.reached = end
    return {
      kind: 'map',
      tag: tag ?? TAG.map,
      pairs,
      start,
      end,
      ...measure(pairs.flatMap(({ key, value }) => [key, value])),
    }
  }

  private count(at: number): void {
    this.nodesRead++
    if (this.nodesRead > this.limits.nodes) throw new TooManyNodes(at, '')
  }
}

function measure(children: readonly GraphNode[]): { size: number; depth: number } {
  let size = 1
  let depth = 0
  for (const child of children) {
    size += child.size
    depth = Math.max(depth, child.depth)
  }
  return { size, depth: depth + 1 }
}
