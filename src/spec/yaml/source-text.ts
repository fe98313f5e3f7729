import type { Position } from '../../diagnostics/diagnostic.ts'
import type { Span } from './nodes.ts'

/** Offsets between two remembered column counts of one line; keeps a file that is one long line from costing n². */
const CHECKPOINT = 1024

/** The decoded file: its text, its lines, and the way from an offset (in UTF-16 units) to a line and column. */
export class SourceText {
  readonly text: string
  /** Lines without their line breaks, as editors split them: CR, LF or CRLF. */
  readonly lines: readonly string[]
  private readonly lineStarts: readonly number[]
  private readonly checkpoints = new Map<number, readonly number[]>()

  constructor(text: string) {
    this.text = text
    const starts = [0]
    const lines: string[] = []
    for (const { index, 0: lineBreak } of text.matchAll(/\r\n|\r|\n/g)) {
      lines.push(text.slice(starts.at(-1), index))
      starts.push(index + lineBreak.length)
    }
    lines.push(text.slice(starts.at(-1)))
    this.lineStarts = starts
    this.lines = lines
  }

  /** The 1-based line that holds an offset. */
  lineAt(offset: number): number {
    let low = 0
    let high = this.lineStarts.length - 1
    while (low < high) {
      const middle = (low + high + 1) >> 1
      if ((this.lineStarts[middle] ?? 0) <= offset) low = middle
      else high = middle - 1
    }
    return low + 1
  }

  /** The offset at which a 1-based line starts; the end of the text for a line behind the last. */
  lineStart(line: number): number {
    return this.lineStarts[line - 1] ?? this.text.length
  }

  /** The 1-based line and column of an offset. */
  position(offset: number): Position {
    const line = this.lineAt(offset)
    const start = this.lineStart(line)
    const counts = this.columnCounts(line)
    const checkpoint = Math.min(Math.floor((offset - start) / CHECKPOINT), counts.length - 1)
    const from = start + checkpoint * CHECKPOINT
    return { line, column: (counts[checkpoint] ?? 0) + countCodePoints(this.text, from, offset) + 1 }
  }

  span(start: number, end: number): Span {
    return { start: this.position(start), end: this.position(end) }
  }

  private columnCounts(line: number): readonly number[] {
    const known = this.checkpoints.get(line)
    if (known) return known
    const start = this.lineStart(line)
    const end = start + (this.lines[line - 1]?.length ?? 0)
    const counts = [0]
    for (let from = start; from + CHECKPOINT <= end; from += CHECKPOINT) {
      counts.push((counts.at(-1) ?? 0) + countCodePoints(this.text, from, from + CHECKPOINT))
    }
    this.checkpoints.set(line, counts)
    return counts
  }
}

/** Counts code points in `text[from, to)`: every unit but the second half of a surrogate pair. */
function countCodePoints(text: string, from: number, to: number): number {
  let count = 0
  for (let i = from; i < to; i++) {
    const unit = text.charCodeAt(i)
    if (unit < 0xdc00 || unit > 0xdfff) count++
  }
  return count
}
