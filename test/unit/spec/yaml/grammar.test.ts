import { describe, expect, it } from 'vitest'
import { toPlain } from '../../../../src/spec/yaml/to-plain.ts'
import { problems, root } from './read.ts'

// The values are PyYAML's; the differential test compares many more.
describe('block scalars', () => {
  it.each([
    ['clip', '|\n  a\n  b\n\n', 'a\nb\n'],
    ['strip', '|-\n  a\n\n', 'a'],
    ['keep', '|+\n  a\n\n\n', 'a\n\n\n'],
    ['clip without a last line break', '|\n  a', 'a'],
    ['indentation given', '|2\n    a\n  b\n', '  a\nb\n'],
    ['indentation and chomping, either order', '|-2\n   a\n', ' a'],
    ['a comment behind the header', '| # c\n  a\n', 'a\n'],
    ['a comment within', '|\n  a\n  # b\n', 'a\n# b\n'],
    ['folded', '>\n  a\n  b\n', 'a b\n'],
    ['folded over a blank line', '>\n  a\n\n  b\n', 'a\nb\n'],
    ['folded, with a line further in', '>\n  a\n   b\n  c\n', 'a\n b\nc\n'],
    ['empty', '|\n', ''],
  ])('%s', (_, text, expected) => {
    expect(toPlain(root(text))).toBe(expected)
  })
})

describe('folding in plain and quoted scalars', () => {
  it.each([
    ['plain over lines', 'a\n b\n', 'a b'],
    ['plain over a blank line', 'a\n\n b\n', 'a\nb'],
    ['plain up to a comment', 'a b # c\n', 'a b'],
    ['double over lines', '"a  \n  b"', 'a b'],
    ['double over blank lines', '"a\n\n\n  b"', 'a\n\nb'],
    ['double with an escaped line break', '"a\\\n  b"', 'ab'],
    ['single over lines', "'a\n\n b'", 'a\nb'],
    ['a tab within quotes', '"a\tb"', 'a\tb'],
    ['a line separator', '"a\u2028b"', 'a\u2028b'],
    ['a next-line character', '"a\x85b"', 'a b'],
  ])('%s', (_, text, expected) => {
    expect(toPlain(root(text))).toBe(expected)
  })
})

describe('collections', () => {
  it.each([
    ["a list at its key's column", 'a:\n- b\n- c\nd: e\n', '{"a":["b","c"],"d":"e"}'],
    ['compact nesting', '- - a\n  - b: c\n    d: e\n', '[["a",{"b":"c","d":"e"}]]'],
    ['empty items and values', '-\n- a:\n  b:\n', '[null,{"a":null,"b":null}]'],
    ['a key marked with "?"', '? a\n: b\n? c\n', '{"a":"b","c":null}'],
    ['a key marked with "?" on the next line, in brackets', '[?\n"a": b]', '[{"a":"b"}]'],
    ['a pair as an item', '[a: b, c]', '[{"a":"b"},"c"]'],
    ['keys without values in braces', '{a, b: , c: d}', '{"a":null,"b":null,"c":"d"}'],
    ['quoted keys without a space', '{"a":b}', '{"a":"b"}'],
    ['a plain key without a space is a text', '{a:b}', '{"a:b":null}'],
    ['brackets over lines, at any column', 'a: [\nb,\n c]\n', '{"a":["b","c"]}'],
    ['a trailing comma', '[a, b,]', '["a","b"]'],
    ['an anchor and a tag, either order', '[&x !!str 1, !!str &y 2, *x, *y]', '["1","2","1","2"]'],
    ['a declared tag prefix', '%TAG !y! tag:yaml.org,2002:\n---\n!y!str 1\n', '"1"'],
    ['an escaped tag', '!!s%74r 1', '"1"'],
    ['a key of 1000 emoji', `${'😀'.repeat(1000)}: a\n`, `{"${'😀'.repeat(1000)}":"a"}`],
  ])('%s', (_, text, expected) => {
    expect(JSON.stringify(toPlain(root(text)))).toBe(expected)
  })

  it('takes no key after a line end in brackets', () => {
    expect(problems('[a\n"b": c]\n')).toEqual(['FS102 2:4 Missing "," before this key'])
  })
})
