import type { Position } from '../diagnostics/diagnostic.ts'

/** One place where a spec names an environment variable. */
export interface VariableReference {
  /** As Feast looks it up; the odd `X:default` of `${X:default}` included. */
  readonly name: string
  /** As written: `$X` or `${X}`. */
  readonly text: string
  readonly position: Position
  /** `multiline`: set, but its line breaks would add lines to the YAML, so it was left as written. */
  readonly state: 'set' | 'unset' | 'multiline'
  /** The setting whose value or key names it, such as `registry.path`; none where the file is no YAML. */
  readonly path?: string
  /** It stands in a comment, where nothing reads it. */
  readonly isComment?: boolean
}

export interface Expansion {
  /** The text with the values in place. Same number of lines as the source. */
  readonly text: string
  readonly references: readonly VariableReference[]
  /** Where a position in {@link text} stands in the source. */
  readonly toSource: (position: Position) => Position
}

/**
 * Expands `$NAME` and `${NAME}` in the raw text, as Feast does before it parses (`os.path.expandvars` in
 * repo_config.load_repo_config; the rule is CPython's posixpath.expandvars: ASCII word characters, or anything up to the
 * next `}`; unset variables stay as written; values are not expanded again; `$$` means nothing special).
 */
export function expandVariables(source: string, env: Readonly<Record<string, string | undefined>>): Expansion {
  const references: VariableReference[] = []
  const shifts = new Map<number, Shift[]>()
  const lines = source.split('\n').map((line, index) => {
    let expanded = ''
    let last = 0
    // Columns behind what was looked at so far, in the source and in the expanded text.
    let column = 1
    let shownColumn = 1
    const onLine: Shift[] = []
    // A brace may close on a later line in CPython's rule; such a name is never set, so a line at a time is enough.
    for (const match of line.matchAll(/\$(?:([A-Za-z0-9_]+)|\{([^}]*)\})/g)) {
      const name = match[1] ?? match[2] ?? ''
      const value = Object.hasOwn(env, name) ? env[name] : undefined
      const state = value === undefined ? 'unset' : /[\r\n]/.test(value) ? 'multiline' : 'set'
      const between = line.slice(last, match.index)
      column += points(between)
      shownColumn += points(between)
      const position = { line: index + 1, column }
      references.push({ name, text: match[0], position, state })
      const shown = state === 'set' && value !== undefined ? value : match[0]
      expanded += between + shown
      last = match.index + match[0].length
      const length = points(match[0])
      const end = shownColumn + points(shown)
      onLine.push({ from: column, length, start: shownColumn, end })
      column += length
      shownColumn = end
    }
    if (onLine.length > 0) shifts.set(index + 1, onLine)
    return expanded + line.slice(last)
  })
  return {
    text: lines.join('\n'),
    references,
    toSource: ({ line, column }) => ({ line, column: sourceColumn(shifts.get(line) ?? [], column) }),
  }
}

/** One replacement on a line: `length` columns at `from` in the source became the columns `start` to `end`. */
interface Shift {
  readonly from: number
  readonly length: number
  readonly start: number
  readonly end: number
}

function sourceColumn(shifts: readonly Shift[], column: number): number {
  // The last replacement that starts at the column or before it.
  let low = 0
  let high = shifts.length
  while (low < high) {
    const middle = (low + high) >> 1
    if ((shifts[middle]?.start ?? Infinity) <= column) low = middle + 1
    else high = middle
  }
  const shift = shifts[low - 1]
  if (shift === undefined) return column
  const { from, length, start, end } = shift
  if (column >= end) return from + length + (column - end)
  return from + (column === start ? 0 : length)
}

function points(text: string): number {
  let count = 0
  for (const _ of text) count++
  return count
}
