/*!
 * The scanner follows PyYAML's scanner.py (https://github.com/yaml/pyyaml, MIT licence):
 * Copyright (c) 2017-2021 Ingy döt Net
 * Copyright (c) 2006-2016 Kirill Simonov
 *
 * Permission is hereby granted, free of charge, to any person obtaining a copy of this software and associated
 * documentation files (the "Software"), to deal in the Software without restriction, including without limitation the
 * rights to use, copy, modify, merge, publish, distribute, sublicense, and/or sell copies of the Software, and to
 * permit persons to whom the Software is furnished to do so, subject to the following conditions:
 *
 * The above copyright notice and this permission notice shall be included in all copies or substantial portions of the
 * Software.
 *
 * THE SOFTWARE IS PROVIDED "AS IS", WITHOUT WARRANTY OF ANY KIND, EXPRESS OR IMPLIED, INCLUDING BUT NOT LIMITED TO THE
 * WARRANTIES OF MERCHANTABILITY, FITNESS FOR A PARTICULAR PURPOSE AND NONINFRINGEMENT. IN NO EVENT SHALL THE AUTHORS OR
 * COPYRIGHT HOLDERS BE LIABLE FOR ANY CLAIM, DAMAGES OR OTHER LIABILITY, WHETHER IN AN ACTION OF CONTRACT, TORT OR
 * OTHERWISE, ARISING FROM, OUT OF OR IN CONNECTION WITH THE SOFTWARE OR THE USE OR OTHER DEALINGS IN THE SOFTWARE.
 */
import { isBlankOrEnd, isBreakOrEnd, isOneOf, NUL, SPACE } from './characters.ts'
import { Cursor } from './cursor.ts'
import { scanAnchor, scanDirective, scanTag } from './scan-properties.ts'
import { scanBlockScalar, scanPlain, scanQuoted } from './scan-scalars.ts'
import { SyntaxProblem } from './syntax-problem.ts'
import type { IndicatorType, Token, TokenType } from './tokens.ts'

/** A token that turns out to be a mapping's key if a `:` follows on its line within 1024 characters. */
interface SimpleKey {
  readonly tokenNumber: number
  /** Nothing but a key can stand here; without its `:` the document is broken. */
  readonly required: boolean
  readonly index: number
  readonly line: number
  readonly column: number
  readonly offset: number
}

const SIMPLE_KEY_LIMIT = 1024

/** Turns text into tokens, as PyYAML does: the same tokens for every document, and a refusal for the same documents. */
export class Scanner {
  private readonly cursor: Cursor
  private readonly tokens: Token[] = []
  private tokensTaken = 0
  /** Where the token fetched last starts: what a misplaced `:` or `-` comes after. */
  private lastStart = 0
  private done = false
  /** Open brackets and braces; 0 is block context. */
  private flowLevel = 0
  /** Column of the current block collection, -1 outside of all. */
  private indent = -1
  private readonly indents: number[] = []
  private simpleKeyAllowed = true
  /** By flow level: at most one key can be possible at each. */
  private readonly possibleKeys = new Map<number, SimpleKey>()

  /** @param text without a byte order mark and without NUL */
  constructor(text: string) {
    this.cursor = new Cursor(text)
  }

  /** The next token, which stays. @throws SyntaxProblem */
  peek(): Token {
    for (;;) {
      const token = this.tokens[0]
      if (token !== undefined && (this.done || !this.firstMayBeKey())) return token
      this.fetchMore()
    }
  }

  /** Takes the next token. @throws SyntaxProblem */
  take(): Token {
    const token = this.peek()
    this.tokens.shift()
    this.tokensTaken++
    return token
  }

  /** Whether the next token is of one of the types. @throws SyntaxProblem */
  at(...types: readonly TokenType[]): boolean {
    return types.includes(this.peek().type)
  }

  private firstMayBeKey(): boolean {
    this.dropStaleKeys()
    for (const key of this.possibleKeys.values()) {
      if (key.tokenNumber === this.tokensTaken) return true
    }
    return false
  }

  private fetchMore(): void {
    const { cursor } = this
    this.skipToNextToken()
    this.dropStaleKeys()
    this.unwindIndent(cursor.column)
    const unit = cursor.peek()
    if (unit === NUL) return this.fetchStreamEnd()
    if (cursor.column === 0) {
      if (unit === 0x25) return this.fetchDirective()
      if (cursor.atDocumentMarker()) return this.fetchDocumentMarker(unit === 0x2d ? 'document-start' : 'document-end')
    }
    switch (String.fromCharCode(unit)) {
      case '[':
        return this.fetchFlowStart('flow-sequence-start')
      case '{':
        return this.fetchFlowStart('flow-mapping-start')
      case ']':
        return this.fetchFlowEnd('flow-sequence-end')
      case '}':
        return this.fetchFlowEnd('flow-mapping-end')
      case ',':
        return this.fetchFlowEntry()
      case '-':
        if (isBlankOrEnd(cursor.peek(1))) return this.fetchBlockEntry()
        break
      case '?':
        if (this.flowLevel > 0 || isBlankOrEnd(cursor.peek(1))) return this.fetchKey()
        break
      case ':':
        if (this.flowLevel > 0 || isBlankOrEnd(cursor.peek(1))) return this.fetchValue()
        break
      case '*':
      case '&':
        return this.fetchSimple(() => scanAnchor(cursor))
      case '!':
        return this.fetchSimple(() => scanTag(cursor))
      case '|':
      case '>':
        if (this.flowLevel === 0) return this.fetchBlockScalar()
        break
      case "'":
      case '"':
        return this.fetchSimple(() => scanQuoted(cursor))
    }
    if (this.mayStartPlain()) return this.fetchPlain()
    throw new SyntaxProblem('cannot-start', cursor.offset, cursor.offset, cursor.character())
  }

  private mayStartPlain(): boolean {
    const unit = this.cursor.peek()
    if (!isBlankOrEnd(unit) && !isOneOf(unit, '-?:,[]{}#&*!|>\'"%@`')) return true
    return !isBlankOrEnd(this.cursor.peek(1)) && (unit === 0x2d || (this.flowLevel === 0 && isOneOf(unit, '?:')))
  }

  private skipToNextToken(): void {
    for (;;) {
      this.cursor.skipWhile((unit) => unit === SPACE)
      if (this.cursor.peek() === 0x23) this.cursor.skipWhile((unit) => !isBreakOrEnd(unit))
      if (this.cursor.lineBreak() === '') return
      if (this.flowLevel === 0) this.simpleKeyAllowed = true
    }
  }

  private dropStaleKeys(): void {
    for (const [level, key] of this.possibleKeys) {
      if (key.line !== this.cursor.line || this.cursor.index - key.index > SIMPLE_KEY_LIMIT) this.dropKey(level, key)
    }
  }

  private dropKeyHere(): void {
    const key = this.possibleKeys.get(this.flowLevel)
    if (key) this.dropKey(this.flowLevel, key)
  }

  private dropKey(level: number, key: SimpleKey): void {
    if (key.required) throw new SyntaxProblem('no-colon', this.cursor.offset, key.offset)
    this.possibleKeys.delete(level)
  }

  private rememberPossibleKey(): void {
    if (!this.simpleKeyAllowed) return
    this.dropKeyHere()
    const { index, line, column, offset } = this.cursor
    this.possibleKeys.set(this.flowLevel, {
      tokenNumber: this.tokensTaken + this.tokens.length,
      required: this.flowLevel === 0 && this.indent === column,
      index,
      line,
      column,
      offset,
    })
  }

  /** Closes the blocks that the current column has left. In flow context indentation does not matter. */
  private unwindIndent(column: number): void {
    if (this.flowLevel > 0) return
    while (this.indent > column) {
      this.indent = this.indents.pop() ?? -1
      this.pushEmpty('block-end')
    }
  }

  private deepenIndent(column: number): boolean {
    if (this.indent >= column) return false
    this.indents.push(this.indent)
    this.indent = column
    return true
  }

  private push(token: Token): void {
    this.tokens.push(token)
    this.lastStart = token.start
  }

  private pushEmpty(type: IndicatorType): void {
    this.push({ type, start: this.cursor.offset, end: this.cursor.offset })
  }

  private pushIndicator(type: IndicatorType, length: number): void {
    const start = this.cursor.offset
    this.cursor.forward(length)
    this.push({ type, start, end: this.cursor.offset })
  }

  private insertAt(tokenNumber: number, type: IndicatorType, offset: number): void {
    this.tokens.splice(tokenNumber - this.tokensTaken, 0, { type, start: offset, end: offset })
  }

  private leaveAllBlocks(): void {
    this.unwindIndent(-1)
    this.dropKeyHere()
    this.simpleKeyAllowed = false
  }

  private fetchStreamEnd(): void {
    this.leaveAllBlocks()
    this.possibleKeys.clear()
    this.pushEmpty('stream-end')
    this.done = true
  }

  private fetchDirective(): void {
    this.leaveAllBlocks()
    this.push(scanDirective(this.cursor))
  }

  private fetchDocumentMarker(type: 'document-start' | 'document-end'): void {
    this.leaveAllBlocks()
    this.pushIndicator(type, 3)
  }

  private fetchFlowStart(type: 'flow-sequence-start' | 'flow-mapping-start'): void {
    this.rememberPossibleKey()
    this.flowLevel++
    this.simpleKeyAllowed = true
    this.pushIndicator(type, 1)
  }

  private fetchFlowEnd(type: 'flow-sequence-end' | 'flow-mapping-end'): void {
    this.dropKeyHere()
    this.flowLevel--
    this.simpleKeyAllowed = false
    this.pushIndicator(type, 1)
  }

  private fetchFlowEntry(): void {
    this.simpleKeyAllowed = true
    this.dropKeyHere()
    this.pushIndicator('flow-entry', 1)
  }

  private fetchBlockEntry(): void {
    if (this.flowLevel === 0) {
      if (!this.simpleKeyAllowed) throw new SyntaxProblem('entry-not-allowed', this.cursor.offset, this.lastStart)
      if (this.deepenIndent(this.cursor.column)) this.pushEmpty('block-sequence-start')
    }
    this.simpleKeyAllowed = true
    this.dropKeyHere()
    this.pushIndicator('block-entry', 1)
  }

  private fetchKey(): void {
    if (this.flowLevel === 0) {
      if (!this.simpleKeyAllowed) throw new SyntaxProblem('key-not-allowed', this.cursor.offset)
      if (this.deepenIndent(this.cursor.column)) this.pushEmpty('block-mapping-start')
    }
    this.simpleKeyAllowed = this.flowLevel === 0
    this.dropKeyHere()
    this.pushIndicator('key', 1)
  }

  private fetchValue(): void {
    const key = this.possibleKeys.get(this.flowLevel)
    if (key) {
      this.possibleKeys.delete(this.flowLevel)
      this.insertAt(key.tokenNumber, 'key', key.offset)
      if (this.flowLevel === 0 && this.deepenIndent(key.column)) {
        this.insertAt(key.tokenNumber, 'block-mapping-start', key.offset)
      }
      this.simpleKeyAllowed = false
    } else {
      if (this.flowLevel === 0) {
        if (!this.simpleKeyAllowed) throw new SyntaxProblem('value-not-allowed', this.cursor.offset, this.lastStart)
        if (this.deepenIndent(this.cursor.column)) this.pushEmpty('block-mapping-start')
      }
      this.simpleKeyAllowed = this.flowLevel === 0
      this.dropKeyHere()
    }
    this.pushIndicator('value', 1)
  }

  /** Anchors, aliases, tags and quoted scalars: each may start a simple key, and none may follow it. */
  private fetchSimple(scan: () => Token): void {
    this.rememberPossibleKey()
    this.simpleKeyAllowed = false
    this.push(scan())
  }

  private fetchBlockScalar(): void {
    this.simpleKeyAllowed = true
    this.dropKeyHere()
    this.push(scanBlockScalar(this.cursor, this.indent))
  }

  private fetchPlain(): void {
    this.rememberPossibleKey()
    const { token, crossedLine } = scanPlain(this.cursor, this.flowLevel > 0, this.indent + 1)
    this.simpleKeyAllowed = crossedLine
    this.push(token)
  }
}
