import { describe, expect, it } from 'vitest'
import { extraDocuments } from '../../../../src/spec/yaml/read-yaml.ts'
import { brief, FILE, problems, read } from './read.ts'

describe('FS101: empty', () => {
  it.each(['', '\n\n', '# nothing\n', '---\n', '--- ~\n', 'null\n', '\ufeff'])('%j', (text) => {
    expect(problems(text)).toEqual(['FS101 1:1 The file is empty'])
  })
})

describe('FS103: keys given twice', () => {
  it('names both lines and the path', () => {
    const { diagnostics } = read('a:\n  b: 1\n  c: 2\n  "b": 3\n')
    expect(diagnostics).toMatchObject([
      {
        code: 'FS103',
        severity: 'error',
        line: 4,
        column: 3,
        endColumn: 6,
        path: 'a.b',
        message: 'The key "b" is given twice, here and on line 2',
      },
    ])
  })

  it('tells of every further one', () => {
    expect(problems('a: 1\na: 2\na: 3\n')).toEqual([
      'FS103 2:1 The key "a" is given twice, here and on line 1',
      'FS103 3:1 The key "a" is given twice, here and on line 1',
    ])
  })

  it('tells once of a mapping that aliases repeat', () => {
    expect(problems('a: &x {k: 1, k: 2}\nb: *x\nc: {<<: *x}\n')).toHaveLength(1)
  })

  it('lets a key override a merged one, and takes keys that only look alike', () => {
    expect(problems('a: &x {k: 1}\nb: {<<: *x, k: 2}\nc: {__proto__: 1, constructor: 2, "1": 3, "1.0": 4}\n')).toEqual(
      [],
    )
  })
})

describe('FS104: tags', () => {
  it.each([
    ['a: !x 1\n', 'FS104 1:4 An unknown tag'],
    ['a: !!x 1\n', 'FS104 1:4 An unknown tag'],
    ['a: !<x> {b: 1}\n', 'FS104 1:4 An unknown tag'],
    ['a: !!python/object/apply:os.system ["id"]\n', 'FS104 1:4 A tag that makes Python objects'],
    ['a: !!python/tuple [1]\n', 'FS104 1:4 A tag that makes Python objects'],
  ])('%j', (text, expected) => {
    expect(problems(text)).toEqual([expected])
  })

  it('says that nothing was executed', () => {
    expect(read('a: !!python/name:os.system\n').diagnostics[0]?.why).toContain('ever executes')
  })
})

describe('FS107: more than one document', () => {
  it('is told by a helper, and all documents are given', () => {
    const file = read('a: 1\n---\nb: 2\n...\n---\n')
    expect(file.documents).toHaveLength(3)
    expect(file.diagnostics).toEqual([])
    expect(brief(extraDocuments(file, FILE))).toEqual([
      'FS107 3:1 The file holds more than one document',
      'FS107 6:1 The file holds more than one document',
    ])
    expect(extraDocuments(read('---\na: 1\n...\n'), FILE)).toEqual([])
  })
})

describe('FS111: aliases', () => {
  it('reports each one without an anchor, and nothing that follows from it', () => {
    expect(problems('a: *x\nb: {<<: *y}\n*z : 1\n')).toEqual([
      'FS111 1:4 This alias has no anchor above it',
      'FS111 2:9 This alias has no anchor above it',
      'FS111 3:1 This alias has no anchor above it',
    ])
  })

  it('does not look into another document', () => {
    expect(problems('a: &x 1\n---\nb: *x\n')).toEqual(['FS111 3:4 This alias has no anchor above it'])
  })
})

describe('FS112: values that look like something else', () => {
  it.each([
    ['010', 'This number is read as octal, because of its leading 0'],
    ['-0_17', 'This number is read as octal, because of its leading 0'],
    ['19:30', 'This is read as a number in base 60, because of its colons'],
    ['1:30.5', 'This is read as a number in base 60, because of its colons'],
    ['1e3', 'This is read as a text, not as a number'],
    ['1.5E3', 'This is read as a text, not as a number'],
    ['08', 'This is read as a text, not as a number'],
    ['2024-01-01', 'This is read as a date, not as a text'],
    ['2024-01-01 10:00:00', 'This is read as a date, not as a text'],
  ])('%s', (source, message) => {
    const { diagnostics } = read(`a: {b: ${source}}\n`)
    expect(diagnostics).toMatchObject([
      { code: 'FS112', severity: 'warning', line: 1, column: 8, path: 'a.b', message },
    ])
  })

  it.each([
    '0',
    '00',
    '07',
    '-3',
    '1.0',
    '1.5e+3',
    '0x1F',
    '1_000',
    'yes',
    'off',
    '"010"',
    "'19:30'",
    '!!str 010',
    '!!str 08',
    '!!timestamp 2024-01-01',
    '! 010',
    '1.2.3',
    '10.0.0.1',
    'e3',
    '12:30x',
  ])('takes %s as it is', (source) => {
    expect(problems(`a: ${source}\n`)).toEqual([])
  })

  it('looks behind an anchor', () => {
    expect(problems('a: &x 010\n')).toHaveLength(1)
  })

  it('tells once of a value that aliases repeat', () => {
    expect(problems('a: &x [010]\nb: *x\n')).toHaveLength(1)
  })
})

describe('FS113: keys that are no text', () => {
  it.each([
    ['1: a\n', 'FS113 1:1 This key is a number, not a text'],
    ['1.0: a\n', 'FS113 1:1 This key is a number, not a text'],
    ['a: {on: 1}\n', 'FS113 1:5 This key is the boolean true, not a text'],
    ['~: a\n', 'FS113 1:1 This key is null, not a text'],
    ['2024-01-01: a\n', 'FS113 1:1 This key is a datetime.date, not a text'],
    ['? [a]\n: b\n', 'FS113 1:3 A list or mapping cannot be a key'],
  ])('%j', (text, expected) => {
    expect(problems(text)).toEqual([expected])
  })

  it('takes them in sets and pairs', () => {
    expect(problems('a: !!set {1, 2}\nb: !!pairs [1: x, {[y]: z}]\n')).toEqual([])
  })
})

describe('FS115: values that PyYAML refuses', () => {
  it.each([
    ['a: 2024-13-45\n', 'FS115 1:4 There is no such date or time'],
    ['a: 2023-02-29\n', 'FS115 1:4 There is no such date or time'],
    ['a: 2024-01-01 10:00:00+24:00\n', 'FS115 1:4 There is no such date or time'],
    ['a: !!timestamp now\n', 'FS115 1:4 There is no such date or time'],
    ['a: !!int foo\n', 'FS115 1:4 This is not a whole number that Python reads'],
    [`a: ${'9'.repeat(4301)}\n`, 'FS115 1:4 This is not a whole number that Python reads'],
    ['a: 0x_\n', 'FS115 1:4 This is not a whole number that Python reads'],
    ['a: !!float foo\n', 'FS115 1:4 This is not a number that Python reads'],
    ['a: !!bool maybe\n', 'FS115 1:4 This is neither true nor false'],
    ['a: !!binary Y\n', 'FS115 1:4 This is not base64'],
    ['a: !!seq x\n', 'FS115 1:4 The tag !!seq does not fit a single value'],
    ['a: !!map [x]\n', 'FS115 1:4 The tag !!map does not fit a list'],
    ['a: !!str {x: y}\n', 'FS115 1:4 The tag !!str does not fit a mapping'],
    ['a: !!omap [{b: 1, c: 2}]\n', 'FS115 1:12 The tag !!map does not fit a mapping'],
    ['a: =\n', 'FS115 1:4 A lone "=" cannot be a value'],
    ['a: [<<]\n', 'FS115 1:5 A lone "<<" cannot be a value'],
    ['<<: 3\n', 'FS115 1:5 "<<" needs a mapping, or a list of mappings'],
    ['<<: [{a: 1}, 3]\n', 'FS115 1:14 "<<" needs a mapping, or a list of mappings'],
  ])('%j', (text, expected) => {
    expect(problems(text)).toEqual([expected])
  })

  it('goes on with the rest, the text in place of the value', () => {
    const { documents, diagnostics } = read('a: !!int foo\nb: 2023-02-30\n')
    expect(diagnostics.map(({ path }) => path)).toEqual(['a', 'b'])
    expect(documents).toMatchObject([{ entries: [{ value: { value: 'foo' } }, { value: { value: '2023-02-30' } }] }])
  })
})
