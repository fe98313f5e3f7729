import { readdir, readFile } from 'node:fs/promises'
import { afterAll, beforeAll, expect, it } from 'vitest'
import { readYaml } from '../../../src/spec/yaml/read-yaml.ts'
import { document } from './generate.ts'
import { disagreement, PyYaml } from './pyyaml.ts'
import { Random } from './random.ts'

const SECONDS = Number(process.env['FSOP_FUZZ_SECONDS'] ?? 10)
const SEED = Number(process.env['FSOP_FUZZ_SEED'] ?? 1)
const BATCH = 200
const MAX_MILLISECONDS = 1000
const SPECS = new URL('specs/', import.meta.url)
const PIECES = [
  '\t',
  ':',
  '- ',
  '#',
  ' #',
  ': ',
  '{',
  '}',
  '[',
  ']',
  "'",
  '"',
  '|',
  '>',
  '|-',
  '>2',
  '&a ',
  '*a',
  '!t ',
  '!!str ',
  '%',
  '@',
  '`',
  '? ',
  '\n',
  '  ',
  '\n\n',
  '---\n',
  '...\n',
  ',',
  '<<: ',
  '~',
  'é',
  '-',
  '\\',
  '\r',
  'x\ty',
  '?',
  'a: b: c',
  '"a"b',
  '{{x}}',
  '{a: }',
  '\u2028',
  '\x85',
  '\ufeff',
  '\0',
  '\x1b',
  '😀',
]
const BAD_BYTES = [0x80, 0xc3, 0xe2, 0xf0, 0xff, 0xfe, 0xc0, 0xed]

let pyyaml: PyYaml
let specs: string[]

beforeAll(
  async () => {
    pyyaml = await PyYaml.start()
    const names = (await readdir(SPECS)).toSorted()
    specs = await Promise.all(names.map((name) => readFile(new URL(name, SPECS), 'utf8')))
  },
  20 * 60 * 1000,
)
afterAll(() => pyyaml.stop())

function mutateLine(random: Random, line: string): string {
  return random.pick([
    ` ${line}`,
    `  ${line}`,
    line.trimStart(),
    `\t${line}`,
    `${line} #x`,
    `${line}:`,
    '',
    `${line}\n${line}`,
  ])
}

function mutate(random: Random, text: string): string {
  let mutated = text
  for (let left = 1 + random.below(3); left > 0; left--) {
    const at = random.below(mutated.length + 1)
    const roll = random.next()
    if (roll < 0.55) {
      mutated = mutated.slice(0, at) + random.pick(PIECES) + mutated.slice(at)
    } else if (roll < 0.8) {
      mutated = mutated.slice(0, at) + mutated.slice(at + 1 + random.below(5))
    } else {
      const lines = mutated.split('\n')
      const line = random.below(lines.length)
      lines[line] = mutateLine(random, lines[line] ?? '')
      mutated = lines.join('\n')
    }
  }
  return mutated
}

function bytes(random: Random): Uint8Array {
  const encoded = Buffer.from(mutate(random, random.chance(0.7) ? random.pick(specs) : document(random)))
  if (random.chance(0.03) && encoded.length > 0) encoded[random.below(encoded.length)] = random.pick(BAD_BYTES)
  return encoded
}

it(
  `agrees with PyYAML on broken specs for ${SECONDS} s (seed ${SEED})`,
  { timeout: SECONDS * 1000 + 60_000 },
  async () => {
    const random = new Random(SEED)
    const end = Date.now() + SECONDS * 1000
    let count = 0
    while (Date.now() < end) {
      const documents = Array.from({ length: BATCH }, () => bytes(random))
      const answers = await pyyaml.ask(documents)
      for (const [index, document] of documents.entries()) {
        const text = Buffer.from(document).toString('latin1')
        const start = process.cpuUsage()
        readYaml(document, 'fuzz.yaml')
        expect(process.cpuUsage(start).user / 1000, text).toBeLessThan(MAX_MILLISECONDS)
        const answer = answers[index]
        expect(answer && disagreement(document, answer), text).toBeUndefined()
        count++
      }
    }
    expect(count).toBeGreaterThan(0)
  },
)
