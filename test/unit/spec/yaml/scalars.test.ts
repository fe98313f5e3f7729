import { describe, expect, it } from 'vitest'
import { isFloat, YamlBinary, YamlDate, YamlDateTime } from '../../../../src/spec/yaml/nodes.ts'
import { readYaml } from '../../../../src/spec/yaml/read-yaml.ts'
import { toPlain } from '../../../../src/spec/yaml/to-plain.ts'

/** The value of one scalar; whether it is surprising is of no matter here. */
function value(source: string): unknown {
  const [node] = readYaml(Buffer.from(`- ${source}\n`), 'x.yaml').documents
  const [item] = node?.kind === 'seq' ? node.items : []
  return item?.kind === 'scalar' ? item.value : item
}

describe('plain scalars, as YAML 1.1 and PyYAML have them', () => {
  it.each([
    // null
    ['~', null],
    ['', null],
    ['null', null],
    ['Null', null],
    ['nULL', 'nULL'],
    // bool
    ['yes', true],
    ['No', false],
    ['ON', true],
    ['off', false],
    ['True', true],
    ['FALSE', false],
    ['tRue', 'tRue'],
    ['y', 'y'],
    ['N', 'N'],
    // int
    ['0', 0n],
    ['-12', -12n],
    ['+12', 12n],
    ['1_000', 1000n],
    ['010', 8n],
    ['0o10', '0o10'],
    ['08', '08'],
    ['0b101', 5n],
    ['0x1F', 31n],
    ['-0x1f', -31n],
    ['19:30', 1170n],
    ['-1:30', -90n],
    ['1:60', '1:60'],
    ['1:60.5', '1:60.5'],
    ['0:30', '0:30'],
    ['123456789012345678901234567890', 123456789012345678901234567890n],
    // float
    ['1.0', 1],
    ['1.', 1],
    ['.5', 0.5],
    ['-.5', '-.5'],
    ['1.5e+3', 1500],
    ['1.5e3', '1.5e3'],
    ['1e3', '1e3'],
    ['1_0.5', 10.5],
    ['1:30.5', 90.5],
    ['.inf', Infinity],
    ['-.INF', -Infinity],
    ['.NaN', Number.NaN],
    ['-0.0', -0],
    // text
    ['1.2.3', '1.2.3'],
    ['_1', '_1'],
    ['a b', 'a b'],
    ['x:y', 'x:y'],
    ['a#b', 'a#b'],
    ['-x', '-x'],
  ])('%j', (source, expected) => {
    expect(value(source)).toBe(expected)
  })

  it.each([
    ['2024-02-29', new YamlDate('2024-02-29')],
    ['2001-12-14 21:59:43', new YamlDateTime('2001-12-14 21:59:43', 1008367183000000n, false)],
    ['2001-12-14t21:59:43.10-05:00', new YamlDateTime('2001-12-14 21:59:43.100000-05:00', 1008385183100000n, true)],
    ['2001-12-14 21:59:43 Z', new YamlDateTime('2001-12-14 21:59:43+00:00', 1008367183000000n, true)],
  ])('%s', (source, expected) => {
    expect(value(source)).toStrictEqual(expected)
  })

  it('2024-1-1 is a text', () => {
    expect(value('2024-1-1')).toBe('2024-1-1')
  })
})

describe('tagged and quoted scalars', () => {
  it.each([
    ['"1"', '1'],
    ["'yes'", 'yes'],
    ['!!str 1', '1'],
    ['!!int "12"', 12n],
    ['!!int "0o17"', 15n],
    ['!!float 1', 1],
    ['!!float 1e3', 1000],
    ['!!bool "yEs"', true],
    ['!!null x', null],
    ['! "12"', 12n],
    ['!!timestamp 2024-1-1', new YamlDate('2024-01-01')],
    ['!!binary YWJj', new YamlBinary(Buffer.from('abc'))],
    ['!!binary "YW Jj"', new YamlBinary(Buffer.from('abc'))],
    ['!!str {=: x}', 'x'],
    ['"a\\tb\\u00e9\\x41"', 'a\tbéA'],
    ["'it''s'", "it's"],
  ])('%s', (source, expected) => {
    expect(value(source)).toEqual(expected)
  })
})

describe('toPlain', () => {
  function plain(text: string): unknown {
    const [node] = readYaml(Buffer.from(text), 'x.yaml').documents
    if (!node) throw new Error('no document')
    return toPlain(node)
  }

  it('gives numbers, and bigints where a number would lose digits', () => {
    expect(plain('[1, 1.5, 9007199254740991, 9007199254740993]')).toEqual([1, 1.5, 9007199254740991, 9007199254740993n])
  })

  it('keeps 1 and 1.0 apart through isFloat', () => {
    const [node] = readYaml(Buffer.from('[1, 1.0]'), 'x.yaml').documents
    expect(node?.kind === 'seq' && node.items.map(isFloat)).toEqual([false, true])
  })

  it('gives no string for a date', () => {
    expect(plain('2024-01-01')).toBeInstanceOf(YamlDate)
  })

  it('takes __proto__ for a key like any other', () => {
    const object = plain('__proto__: {polluted: 1}\n') as Record<string, unknown>
    expect(Object.keys(object)).toEqual(['__proto__'])
    expect(Object.getPrototypeOf(object)).toBeNull()
    expect(({} as Record<string, unknown>)['polluted']).toBeUndefined()
  })

  it('gives sets and pairs as such', () => {
    expect(plain('!!set {a, b}')).toEqual(new Set(['a', 'b']))
    expect(plain('!!omap [a: 1, b: 2]')).toEqual([
      ['a', 1],
      ['b', 2],
    ])
  })
})
