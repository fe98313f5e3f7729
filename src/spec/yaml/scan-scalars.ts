import {
  isBlankOrEnd,
  isBreak,
  isBreakOrEnd,
  isDigit,
  isHexDigit,
  isOneOf,
  isSpaceBreakOrEnd,
  NUL,
  SPACE,
  TAB,
} from './characters.ts'
import type { Cursor } from './cursor.ts'
import { SyntaxProblem } from './syntax-problem.ts'
import type { ScalarToken } from './tokens.ts'

const ESCAPES: ReadonlyMap<string, string> = new Map([
  ['0', '\0'],
  ['a', '\x07'],
  ['b', '\b'],
  ['t', '\t'],
  ['\t', '\t'],
  ['n', '\n'],
  ['v', '\v'],
  ['f', '\f'],
  ['r', '\r'],
  ['e', '\x1b'],
  [' ', ' '],
  ['"', '"'],
  ['\\', '\\'],
  ['/', '/'],
  ['N', '\x85'],
  ['_', '\xa0'],
  ['L', '\u2028'],
  ['P', '\u2029'],
])
const CODE_ESCAPES: ReadonlyMap<string, number> = new Map([
  ['x', 2],
  ['u', 4],
  ['U', 8],
])

/** `scan_flow_scalar`: a single- or double-quoted scalar. Indentation does not matter within quotes. */
export function scanQuoted(cursor: Cursor): ScalarToken {
  const start = cursor.offset
  const quote = cursor.peek()
  const double = quote === 0x22
  cursor.forward()
  let text = quotedRun(cursor, double, start)
  while (cursor.peek() !== quote) {
    text += quotedSpaces(cursor, start)
    text += quotedRun(cursor, double, start)
  }
  cursor.forward()
  return { type: 'scalar', start, end: cursor.offset, text, style: double ? 'double' : 'single' }
}

function quotedRun(cursor: Cursor, double: boolean, start: number): string {
  let text = ''
  for (;;) {
    let length = 0
    for (;;) {
      const unit = cursor.peek(length)
      if (isBlankOrEnd(unit) || unit === 0x27 || unit === 0x22 || unit === 0x5c) break
      length++
    }
    text += cursor.prefix(length)
    cursor.forward(length)
    const unit = cursor.peek()
    if (!double && unit === 0x27 && cursor.peek(1) === 0x27) {
      text += "'"
      cursor.forward(2)
    } else if (double ? unit === 0x27 : unit === 0x22 || unit === 0x5c) {
      text += String.fromCharCode(unit)
      cursor.forward()
    } else if (double && unit === 0x5c) {
      text += escape(cursor, start)
    } else {
      return text
    }
  }
}

function escape(cursor: Cursor, start: number): string {
  const at = cursor.offset
  cursor.forward()
  if (isBreak(cursor.peek())) {
    cursor.lineBreak()
    return quotedBreaks(cursor, start)
  }
  const letter = cursor.character()
  const simple = ESCAPES.get(letter)
  if (simple !== undefined) {
    cursor.forward()
    return simple
  }
  const length = CODE_ESCAPES.get(letter)
  if (length === undefined) {
    if (letter === '') throw new SyntaxProblem('unclosed-quote', cursor.offset, start)
    throw new SyntaxProblem('bad-escape', at, start, `\\${letter}`)
  }
  cursor.forward()
  const digits = cursor.prefix(length)
  const code = Number.parseInt(digits, 16)
  const complete = digits.length === length && [...digits].every((digit) => isHexDigit(digit.charCodeAt(0)))
  if (!complete || code > 0x10ffff)
    throw new SyntaxProblem('bad-escape', at, start, `\\${letter}${complete ? digits : ''}`)
  cursor.forward(length)
  return String.fromCodePoint(code)
}

function quotedSpaces(cursor: Cursor, start: number): string {
  let length = 0
  while (cursor.peek(length) === SPACE || cursor.peek(length) === TAB) length++
  const blanks = cursor.prefix(length)
  cursor.forward(length)
  const unit = cursor.peek()
  if (unit === NUL) throw new SyntaxProblem('unclosed-quote', cursor.offset, start)
  if (!isBreak(unit)) return blanks
  return fold(cursor.lineBreak(), quotedBreaks(cursor, start))
}

function quotedBreaks(cursor: Cursor, start: number): string {
  let breaks = ''
  for (;;) {
    if (cursor.atDocumentMarker()) throw new SyntaxProblem('unclosed-quote', cursor.offset, start)
    cursor.skipWhile((unit) => unit === SPACE || unit === TAB)
    if (!isBreak(cursor.peek())) return breaks
    breaks += cursor.lineBreak()
  }
}

/** One line break folds to a space; of several the first is dropped; LS and PS stay. */
function fold(first: string, rest: string): string {
  if (first !== '\n') return first + rest
  return rest === '' ? ' ' : rest
}

export interface PlainScan {
  readonly token: ScalarToken
  /** Whether the scan went over a line break, after which a simple key may start. */
  readonly crossedLine: boolean
}

/**
 * `scan_plain`: an unquoted scalar.
 *
 * @param indent columns that a continuation line must have at least; not looked at in flow context
 */
export function scanPlain(cursor: Cursor, inFlow: boolean, indent: number): PlainScan {
  const start = cursor.offset
  let end = start
  let text = ''
  let spaces = ''
  let crossedLine = false
  while (cursor.peek() !== 0x23) {
    const length = plainRun(cursor, inFlow)
    if (length === 0) break
    crossedLine = false
    text += spaces + cursor.prefix(length)
    cursor.forward(length)
    end = cursor.offset
    const gap = plainSpaces(cursor)
    crossedLine = gap.crossedLine
    spaces = gap.text
    if (spaces === '' || (!inFlow && cursor.column < indent)) break
  }
  return { token: { type: 'scalar', start, end, text, style: 'plain' }, crossedLine }
}

function plainRun(cursor: Cursor, inFlow: boolean): number {
  let length = 0
  for (;;) {
    const unit = cursor.peek(length)
    if (isBlankOrEnd(unit) || (inFlow && isOneOf(unit, ',?[]{}'))) return length
    if (unit === 0x3a) {
      const next = cursor.peek(length + 1)
      if (isBlankOrEnd(next) || (inFlow && isOneOf(next, ',[]{}'))) return length
    }
    length++
  }
}

/** `scan_plain_spaces`. Tabs are not among the spaces: PyYAML forbids them within plain scalars. */
function plainSpaces(cursor: Cursor): { text: string; crossedLine: boolean } {
  let length = 0
  while (cursor.peek(length) === SPACE) length++
  const blanks = cursor.prefix(length)
  cursor.forward(length)
  if (!isBreak(cursor.peek())) return { text: blanks, crossedLine: false }
  const first = cursor.lineBreak()
  if (cursor.atDocumentMarker()) return { text: '', crossedLine: true }
  let rest = ''
  while (cursor.peek() === SPACE || isBreak(cursor.peek())) {
    if (cursor.peek() === SPACE) {
      cursor.forward()
      continue
    }
    rest += cursor.lineBreak()
    if (cursor.atDocumentMarker()) return { text: '', crossedLine: true }
  }
  return { text: fold(first, rest), crossedLine: true }
}

/**
 * `scan_block_scalar`: a literal (`|`) or folded (`>`) scalar.
 *
 * @param parentIndent column of the block that holds the scalar, -1 at the top
 */
export function scanBlockScalar(cursor: Cursor, parentIndent: number): ScalarToken {
  const start = cursor.offset
  const folded = cursor.peek() === 0x3e
  cursor.forward()
  const { chomping, increment } = blockHeader(cursor, start)
  let end = cursor.offset
  ignoredLine(cursor, 'block-header', start)

  const minimum = Math.max(parentIndent + 1, 1)
  let indent: number
  let breaks: string
  if (increment === undefined) {
    const found = blockIndentation(cursor)
    indent = Math.max(minimum, found.widest)
    breaks = found.breaks
  } else {
    indent = minimum + increment - 1
    breaks = blockBreaks(cursor, indent)
  }

  let text = ''
  let lineBreak = ''
  while (cursor.column === indent && cursor.peek() !== NUL) {
    text += breaks
    const startsWithText = !isOneOf(cursor.peek(), ' \t')
    let length = 0
    while (!isBreakOrEnd(cursor.peek(length))) length++
    text += cursor.prefix(length)
    cursor.forward(length)
    end = cursor.offset
    lineBreak = cursor.lineBreak()
    breaks = blockBreaks(cursor, indent)
    if (cursor.column !== indent || cursor.peek() === NUL) break
    if (folded && lineBreak === '\n' && startsWithText && !isOneOf(cursor.peek(), ' \t')) {
      if (breaks === '') text += ' '
    } else {
      text += lineBreak
    }
  }
  if (chomping !== '-') text += lineBreak
  if (chomping === '+') text += breaks
  return { type: 'scalar', start, end, text, style: folded ? 'folded' : 'literal' }
}

/** The indicators behind `|` or `>`: chomping and indentation, in either order. */
function blockHeader(
  cursor: Cursor,
  start: number,
): { chomping: '+' | '-' | undefined; increment: number | undefined } {
  let chomping: '+' | '-' | undefined
  let increment: number | undefined
  const takeChomping = (): void => {
    if (!isOneOf(cursor.peek(), '+-')) return
    chomping = cursor.peek() === 0x2b ? '+' : '-'
    cursor.forward()
  }
  const takeIncrement = (): void => {
    if (!isDigit(cursor.peek())) return
    if (cursor.peek() === 0x30) throw new SyntaxProblem('block-header', cursor.offset, start, '0')
    increment = cursor.peek() - 0x30
    cursor.forward()
  }
  takeChomping()
  takeIncrement()
  if (chomping === undefined) takeChomping()
  if (!isSpaceBreakOrEnd(cursor.peek()))
    throw new SyntaxProblem('block-header', cursor.offset, start, cursor.character())
  return { chomping, increment }
}

/** The rest of a line that may hold only spaces and a comment, and its line break. */
export function ignoredLine(cursor: Cursor, kind: 'block-header' | 'bad-directive', start: number): void {
  cursor.skipWhile((unit) => unit === SPACE)
  if (cursor.peek() === 0x23) cursor.skipWhile((unit) => !isBreakOrEnd(unit))
  if (!isBreakOrEnd(cursor.peek())) throw new SyntaxProblem(kind, cursor.offset, start, cursor.character())
  cursor.lineBreak()
}

/** The blank lines before a block scalar's text, and the widest indentation seen. */
function blockIndentation(cursor: Cursor): { breaks: string; widest: number } {
  let breaks = ''
  let widest = 0
  while (cursor.peek() === SPACE || isBreak(cursor.peek())) {
    if (cursor.peek() === SPACE) {
      cursor.forward()
      widest = Math.max(widest, cursor.column)
    } else {
      breaks += cursor.lineBreak()
    }
  }
  return { breaks, widest }
}

function blockBreaks(cursor: Cursor, indent: number): string {
  let breaks = ''
  const skipIndent = (): void => {
    while (cursor.column < indent && cursor.peek() === SPACE) cursor.forward()
  }
  skipIndent()
  while (isBreak(cursor.peek())) {
    breaks += cursor.lineBreak()
    skipIndent()
  }
  return breaks
}
