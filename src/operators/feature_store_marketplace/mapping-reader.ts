import type { OperatorContext, TextValue } from '../check-values.ts'
import { didYouMean } from '../../diagnostics/suggest.ts'
import { looksSecret } from '../../spec/secrets.ts'
import type { MapEntry, MapNode, Span, YamlNode } from '../../spec/yaml/nodes.ts'
import { toPlain } from '../../spec/yaml/to-plain.ts'

/** Takes a mapping apart and reports what is not there or of another type. */
export class MappingReader {
  readonly path: string
  private readonly map: MapNode
  private readonly context: OperatorContext
  private readonly at: Span

  /** @param at where something missing is pointed at */
  constructor(map: MapNode, path: string, context: OperatorContext, at?: Span) {
    this.map = map
    this.path = path
    this.context = context
    this.at = at ?? map.entries[0]?.key.span ?? map.span
  }

  /** The entry of a key whose value is not null. */
  entry(name: string): MapEntry | undefined {
    const entry = this.map.entries.find((candidate) => candidate.name === name)
    return entry === undefined || toPlain(entry.value) === null ? undefined : entry
  }

  /** Reports keys that are none of these. With `any` only those that look like one of them: others may be right. */
  only(names: readonly string[], others: 'none' | 'any' = 'none'): this {
    for (const { name, key } of this.map.entries) {
      if (names.includes(name)) continue
      const guess = didYouMean(name, names)
      if (others === 'any' && guess === '') continue
      this.context.report.add(key.span, {
        severity: this.context.unknownKeys,
        code: 'FS201',
        message: `unknown key "${name}" in ${this.path === '' ? 'the spec' : this.path}${guess}`,
        why: 'the operator has no such setting',
        hint: `the keys are: ${names.join(', ')}`,
        path: this.place(name),
      })
    }
    return this
  }

  mapping(name: string, why = 'the operator requires it'): MappingReader | undefined {
    const entry = this.entry(name)
    if (entry === undefined) return this.missing(name, why, `add \`${name}:\` and its settings below`)
    if (entry.value.kind === 'map')
      return new MappingReader(entry.value, this.place(name), this.context, entry.key.span)
    return this.wrong(entry, 'a mapping', `write the settings of ${name} below it`)
  }

  /** @returns undefined also where a variable that is not set stands in the text: there is nothing to judge */
  text(name: string, why = 'the operator requires it'): TextValue | undefined {
    const entry = this.entry(name)
    if (entry === undefined) return this.missing(name, why, `add \`${name}: …\``)
    const text = toPlain(entry.value)
    if (typeof text !== 'string') return this.wrong(entry, 'a string', 'put it in quotes')
    if (this.hasUnset(entry.value)) return undefined
    if (text.trim() === '') return this.missing(name, 'it is empty', 'write a value', entry)
    return { node: entry.value, text, path: this.place(name) }
  }

  word(name: string, allowed: readonly string[]): string | undefined {
    const value = this.text(name)
    if (value === undefined || allowed.includes(value.text)) return value?.text
    this.context.report.add(value.node.span, {
      code: 'FS204',
      message: `${value.path} cannot be ${JSON.stringify(value.text.slice(0, 100))}${didYouMean(value.text, allowed)}`,
      why: `it is one of: ${allowed.join(', ')}`,
      hint: allowed.length === 1 ? `write \`${name}: ${allowed[0]}\`` : 'write one of these words',
      path: value.path,
    })
    return undefined
  }

  /** False where it is not there. */
  flag(name: string): boolean | undefined {
    const entry = this.entry(name)
    if (entry === undefined || this.hasUnset(entry.value)) return undefined
    const value = toPlain(entry.value)
    if (typeof value === 'boolean') return value
    // ADS writes it as a text when it is overridden on the command line.
    if (value === 'true' || value === 'false') return value === 'true'
    return this.wrong(entry, 'true or false', 'write `true` or `false`, without quotes')
  }

  place(name: string): string {
    return this.path === '' ? name : `${this.path}.${name}`
  }

  /** Reports a key that is not there. */
  missing(name: string, why: string, hint: string, entry?: MapEntry): undefined {
    this.context.report.add(entry?.value.span ?? this.at, {
      code: 'FS202',
      message: `${this.path === '' ? 'the spec' : this.path} has no "${name}"`,
      why,
      hint,
      path: this.place(name),
    })
    return undefined
  }

  private wrong({ name, value }: MapEntry, wanted: string, hint: string): undefined {
    const quoted = wanted === 'a string' && !looksSecret(name) && value.kind === 'scalar' ? `: "${value.source}"` : ''
    this.context.report.add(value.span, {
      code: 'FS203',
      message: `${this.place(name)} must be ${wanted}`,
      hint: `${hint}${quoted}`,
      path: this.place(name),
    })
    return undefined
  }

  private hasUnset(node: YamlNode): boolean {
    return this.context.variablesIn(node).some(({ state }) => state !== 'set')
  }
}
