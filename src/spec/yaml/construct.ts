import type { GraphMap, GraphNode, GraphPair, GraphScalar, GraphSeq } from './graph.ts'
import type { MapEntry, MapNode, ScalarNode, SeqNode, YamlNode, YamlScalar } from './nodes.ts'
import { YamlDateTime } from './nodes.ts'
import type { Path } from './path.ts'
import { pythonFloatText } from './python-numbers.ts'
import { isScalarTag, scalarValue } from './scalar-values.ts'
import type { SourceText } from './source-text.ts'
import { TAG } from './tags.ts'

/** A place where PyYAML's constructor would raise, or (`duplicate-key`, `key-type`) does what nobody wants. */
export type ConstructProblem =
  | { readonly kind: 'unknown-tag'; readonly node: GraphNode; readonly path: Path }
  | { readonly kind: 'wrong-node'; readonly node: GraphNode; readonly path: Path }
  | { readonly kind: 'bad-value'; readonly node: GraphScalar; readonly path: Path }
  | { readonly kind: 'reserved'; readonly node: GraphNode; readonly path: Path }
  | { readonly kind: 'bad-merge'; readonly node: GraphNode; readonly path: Path }
  | { readonly kind: 'unhashable-key'; readonly node: GraphNode; readonly path: Path }
  | { readonly kind: 'key-type'; readonly node: GraphNode; readonly key: ScalarNode; readonly path: Path }
  | {
      readonly kind: 'duplicate-key'
      readonly first: GraphPair
      readonly pair: GraphPair
      readonly name: string
      readonly path: Path
    }

/**
 * Turns a composed document into values: the work of PyYAML's SafeConstructor. Where that raises, the problem is
 * reported and a stand-in value taken (the text, or null), so that all problems are found in one pass.
 */
export class Constructor {
  readonly problems: ConstructProblem[] = []
  private readonly source: SourceText
  /** One value per node: what is built once for an anchor serves all its aliases. */
  private readonly built = new Map<GraphNode, YamlNode>()
  private readonly merged = new Map<GraphMap, readonly GraphPair[]>()
  private readonly entries = new Map<GraphPair, MapEntry | undefined>()

  constructor(source: SourceText) {
    this.source = source
  }

  construct(node: GraphNode, path: Path = []): YamlNode {
    const known = this.built.get(node)
    if (known) return known
    const value = this.constructNew(node, path)
    this.built.set(node, value)
    return value
  }

  private constructNew(node: GraphNode, path: Path): YamlNode {
    const { tag } = node
    if (isScalarTag(tag)) return this.scalar(node, path)
    if (tag === TAG.seq) return node.kind === 'seq' ? this.sequence(node, path) : this.misfit(node, path)
    if (tag === TAG.map || tag === TAG.set)
      return node.kind === 'map' ? this.mapping(node, path) : this.misfit(node, path)
    if (tag === TAG.omap || tag === TAG.pairs)
      return node.kind === 'seq' ? this.tuples(node, path) : this.misfit(node, path)
    if (tag === TAG.merge || tag === TAG.value) this.problems.push({ kind: 'reserved', node, path })
    else this.problems.push({ kind: 'unknown-tag', node, path })
    return this.untagged(node, path)
  }

  private misfit(node: GraphNode, path: Path): YamlNode {
    this.problems.push({ kind: 'wrong-node', node, path })
    return this.untagged(node, path)
  }

  /** The node as if it had no tag, to go on with. */
  private untagged(node: GraphNode, path: Path): YamlNode {
    if (node.kind === 'seq') return this.sequence(node, path)
    if (node.kind === 'map') return this.mapping(node, path)
    return this.scalarNode(node, node.text)
  }

  private scalar(node: GraphNode, path: Path): YamlNode {
    // The timestamp constructor alone looks at the node itself.
    const holder = node.tag === TAG.timestamp && node.kind !== 'scalar' ? undefined : scalarHolder(node)
    if (holder === undefined) return this.misfit(node, path)
    const value = scalarValue(node.tag, holder.text)
    if (value === undefined) {
      this.problems.push({ kind: 'bad-value', node: holder, path })
      return this.scalarNode(holder, holder.text)
    }
    return this.scalarNode(holder, value, node.tag)
  }

  private scalarNode(node: GraphScalar, value: YamlScalar, tag = node.tag): ScalarNode {
    const { start, contentStart, end, style, isTagged } = node
    const source = this.source.text.slice(contentStart, end)
    return { kind: 'scalar', span: this.source.span(start, end), value, source, style, tag, isTagged }
  }

  private sequence(node: GraphSeq, path: Path): SeqNode {
    const items = node.items.map((item, index) => this.construct(item, [...path, index]))
    return { kind: 'seq', span: this.source.span(node.start, node.end), items, tag: TAG.seq }
  }

  /** `!!omap` and `!!pairs`: each item is a mapping of one pair, taken as it stands (no merge, any key). */
  private tuples(node: GraphSeq, path: Path): SeqNode {
    const items = node.items.map((item, index): YamlNode => {
      const [pair, ...others] = item.kind === 'map' ? item.pairs : []
      if (pair === undefined || others.length > 0) return this.misfit(item, [...path, index])
      const key = this.construct(pair.key, [...path, index, 0])
      const value = this.construct(pair.value, [...path, index, 1])
      return { kind: 'seq', span: this.source.span(item.start, item.end), items: [key, value], tag: TAG.seq }
    })
    return { kind: 'seq', span: this.source.span(node.start, node.end), items, tag: node.tag }
  }

  private mapping(node: GraphMap, path: Path): MapNode {
    const isSet = node.tag === TAG.set
    if (!isSet) this.findDuplicates(node, path)
    // A later value takes the place of an earlier one, as in Python's dict.
    const entries = new Map<string, MapEntry>()
    for (const pair of this.mergedPairs(node, path)) {
      const entry = this.entry(pair, isSet, path)
      if (entry) entries.set(keyIdentity(entry.key), entry)
    }
    const tag = isSet ? TAG.set : TAG.map
    return { kind: 'map', span: this.source.span(node.start, node.end), entries: [...entries.values()], tag }
  }

  /** PyYAML's `flatten_mapping`: what `<<` brings first, of several sources the first named last, then the own pairs. */
  private mergedPairs(node: GraphMap, path: Path): readonly GraphPair[] {
    const known = this.merged.get(node)
    if (known) return known
    const brought: GraphPair[] = []
    const own: GraphPair[] = []
    for (const pair of node.pairs) {
      if (pair.key.tag !== TAG.merge) {
        own.push(pair)
        continue
      }
      const sources = pair.value.kind === 'seq' ? pair.value.items.toReversed() : [pair.value]
      for (const source of sources) {
        if (source.kind === 'map') appendAll(brought, this.mergedPairs(source, path))
        else if (!isStandIn(source)) this.problems.push({ kind: 'bad-merge', node: source, path: [...path, '<<'] })
      }
    }
    const pairs = brought.length === 0 ? own : [...brought, ...own]
    this.merged.set(node, pairs)
    return pairs
  }

  /** Gives nothing for a key that no dict can hold. */
  private entry(pair: GraphPair, isSet: boolean, path: Path): MapEntry | undefined {
    if (this.entries.has(pair)) return this.entries.get(pair)
    const entry = this.newEntry(pair, isSet, path)
    this.entries.set(pair, entry)
    return entry
  }

  private newEntry(pair: GraphPair, isSet: boolean, path: Path): MapEntry | undefined {
    const { key: keyNode } = pair
    // A list or mapping is not looked into: its own problems, as a key's, would only repeat this one.
    if (keyNode.kind !== 'scalar' && !isScalarTag(keyNode.tag)) {
      this.problems.push({ kind: 'unhashable-key', node: keyNode, path })
      return undefined
    }
    // `=` is refused as a value, but `flatten_mapping` makes it a string where it is a key.
    const isSign = keyNode.kind === 'scalar' && keyNode.tag === TAG.value
    const key = isSign ? this.scalarNode(keyNode, keyNode.text, TAG.str) : this.construct(keyNode, path)
    if (key.kind !== 'scalar') return undefined
    const name = pythonText(key)
    if (!isSet && typeof key.value !== 'string' && !isStandIn(keyNode))
      this.problems.push({ kind: 'key-type', node: keyNode, key, path })
    return { key, name, value: this.construct(pair.value, [...path, name]) }
  }

  /**
   * Looks among a mapping's own keys: to override a merged one is what merging is for. Keys that are no text are left
   * out, for they are refused anyway.
   */
  private findDuplicates(node: GraphMap, path: Path): void {
    const firsts = new Map<string, GraphPair>()
    for (const pair of node.pairs) {
      if (pair.key.tag === TAG.merge) continue
      const entry = this.entry(pair, false, path)
      if (!entry) continue
      const identity = keyIdentity(entry.key)
      const first = firsts.get(identity)
      if (!first) firsts.set(identity, pair)
      else if (typeof entry.key.value === 'string') {
        this.problems.push({ kind: 'duplicate-key', first, pair, name: entry.name, path: [...path, entry.name] })
      }
    }
  }
}

/** The scalar behind a node: itself, or the value of the key `=` in a mapping (`construct_scalar`). */
function scalarHolder(node: GraphNode): GraphScalar | undefined {
  if (node.kind === 'scalar') return node
  if (node.kind === 'seq') return undefined
  const pair = node.pairs.find(({ key }) => key.tag === TAG.value)
  return pair && scalarHolder(pair.value)
}

function isStandIn(node: GraphNode): boolean {
  return node.kind === 'scalar' && node.isStandIn
}

/** Equal for keys that are equal in a Python dict, where `1`, `1.0` and `True` are one key. */
function keyIdentity({ value }: ScalarNode): string {
  if (typeof value === 'string') return `text ${value}`
  if (typeof value === 'boolean') return `number ${Number(value)}`
  if (typeof value === 'bigint') return `number ${value}`
  if (typeof value === 'number') return `number ${Number.isInteger(value) ? BigInt(value) : value}`
  if (value instanceof YamlDateTime) return `time ${value.hasZone} ${value.instant}`
  return value === null ? 'null' : `${value.pythonType} ${value.text}`
}

/** The value as Python's `str()` shows it. */
function pythonText({ value }: ScalarNode): string {
  if (value === null) return 'None'
  if (typeof value === 'boolean') return value ? 'True' : 'False'
  if (typeof value === 'number') return pythonFloatText(value)
  return String(value)
}

/** `push(...items)` without its limit on the number of arguments. */
function appendAll<T>(target: T[], items: readonly T[]): void {
  for (const item of items) target.push(item)
}
