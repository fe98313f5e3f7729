import {
  isBlankOrEnd,
  isBreakOrEnd,
  isDigit,
  isHexDigit,
  isNameCharacter,
  isOneOf,
  isSpaceBreakOrEnd,
  SPACE,
} from './characters.ts'
import type { Cursor } from './cursor.ts'
import { ignoredLine } from './scan-scalars.ts'
import { SyntaxProblem } from './syntax-problem.ts'
import type { AnchorToken, DirectiveToken, TagToken } from './tokens.ts'

const URI_CHARACTERS = "-;/?:@&=+$,_.!~*'()[]%"

/** `scan_anchor`: `&name` or `*name`. */
export function scanAnchor(cursor: Cursor): AnchorToken {
  const start = cursor.offset
  const type = cursor.peek() === 0x2a ? 'alias' : 'anchor'
  cursor.forward()
  const name = takeName(cursor)
  if (name === '' || !(isBlankOrEnd(cursor.peek()) || isOneOf(cursor.peek(), '?:,]}%@`'))) {
    throw new SyntaxProblem('anchor-name', cursor.offset, start, type)
  }
  return { type, start, end: cursor.offset, name }
}

/** `scan_tag`: `!suffix`, `!!suffix`, `!handle!suffix`, `!<verbatim>` or a lone `!`. */
export function scanTag(cursor: Cursor): TagToken {
  const start = cursor.offset
  let handle: string | undefined
  let suffix: string
  if (cursor.peek(1) === 0x3c) {
    cursor.forward(2)
    suffix = takeUri(cursor, 'bad-tag', start)
    if (cursor.peek() !== 0x3e) throw new SyntaxProblem('bad-tag', cursor.offset, start)
    cursor.forward()
  } else if (isBlankOrEnd(cursor.peek(1))) {
    suffix = '!'
    cursor.forward()
  } else {
    if (secondMarkAhead(cursor)) {
      handle = takeHandle(cursor, 'bad-tag', start)
    } else {
      handle = '!'
      cursor.forward()
    }
    suffix = takeUri(cursor, 'bad-tag', start)
  }
  if (!isSpaceBreakOrEnd(cursor.peek())) throw new SyntaxProblem('bad-tag', cursor.offset, start)
  return { type: 'tag', start, end: cursor.offset, handle, suffix }
}

/** Whether another `!` follows in this word, which makes what lies between a handle. */
function secondMarkAhead(cursor: Cursor): boolean {
  for (let length = 1; !isSpaceBreakOrEnd(cursor.peek(length)); length++) {
    if (cursor.peek(length) === 0x21) return true
  }
  return false
}

/** `scan_directive`: `%YAML 1.1`, `%TAG ! prefix` or a directive to be ignored. */
export function scanDirective(cursor: Cursor): DirectiveToken {
  const start = cursor.offset
  cursor.forward()
  const name = takeName(cursor)
  if (name === '' || !isSpaceBreakOrEnd(cursor.peek())) throw new SyntaxProblem('bad-directive', cursor.offset, start)
  let value: readonly string[] = []
  if (name === 'YAML') value = yamlVersion(cursor, start)
  else if (name === 'TAG') value = tagPrefix(cursor, start)
  const end = cursor.offset
  if (name !== 'YAML' && name !== 'TAG') cursor.skipWhile((unit) => !isBreakOrEnd(unit))
  ignoredLine(cursor, 'bad-directive', start)
  return { type: 'directive', start, end, name, value }
}

function yamlVersion(cursor: Cursor, start: number): readonly string[] {
  cursor.skipWhile((unit) => unit === SPACE)
  const major = takeDigits(cursor, start)
  if (cursor.peek() !== 0x2e) throw new SyntaxProblem('bad-directive', cursor.offset, start)
  cursor.forward()
  const minor = takeDigits(cursor, start)
  if (!isSpaceBreakOrEnd(cursor.peek())) throw new SyntaxProblem('bad-directive', cursor.offset, start)
  return [major, minor]
}

function tagPrefix(cursor: Cursor, start: number): readonly string[] {
  cursor.skipWhile((unit) => unit === SPACE)
  const handle = takeHandle(cursor, 'bad-directive', start)
  if (cursor.peek() !== SPACE) throw new SyntaxProblem('bad-directive', cursor.offset, start)
  cursor.skipWhile((unit) => unit === SPACE)
  const prefix = takeUri(cursor, 'bad-directive', start)
  if (!isSpaceBreakOrEnd(cursor.peek())) throw new SyntaxProblem('bad-directive', cursor.offset, start)
  return [handle, prefix]
}

function takeRun(cursor: Cursor, accept: (unit: number) => boolean): string {
  let length = 0
  while (accept(cursor.peek(length))) length++
  const run = cursor.prefix(length)
  cursor.forward(length)
  return run
}

function takeName(cursor: Cursor): string {
  return takeRun(cursor, isNameCharacter)
}

function takeDigits(cursor: Cursor, start: number): string {
  const digits = takeRun(cursor, isDigit)
  if (digits === '') throw new SyntaxProblem('bad-directive', cursor.offset, start)
  return digits
}

/** `scan_tag_handle`: `!`, `!!` or `!name!`. */
function takeHandle(cursor: Cursor, kind: 'bad-tag' | 'bad-directive', start: number): string {
  if (cursor.peek() !== 0x21) throw new SyntaxProblem(kind, cursor.offset, start)
  cursor.forward()
  if (cursor.peek() === SPACE) return '!'
  const name = takeName(cursor)
  if (cursor.peek() !== 0x21) throw new SyntaxProblem(kind, cursor.offset, start)
  cursor.forward()
  return `!${name}!`
}

/** `scan_tag_uri`: the characters of a URI, with `%xx` escapes decoded as UTF-8. */
function takeUri(cursor: Cursor, kind: 'bad-tag' | 'bad-directive', start: number): string {
  let uri = ''
  for (;;) {
    const unit = cursor.peek()
    if (unit === 0x25) {
      uri += takeUriEscapes(cursor, kind, start)
    } else if (isNameCharacter(unit) || isOneOf(unit, URI_CHARACTERS)) {
      uri += String.fromCharCode(unit)
      cursor.forward()
    } else {
      break
    }
  }
  if (uri === '') throw new SyntaxProblem(kind, cursor.offset, start)
  return uri
}

function takeUriEscapes(cursor: Cursor, kind: 'bad-tag' | 'bad-directive', start: number): string {
  const bytes: number[] = []
  while (cursor.peek() === 0x25) {
    if (!isHexDigit(cursor.peek(1)) || !isHexDigit(cursor.peek(2))) throw new SyntaxProblem(kind, cursor.offset, start)
    bytes.push(Number.parseInt(cursor.prefix(3).slice(1), 16))
    cursor.forward(3)
  }
  try {
    return new TextDecoder('utf-8', { fatal: true, ignoreBOM: true }).decode(Uint8Array.from(bytes))
  } catch {
    throw new SyntaxProblem(kind, cursor.offset, start)
  }
}
