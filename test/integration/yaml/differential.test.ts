import { afterAll, beforeAll, describe, expect, it } from 'vitest'
import { document, plainScalar } from './generate.ts'
import { disagreement, PyYaml } from './pyyaml.ts'
import { Random } from './random.ts'

const TIMEOUT = 20 * 60 * 1000
let pyyaml: PyYaml

beforeAll(async () => {
  pyyaml = await PyYaml.start()
}, TIMEOUT)
afterAll(() => pyyaml.stop())

async function expectAgreement(documents: readonly string[], atLeastAccepted: number): Promise<void> {
  const bytes = documents.map((text) => new TextEncoder().encode(text))
  const answers = await pyyaml.ask(bytes)
  const found = bytes.flatMap((document, index) => {
    const answer = answers[index]
    const text = answer && disagreement(document, answer)
    return text === undefined ? [] : [`${JSON.stringify(documents[index])}\n${text}`]
  })
  expect(found.slice(0, 5)).toEqual([])
  // A corpus that PyYAML mostly refuses would prove little.
  const accepted = answers.filter(({ error }) => error === undefined).length
  expect(accepted / documents.length).toBeGreaterThan(atLeastAccepted)
}

describe('readYaml reads as PyYAML does', () => {
  it('plain scalars', { timeout: TIMEOUT }, async () => {
    const random = new Random(1)
    await expectAgreement(
      Array.from({ length: 10_000 }, () => `- ${plainScalar(random)}\n`),
      0.8,
    )
  })

  it('tagged scalars', { timeout: TIMEOUT }, async () => {
    const random = new Random(2)
    const tags = ['!!int', '!!float', '!!bool', '!!null', '!!str', '!!timestamp', '!!binary', '!']
    const scalars = [
      ' 12 ',
      '+-5',
      '0b0b1',
      '0x0x1f',
      '0o17',
      '1_0',
      '',
      'inf',
      '-Infinity',
      'nan',
      '1e5',
      '1:30',
      'YES',
      'yES',
      '1\\n',
      'yes\\n',
      'YWJj',
      'YWI=',
      'YQ==',
      'YQ=',
      'YQ',
      'Y',
      'Y=Q==',
      '=',
      'YW Jj\\n',
      'é',
      '2001-1-1',
    ]
    const documents = Array.from({ length: 3000 }, () => {
      const text = random.chance(0.5) ? `"${random.pick(scalars)}"` : plainScalar(random)
      return `${random.pick(tags)} ${text}\n`
    })
    await expectAgreement(documents, 0.3)
  })

  it('whole documents', { timeout: TIMEOUT }, async () => {
    const random = new Random(3)
    await expectAgreement(
      Array.from({ length: 6000 }, () => document(random)),
      0.3,
    )
  })

  it('what we refuse on purpose', { timeout: TIMEOUT }, async () => {
    const laughs = Array.from({ length: 6 }, (_, index) => {
      const items = Array.from({ length: 9 }, () => (index === 0 ? 'x' : `*a${index - 1}`))
      return `a${index}: &a${index} [${items.join(', ')}]\n`
    }).join('')
    const documents = [
      '',
      '# nothing\n',
      'a: 1\na: 2\n',
      '{a: 1, a: 2}',
      '1: a\n',
      'a: {1: a, true: b, 1.0: c}\n',
      `${'['.repeat(210)}${']'.repeat(210)}`,
      '&a [*a]',
      'a: &a {b: *a}',
      laughs,
    ]
    await expectAgreement(documents, 0.9)
  })
})
