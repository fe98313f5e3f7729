import { describe, expect, it } from 'vitest'
import { problems, read } from './read.ts'

describe('FS102: syntax errors', () => {
  it.each([
    ['tab as indentation', 'a:\n\tb: 1\n', '2:1 Tab used for indentation'],
    ['tab before a value', 'a:\tb\n', '1:3 Tab between two parts of the line'],
    ['tab before a comment', 'a: b\t# c\n', '1:5 Tab between two parts of the line'],
    ['no space after a colon, at the top', 'project:fraud\nprovider: local\n', '1:8 Missing space after ":"'],
    ['no space after a colon, nested', 'store:\n  type:redis\n  host: x\n', '2:7 Missing space after ":"'],
    ['no space after a colon, behind other keys', 'a: 1\nproject:fraud\n', '2:8 Missing space after ":"'],
    ['no colon', 'a: 1\nproject fraud\nb: 2\n', '2:1 Expected "key: value", found no ":"'],
    ['key over 1024 characters', `a: 1\n${'k'.repeat(1025)}: v\n`, '2:1 This key is too long'],
    ['key over 1024 characters, alone', `${'k'.repeat(1025)}: v\n`, '1:1 This key is too long'],
    ['indented deeper than its neighbours', 'a:\n  b: 1\n    c: 2\n', '3:5 Bad indentation of this key'],
    [
      'indented less than its neighbours',
      'a:\n   b: 1\n  c: 2\n',
      '3:3 Bad indentation: this line lines up with none of the keys above',
    ],
    [
      'indented less than the first key',
      ' a: 1\nb: 2\n',
      '2:1 Bad indentation: this line is indented less than the first key',
    ],
    ['double quote left open to the end', 'a: "x\nb: 1\n', '1:4 The quote (") that opens here is not closed'],
    [
      'double quote left open to the next one',
      'a: "x\nb: "y"\nc: 2\n',
      '1:4 The quote (") that opens here is not closed',
    ],
    ['single quote left open', "a: 'x\nb: 'y'\n", "1:4 The quote (') that opens here is not closed"],
    ['quote left open to a document marker', 'a: "x\n---\n', '1:4 The quote (") that opens here is not closed'],
    ['single quote within single quotes', "a: 'it's'\n", '1:8 Text behind a closing quote'],
    ['text behind a quote', 'a: "b" c\n', '1:8 Text behind a closing quote'],
    ['square bracket left open', 'a: [1, 2\nb: 3\nc: 4\n', '1:4 The "[" that opens here is not closed'],
    ['brace left open', 'a: {x: 1\nb: 2\n', '1:4 The "{" that opens here is not closed'],
    ['no comma in a root in braces', '{\n"a": {\n"b": 1\n"c": 2\n}}\n', '4:4 Missing "," before this key'],
    ['no comma', 'a: {b: 1 c: 2}\n', '1:11 Missing "," before this key'],
    ['no comma between quoted items', 'a: ["b" "c"]\n', '1:9 Expected "," or "]"'],
    ['comma without an item', 'a: [,]\n', '1:5 A comma with nothing before it'],
    ['dash in brackets', 'a: [- b]\n', '1:5 A list item ("- ") cannot stand between brackets'],
    ['closing bracket alone', 'a: ]\n', '1:4 A "]" without its "["'],
    ['closing brace alone', 'a: 1\n}\n', '2:1 A "}" without its "{"'],
    [
      'template placeholder as a value',
      'a: {{ x }}\n',
      '1:4 A template placeholder ({{ … }}) that was not filled in, or lacks quotes',
    ],
    [
      'template placeholder as a key',
      '{{x}}: 1\n',
      '1:1 A template placeholder ({{ … }}) that was not filled in, or lacks quotes',
    ],
    ['percent sign', 'a: %x\n', '1:4 A value cannot start with "%"'],
    ['at sign', 'a: @x\n', '1:4 A value cannot start with "@"'],
    ['backtick', 'a: `x`\n', '1:4 A value cannot start with "`"'],
    ['bar in brackets', 'a: [|]\n', '1:5 A value cannot start with "|" within brackets'],
    ['asterisk', 'a: *.parquet\n', '1:4 A value cannot start with "*" unless it is an alias'],
    ['ampersand', 'a: &.x\n', '1:4 A value cannot start with "&" unless it is an anchor'],
    ['exclamation mark', 'a: !{x}\n', '1:4 A value cannot start with "!" unless it is a tag'],
    ['undeclared tag prefix', 'a: !b!c 1\n', '1:4 This tag has a prefix that is not declared'],
    ['second colon', 'path: C: x\n', '1:8 A second ":" within one value'],
    ['colon without a key', ': a\n', '1:1 A ":" without a key'],
    ['question mark behind a value', 'a: ? b\n', '1:4 A key marked with "?" cannot stand here'],
    ['list behind a key', 'a: - b\n', '1:4 A list item ("- ") cannot start here'],
    ['list item among keys', 'a: 1\n- b\n', '2:1 A list item among keys'],
    ['key among list items', '- a\nb: c\n', '2:1 This line is neither a list item nor the end of the list'],
    ['unknown escape', 'a: "\\d"\n', '1:5 Unknown escape in double quotes'],
    ['short escape', 'a: "C:\\Users"\n', '1:7 "\\U" needs the hexadecimal digits of a character behind it'],
    [
      'code point out of range',
      'a: "\\U00110000"\n',
      '1:5 "\\U" needs the hexadecimal digits of a character behind it',
    ],
    ['text behind a bar', 'a: | text\n', '1:6 Unexpected text behind "|" or ">"'],
    ['indentation of 0', 'a: |0\n', '1:5 Unexpected text behind "|" or ">"'],
    ['anchor given twice', 'a: &x 1\nb: &x 2\n', '2:4 The name of this anchor is taken'],
    ['mapping behind ---', '--- a: b\n', '1:6 A mapping cannot start on the line of "---"'],
    ['text behind the end', '[a] b\n', '1:5 Text behind the end of the document'],
    ['directive without a document', '%x\na: 1\n', '1:1 A line that starts with "%" must be a YAML directive'],
    ['YAML 2', '%YAML 2.0\n---\n', '1:1 A line that starts with "%" must be a YAML directive'],
  ])('%s', (_, text, expected) => {
    expect(problems(text)).toEqual([`FS102 ${expected}`])
  })

  it('says what, why and how to mend it, with the end of the text at fault', () => {
    expect(read('a: @x\n').diagnostics).toEqual([
      {
        severity: 'error',
        code: 'FS102',
        message: 'A value cannot start with "@"',
        why: 'YAML keeps this character for itself at the start of a value.',
        hint: 'Put the value in quotes.',
        file: 'feature_store.yaml',
        line: 1,
        column: 4,
        endLine: 1,
        endColumn: 5,
      },
    ])
  })

  it('gives no documents, for what is left would look incomplete', () => {
    expect(read('a: @x\nb: 1\n').documents).toEqual([])
  })

  it.each([
    'password:hunter2\nb: 1\n',
    'a: 1\npassword hunter2\n',
    'password: @hunter2\n',
    'password: *hunter2\n',
    'password: !hunter2 x\n',
    'password: &hunter2 x\nb: &hunter2 y\n',
    'password: "hunter2\n',
    'password: !!int hunter2\n',
    'password: a: hunter2\n',
  ])('never quotes a value: %j', (text) => {
    const { diagnostics } = read(text)
    expect(diagnostics).not.toEqual([])
    expect(JSON.stringify(diagnostics)).not.toContain('hunter2')
  })
})

describe('several errors in one file', () => {
  it('finds one in each entry of the root mapping', () => {
    const text = 'a: @x\nok: 1\nb:\n  c: 1\n   d: 2\n  e: @y\nf: "x\ng: [1\nh: %\n'
    expect(problems(text)).toEqual([
      'FS102 1:4 A value cannot start with "@"',
      'FS102 5:4 Bad indentation of this key',
      'FS102 7:4 The quote (") that opens here is not closed',
      'FS102 8:4 The "[" that opens here is not closed',
      'FS102 9:4 A value cannot start with "%"',
    ])
  })

  it('finds all lines of an entry that are indented with tabs', () => {
    expect(problems('a:\n\tb: 1\n\tc: 2\nd: 1\ne:\n\tf: 1\n\tg: 2\n')).toEqual([
      'FS102 2:1 Tab used for indentation',
      'FS102 3:1 Tab used for indentation',
      'FS102 6:1 Tab used for indentation',
      'FS102 7:1 Tab used for indentation',
    ])
  })

  it('does not take a tab within a text for indentation', () => {
    expect(problems('a:\n\tb: |\n\t  text\nd: 1\n')).toEqual(['FS102 2:1 Tab used for indentation'])
  })

  it('does not report what follows from an earlier error', () => {
    expect(problems('a: &x @y\nb: *x\nc: 1\n')).toEqual(['FS102 1:7 A value cannot start with "@"'])
    expect(problems('a: [\n@,\nb: 1,\n]\nc: 1\n')).toEqual(['FS102 2:1 A value cannot start with "@"'])
    expect(problems(' a: 1\nb: 2\nc: @\n')).toHaveLength(1)
    expect(problems('a:b\nc: 1\nd: 2\ne: @\n')).toEqual([
      'FS102 1:2 Missing space after ":"',
      'FS102 4:4 A value cannot start with "@"',
    ])
  })

  it('finds errors of other kinds in the entries without a syntax error', () => {
    expect(problems('a: @x\nb: 1\nb: 2\nc: !x 1\nd: @\n')).toEqual([
      'FS102 1:4 A value cannot start with "@"',
      'FS103 3:1 The key "b" is given twice, here and on line 2',
      'FS104 4:4 An unknown tag',
      'FS102 5:4 A value cannot start with "@"',
    ])
  })

  it('stops after 20', () => {
    expect(problems('a: @\n'.repeat(50))).toHaveLength(20)
    expect(problems(`a:\n${'\tb: 1\n'.repeat(50)}`)).toHaveLength(20)
  })
})
