import { isUtf8 } from 'node:buffer'

/** Something in the bytes or characters themselves that YAML or a reader of YAML stumbles over. */
export type TextProblem =
  | { readonly kind: 'not-utf8'; readonly offset: number; readonly byteOffset: number; readonly byte: number }
  | { readonly kind: 'broken-utf16'; readonly offset: number }
  | { readonly kind: 'utf16'; readonly offset: number }
  | { readonly kind: 'control'; readonly offset: number; readonly character: string }
  | { readonly kind: 'bidi'; readonly offset: number; readonly character: string }

export interface Decoded {
  /** Without byte order mark; U+FFFD stands where PyYAML would refuse, so that reading can go on. */
  readonly text: string
  readonly problems: readonly TextProblem[]
}

const LF = 0x0a
/** Of each kind; a file that is no text at all would give millions. */
const MAX_PROBLEMS = 20
/** PyYAML's `Reader.NON_PRINTABLE`. */
const NON_PRINTABLE = /[^\t\n\r\x20-\x7e\x85\xa0-\ud7ff\ue000-\ufffd\u{10000}-\u{10ffff}]/gu
/** Embeddings, overrides and isolates of writing direction, which make text look other than it is. */
const BIDI_CONTROL = /[\u202a-\u202e\u2066-\u2069]/g

/** Turns a file's bytes into text as PyYAML's `reader.py` does: UTF-16 with a byte order mark, else UTF-8. */
export function decode(bytes: Uint8Array): Decoded {
  const { text: raw, problems } = decodeBytes(bytes)
  const text = raw.startsWith('\ufeff') ? raw.slice(1) : raw
  const shift = raw.length - text.length
  return {
    text: text.replace(NON_PRINTABLE, '\ufffd'),
    problems: [
      ...problems.map((problem) => ({ ...problem, offset: Math.max(problem.offset - shift, 0) })),
      ...matches(text, NON_PRINTABLE, 'control'),
      ...matches(text, BIDI_CONTROL, 'bidi'),
    ],
  }
}

function matches(text: string, pattern: RegExp, kind: 'control' | 'bidi'): TextProblem[] {
  const problems: TextProblem[] = []
  for (const { index, 0: character } of text.matchAll(pattern)) {
    if (problems.length === MAX_PROBLEMS) break
    problems.push({ kind, offset: index, character })
  }
  return problems
}

function decodeBytes(bytes: Uint8Array): Decoded {
  const encoding = utf16Encoding(bytes)
  if (encoding === undefined) return decodeUtf8(bytes)
  try {
    const text = new TextDecoder(encoding, { fatal: true, ignoreBOM: true }).decode(bytes)
    return { text, problems: [{ kind: 'utf16', offset: 0 }] }
  } catch {
    return { text: '', problems: [{ kind: 'broken-utf16', offset: 0 }] }
  }
}

function utf16Encoding([first, second]: Uint8Array): 'utf-16le' | 'utf-16be' | undefined {
  if (first === 0xff && second === 0xfe) return 'utf-16le'
  if (first === 0xfe && second === 0xff) return 'utf-16be'
  return undefined
}

function decodeUtf8(bytes: Uint8Array): Decoded {
  const decoder = new TextDecoder('utf-8', { ignoreBOM: true })
  if (isUtf8(bytes)) return { text: decoder.decode(bytes), problems: [] }
  // Line by line: a byte sequence never goes over a line feed, and one report a line is enough.
  let text = ''
  const problems: TextProblem[] = []
  let start = 0
  while (start < bytes.length && problems.length < MAX_PROBLEMS) {
    const lineFeed = bytes.indexOf(LF, start)
    const end = lineFeed === -1 ? bytes.length : lineFeed + 1
    const line = bytes.subarray(start, end)
    const bad = firstBadByte(line)
    if (bad !== undefined) {
      const offset = text.length + decoder.decode(line.subarray(0, bad)).length
      problems.push({ kind: 'not-utf8', offset, byteOffset: start + bad, byte: line[bad] ?? 0 })
    }
    text += decoder.decode(line)
    start = end
  }
  return { text: text + decoder.decode(bytes.subarray(start)), problems }
}

function firstBadByte(line: Uint8Array): number | undefined {
  if (isUtf8(line)) return undefined
  let at = 0
  while (at < line.length) {
    const lead = line[at] ?? 0
    const length = lead < 0xc0 ? 1 : lead < 0xe0 ? 2 : lead < 0xf0 ? 3 : 4
    if (at + length > line.length || !isUtf8(line.subarray(at, at + length))) return at
    at += length
  }
  return undefined
}
