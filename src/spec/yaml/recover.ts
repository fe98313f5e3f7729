import { Parser } from './parser.ts'
import type { Limits, ParsedDocument } from './parser.ts'
import { Scanner } from './scanner.ts'
import type { SourceText } from './source-text.ts'
import { SyntaxProblem } from './syntax-problem.ts'
import type { SyntaxKind } from './syntax-problem.ts'

export interface ParseResult {
  /** All documents; where there are problems, what is left of them without the entries at fault. */
  readonly documents: readonly ParsedDocument[]
  readonly problems: readonly SyntaxProblem[]
}

const MAX_PROBLEMS = 20
/** Each problem costs another pass over the file: in a large one, only the first is looked for. */
const MAX_LENGTH_TO_RECOVER = 256 * 1024

/** A line that can start an entry of the mapping at the document's root. */
const ENTRY_LINE = /^[\p{L}\p{N}_"'$./<~]/u
const IGNORED_LINE = /^\s*(?:#.*)?$|^%|^---(?:\s*(?:#.*)?)?$/
const DOCUMENT_MARKER = /^(?:---|\.\.\.)(?:\s|$)/

/**
 * Reads all documents of a text and goes on after a syntax problem: PyYAML stops at the first, people want them all.
 *
 * After a problem the entry of the root mapping that holds it is blanked out and the text read again. Entries are
 * told apart by lines that start in the first column, where nothing but a new key can stand in a block mapping; so a
 * problem found later does not follow from an earlier one. Where the root is no block mapping, the first problem is
 * the only one.
 *
 * @throws TooDeep, TooManyNodes
 */
export function parseRecovering(source: SourceText, limits: Limits): ParseResult {
  const problems: SyntaxProblem[] = []
  const lines = [...source.lines]
  let { text } = source
  for (;;) {
    try {
      return { documents: [...new Parser(new Scanner(text), limits).documents()], problems }
    } catch (error) {
      if (!(error instanceof SyntaxProblem)) throw error
      const problem = openQuoteBehind(error, text, source) ?? error
      if (problems.length > 0 && isEcho(problem)) return { documents: [], problems }
      problems.push(problem)
      const entry =
        problems.length < MAX_PROBLEMS &&
        text.length <= MAX_LENGTH_TO_RECOVER &&
        entryAt(lines, source.lineAt(blame(problem, source)))
      if (!entry) return { documents: [], problems }
      problems.push(...otherTabs(problem, lines, entry, source).slice(0, MAX_PROBLEMS - problems.length))
      lines.fill('', entry.first - 1, entry.next - 1)
      text = blank(text, source.lineStart(entry.first), source.lineStart(entry.next))
    }
  }
}

/** What is left open, or takes in what does not belong to it, is at fault where it starts. */
const AT_FAULT_FROM_START: ReadonlySet<SyntaxKind> = new Set(['unclosed-quote', 'no-colon', 'value-not-allowed'])

/** Where the mistake was made. */
function blame(problem: SyntaxProblem, source: SourceText): number {
  if (AT_FAULT_FROM_START.has(problem.kind)) return problem.from
  if (problem.kind === 'flow-separator' && isLeftOpen(problem, source)) return problem.from
  return problem.at
}

/** Whether a bracket without comma or end is one that was never closed, rather than one that lacks a comma. */
export function isLeftOpen(problem: SyntaxProblem, source: SourceText): boolean {
  if (problem.detail === 'stream-end' || problem.detail.startsWith('document')) return true
  return crossesEntryLine(source, problem.from, problem.at)
}

/** Whether a line between two offsets, the first one's excluded, looks like a new entry of the root mapping. */
function crossesEntryLine(source: SourceText, from: number, to: number): boolean {
  if (!hasBlockRoot(source.lines)) return false
  const first = source.lineAt(from)
  return source.lines.slice(first, source.lineAt(to)).some((line) => ENTRY_LINE.test(line) && /:(?:\s|$)/.test(line))
}

/**
 * A quote left open ends at the next quote of its kind, somewhere further down, and it is what follows there that
 * does not fit. Gives the quote as the problem where one ends on the problem's line and goes over entries.
 */
function openQuoteBehind(problem: SyntaxProblem, text: string, source: SourceText): SyntaxProblem | undefined {
  const scanner = new Scanner(text)
  let suspect: number | undefined
  try {
    for (let token = scanner.take(); token.type !== 'stream-end' && token.start <= problem.at; token = scanner.take()) {
      const isQuoted = token.type === 'scalar' && (token.style === 'single' || token.style === 'double')
      const endsHere = source.lineAt(token.end) === source.lineAt(problem.at)
      if (isQuoted && endsHere && crossesEntryLine(source, token.start, token.end)) suspect ??= token.start
    }
  } catch (error) {
    if (!(error instanceof SyntaxProblem)) throw error
  }
  return suspect === undefined ? undefined : new SyntaxProblem('unclosed-quote', problem.at, suspect)
}

/** A closing bracket or comma without its opening one: it was blanked out with an earlier problem. */
function isEcho({ kind, detail }: SyntaxProblem): boolean {
  return (
    (kind === 'no-content' || kind === 'not-in-mapping' || kind === 'no-document-start') && detail.startsWith('flow-')
  )
}

interface Entry {
  /** 1-based line. */
  readonly first: number
  /** The line after the last. */
  readonly next: number
}

/** Whether the document starts, as far as its first line tells, with a key in the first column. */
function hasBlockRoot(lines: readonly string[]): boolean {
  const root = lines.find((text) => !IGNORED_LINE.test(text))
  return root !== undefined && ENTRY_LINE.test(root)
}

/** The entry of the root mapping that holds a line. */
function entryAt(lines: readonly string[], line: number): Entry | undefined {
  if (!hasBlockRoot(lines)) return undefined
  const isStart = (text: string): boolean => ENTRY_LINE.test(text) || DOCUMENT_MARKER.test(text)
  const before = lines.slice(0, line).findLastIndex(isStart)
  const after = lines.slice(line).findIndex(isStart)
  if (before === -1) return undefined
  return { first: before + 1, next: after === -1 ? lines.length + 1 : line + after + 1 }
}

/** The other lines of an entry that are indented with tabs, where nothing in it could make a tab a part of a text. */
function otherTabs(
  problem: SyntaxProblem,
  lines: readonly string[],
  entry: Entry,
  source: SourceText,
): SyntaxProblem[] {
  if (problem.kind !== 'cannot-start' || problem.detail !== '\t') return []
  const texts = lines.slice(entry.first - 1, entry.next - 1)
  if (texts.some((text) => /["'[\]{}]|[|>][-+0-9]*\s*(?:#.*)?$/.test(text))) return []
  const found = source.lineAt(problem.at)
  return texts.flatMap((text, index) => {
    const line = entry.first + index
    const indent = /^ *\t/.exec(text)?.[0]
    if (indent === undefined || line <= found) return []
    return [new SyntaxProblem('cannot-start', source.lineStart(line) + indent.length - 1, undefined, '\t')]
  })
}

/** Puts spaces in place of all but line breaks, so that offsets stay what they are. */
function blank(text: string, start: number, end: number): string {
  return text.slice(0, start) + text.slice(start, end).replace(/[^\r\n]/g, ' ') + text.slice(end)
}
