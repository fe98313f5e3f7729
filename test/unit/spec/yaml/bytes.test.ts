import { describe, expect, it } from 'vitest'
import { readYaml } from '../../../../src/spec/yaml/read-yaml.ts'
import { toPlain } from '../../../../src/spec/yaml/to-plain.ts'
import { brief, FILE, problems, read } from './read.ts'

function problemsOfBytes(...parts: (string | number[])[]): string[] {
  return brief(readYaml(Buffer.concat(parts.map((part) => Buffer.from(part as string))), FILE).diagnostics)
}

describe('FS105: encodings', () => {
  it('names the byte and its offset, once a line', () => {
    expect(problemsOfBytes('é: 1\nb: ', [0xe9, 0x74, 0xe9], '\nc: ', [0xff], '\n')).toEqual([
      'FS105 2:4 The file is not UTF-8: byte 0xe9 at offset 9',
      'FS105 3:4 The file is not UTF-8: byte 0xff at offset 16',
    ])
  })

  it.each([
    ['a lone continuation byte', [0x80]],
    ['a cut sequence', [0xe2, 0x82]],
    ['an overlong form', [0xc0, 0xaf]],
    ['a surrogate', [0xed, 0xa0, 0x80]],
    ['a code point out of range', [0xf4, 0x90, 0x80, 0x80]],
  ])('refuses %s', (_, bytes) => {
    expect(problemsOfBytes('a: ', bytes)).toEqual([expect.stringMatching(/^FS105 1:4 .* at offset 3$/)])
  })

  it('reports no syntax error on a line with a broken byte', () => {
    expect(problemsOfBytes('a: "b" ', [0x80], '\nc: @\n')).toEqual([
      'FS105 1:8 The file is not UTF-8: byte 0x80 at offset 7',
      'FS102 2:4 A value cannot start with "@"',
    ])
  })

  it('takes a byte order mark', () => {
    const { documents, diagnostics, lines } = read('\ufeffa: b\n')
    expect(diagnostics).toEqual([])
    expect(lines).toEqual(['a: b', ''])
    expect(documents[0]?.span.start).toEqual({ line: 1, column: 1 })
  })

  it.each([
    ['little', (text: string) => Buffer.from(`\ufeff${text}`, 'utf16le')],
    ['big', (text: string) => Buffer.from(`\ufeff${text}`, 'utf16le').swap16()],
  ])('takes UTF-16, %s endian, with a warning', (_, encode) => {
    const { documents, diagnostics } = readYaml(encode('a: é\n'), FILE)
    expect(documents.map(toPlain)).toEqual([Object.assign(Object.create(null), { a: 'é' })])
    expect(diagnostics).toMatchObject([{ code: 'FS105', severity: 'warning', message: 'The file is UTF-16' }])
  })

  it('refuses half a character of UTF-16', () => {
    expect(problemsOfBytes([0xff, 0xfe, 0x61])).toEqual([
      'FS105 1:1 The file starts as UTF-16 but does not go on as such',
    ])
  })
})

describe('FS106: control characters', () => {
  it.each([
    ['\0', 'U+0000'],
    ['\x1b', 'U+001B'],
    ['\x7f', 'U+007F'],
    ['\x9f', 'U+009F'],
    ['\uffff', 'U+FFFF'],
  ])('%j', (character, name) => {
    expect(problems(`# ${character}\na: 1\n`)).toEqual([`FS106 1:3 A control character (${name})`])
  })

  it('takes those that PyYAML takes', () => {
    expect(problems('a: "\t"\r\nb: \x85\nc: \u2028\n')).toEqual([])
  })

  it('stops after 20', () => {
    expect(problems(`a: ${'\x01'.repeat(1000)}\n`)).toHaveLength(20)
  })
})

describe('FS114: bidirectional controls', () => {
  it.each(['\u202a', '\u202e', '\u2066', '\u2069'])('%j', (character) => {
    const { diagnostics } = read(`a: x${character}\n`)
    const name = `U+${character.charCodeAt(0).toString(16).toUpperCase()}`
    expect(diagnostics).toMatchObject([
      { code: 'FS114', severity: 'warning', line: 1, column: 5, message: expect.stringContaining(name) },
    ])
  })
})
