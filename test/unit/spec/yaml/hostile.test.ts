import { expect, it } from 'vitest'
import { readYaml } from '../../../../src/spec/yaml/read-yaml.ts'
import { toPlain } from '../../../../src/spec/yaml/to-plain.ts'
import { brief } from './read.ts'

const NAMES = [...'abcdefghi']
const MEBIBYTE = 1024 * 1024

/** Each line names the one before nine times. */
function bomb(first: string, next: (aliases: string) => string): string {
  return NAMES.map(
    (name, index) =>
      `${name}: &${name} ${
        index === 0
          ? first
          : next(
              Array(9)
                .fill(`*${NAMES[index - 1]}`)
                .join(', '),
            )
      }`,
  ).join('\n')
}

/** CPU time, not the clock's: other tests run at the same time. */
function cpuMilliseconds(start: NodeJS.CpuUsage): number {
  const { user, system } = process.cpuUsage(start)
  return (user + system) / 1000
}

function upToLimit(text: string): string {
  return text.repeat(Math.floor((MEBIBYTE - 10) / text.length))
}

it.each([
  [
    'brackets 20 000 deep',
    '['.repeat(20_000) + ']'.repeat(20_000),
    'FS108 1:201 The file nests more than 200 levels deep',
  ],
  ['braces 20 000 deep', '{a: '.repeat(20_000), 'FS108 1:801 The file nests more than 200 levels deep'],
  ['lists 20 000 deep', `${'- '.repeat(20_000)}x`, 'FS108 1:401 The file nests more than 200 levels deep'],
  ['keys 20 000 deep', '? '.repeat(20_000), 'FS108 1:401 The file nests more than 200 levels deep'],
  [
    'aliases 5000 deep',
    `- &a0 [x]\n${Array.from({ length: 5000 }, (_, i) => `- &a${i + 1} [*a${i}]`).join('\n')}`,
    'FS108 200:10 The file nests more than 200 levels deep',
  ],
  [
    'a billion laughs',
    bomb('[x, x]', (aliases) => `[${aliases}]`),
    'FS109 6:20 The file holds more than 100000 values',
  ],
  [
    'a merge bomb',
    bomb('{x: 1}', (aliases) => `{<<: [${aliases}]}`),
    'FS109 6:25 The file holds more than 100000 values',
  ],
  ['a list within itself', 'a: &x [*x]\n', 'FS109 1:8 This alias stands inside the value that it stands for'],
  [
    'a mapping merged into itself',
    'a: &x {<<: *x}\n',
    'FS109 1:12 This alias stands inside the value that it stands for',
  ],
  ['a million items', upToLimit('- a\n'), 'FS109 100001:3 The file holds more than 100000 values'],
  [
    '12 MiB in one value',
    `a: ${'x'.repeat(12 * MEBIBYTE)}`,
    'FS110 undefined:undefined The file is too large: 12.0 MiB',
  ],
])('refuses %s', (_, text, expected) => {
  const bytes = Buffer.from(text)
  const start = process.cpuUsage()
  expect(brief(readYaml(bytes, 'x.yaml').diagnostics)).toEqual([expected])
  expect(cpuMilliseconds(start)).toBeLessThan(1000)
})

it.each([
  ['dashes', 'a: 1\n' + '-'.repeat(MEBIBYTE - 10)],
  ['one long key', 'k'.repeat(MEBIBYTE - 10)],
  ['blanks in a tagged number', `!!int "${upToLimit(' ')}"`.slice(0, MEBIBYTE)],
  ['a number in base 60', upToLimit('1:')],
  ['a number in base 16', `0x${upToLimit('f').slice(2)}`],
  ['many broken lines', upToLimit('key: v\nbroken\n')],
  ['many broken lines, looked through again and again', 'key: v\nbroken\n'.repeat(18_000)],
  ['many tabs', 'key:\n\tx: 1\n'.repeat(20_000)],
  ['quotes', upToLimit('"a\n')],
  ['open brackets', upToLimit('[\n')],
  ['keys given twice', upToLimit('a: 1\n').slice(0, 245_000)],
  ['control characters', upToLimit('\x01\n')],
  ['aliases without anchors', `a: @\n${upToLimit('- *a\n').slice(0, 250_000)}`],
  ['an emoji a column', `[${'😀,'.repeat(40_000)}]`],
])('is fast with %s', (_, text) => {
  const bytes = Buffer.from(text)
  const start = process.cpuUsage()
  const { diagnostics } = readYaml(bytes, 'x.yaml')
  expect(cpuMilliseconds(start)).toBeLessThan(2000)
  expect(diagnostics.length).toBeLessThanOrEqual(200)
})

it('takes aliases within reason', () => {
  const { documents, diagnostics } = readYaml(Buffer.from('a: &x [1, 2]\nb: [*x, *x]\n'), 'x.yaml')
  expect(diagnostics).toEqual([])
  expect(documents.map(toPlain)).toEqual([
    expect.objectContaining({
      b: [
        [1, 2],
        [1, 2],
      ],
    }),
  ])
})
