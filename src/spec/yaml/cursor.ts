import { CR, isBreak, isKeptBreak, isLowSurrogate, LF, NUL } from './characters.ts'

const BYTE_ORDER_MARK = 0xfeff

/** Where the scanner stands in the text: the part of PyYAML's `reader.py` behind `peek`, `prefix` and `forward`. */
export class Cursor {
  readonly text: string
  /** Offset in UTF-16 units. */
  offset = 0
  /** Code points passed; PyYAML's limit of 1024 on simple keys counts these. */
  index = 0
  /** 0-based, by YAML's own line breaks; an editor may count otherwise (see `SourceText`). */
  line = 0
  /** 0-based, in code points, without byte order marks. */
  column = 0

  constructor(text: string) {
    this.text = text
  }

  /** The unit `ahead` of here; NUL at the end of the text. */
  peek(ahead = 0): number {
    const at = this.offset + ahead
    return at < this.text.length ? this.text.charCodeAt(at) : NUL
  }

  prefix(length: number): string {
    return this.text.slice(this.offset, this.offset + length)
  }

  /** The whole character here, for messages; empty at the end of the text. */
  character(): string {
    const point = this.text.codePointAt(this.offset)
    return point === undefined ? '' : String.fromCodePoint(point)
  }

  forward(length = 1): void {
    for (let left = Math.min(length, this.text.length - this.offset); left > 0; left--) {
      const unit = this.text.charCodeAt(this.offset++)
      if (isLowSurrogate(unit)) continue
      this.index++
      if (isBreak(unit) && !(unit === CR && this.peek() === LF)) {
        this.line++
        this.column = 0
      } else if (unit !== BYTE_ORDER_MARK) {
        this.column++
      }
    }
  }

  skipWhile(accept: (unit: number) => boolean): void {
    while (accept(this.peek())) this.forward()
  }

  /** Passes a line break and gives what it counts as in a scalar; passes and gives nothing where there is none. */
  lineBreak(): string {
    const unit = this.peek()
    if (!isBreak(unit)) return ''
    this.forward(unit === CR && this.peek(1) === LF ? 2 : 1)
    return isKeptBreak(unit) ? String.fromCharCode(unit) : '\n'
  }

  /** Whether `---` or `...` stands here as a document marker (the caller knows that this is a line's start). */
  atDocumentMarker(): boolean {
    const prefix = this.prefix(3)
    if (prefix !== '---' && prefix !== '...') return false
    const next = this.peek(3)
    return next === NUL || next === 0x20 || next === 0x09 || isBreak(next)
  }
}
