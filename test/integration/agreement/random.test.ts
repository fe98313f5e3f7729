import { expect, test } from 'vitest'
import { checkSpec } from '../../../src/spec/check-spec.ts'
import { agreementOf, fsopVerdict } from './compare.ts'
import { askFeast } from './feast.ts'
import { mutants } from './mutants.ts'

const seed = Number(process.env['FSOP_AGREEMENT_SEED'] ?? 20_261)
/** As many as Feast judges in about 20 seconds. */
const size = Number(process.env['FSOP_AGREEMENT_FILES'] ?? 2500)

/** Why fsop may refuse what Feast accepts, by the error. */
const reasons: readonly (readonly [RegExp, string])[] = [
  [/^FS201 /, 'Feast ignores the key'],
  [/^FS211 /, 'the header is for fsop; Feast ignores it'],
  [/^FS113 /, 'Feast ignores the key, or finds no setting of that name'],
  [/^FS301 "" /, 'tables would have no project in their names'],
  [/^FS321 /, 'Feast keeps the text of the variable as the value'],
  [/^FS304 the registry has no path/, 'Feast fails at the first command'],
  [/^FS306 /, 'Feast fails on every write of the online store'],
  [/^FS302 registry has client_/, 'Feast fails when it opens the connection'],
  [/^FS303 batch_engine.backend/, 'Feast fails when it makes the engine'],
  [/^FS20[35] \w+ (?:must be a mapping|is empty)/, 'Feast keeps the value, which is none, and fails when it is used'],
  [/^FS202 (?:auth|batch_engine) has no "type"/, 'Feast keeps the value, which is none, and fails when it is used'],
  [/^FS206 there is no provider/, 'Feast looks for a module of that name'],
  [/^FS206 there is no auth "oidc_client"/, 'Feast makes a client that has no credentials'],
  [/^FS203 .* not (?:the )?bytes/, 'Feast takes bytes for a text; nobody means that'],
]

test(`Feast and fsop agree on ${size} changed specs (seed ${seed})`, async () => {
  const files: string[] = []
  for (const text of mutants(seed)) {
    files.push(text)
    if (files.length === size) break
  }
  const questions = files.map((text) => ({ text, env: { PASSWORD: 'x' } }))
  const verdicts = await askFeast(questions)
  const counts = new Map<string, number>()
  const disagreements: unknown[] = []
  for (const [index, question] of questions.entries()) {
    const feast = verdicts[index]
    if (feast === undefined) throw new Error('Feast gave no verdict')
    const fsop = await fsopVerdict(checkSpec, question)
    const agreement = agreementOf(feast, fsop)
    counts.set(agreement, (counts.get(agreement) ?? 0) + 1)
    const unexplained = fsop.errors.filter((error) => !reasons.some(([pattern]) => pattern.test(error)))
    if (agreement === 'only Feast refuses' || (agreement === 'only fsop refuses' && unexplained.length > 0))
      disagreements.push({ agreement, text: question.text, feast: feast.why, fsop: unexplained })
  }
  process.stdout.write(`${[...counts].map(([agreement, count]) => `${agreement} ${count}`).join(', ')}\n`)
  expect(disagreements).toEqual([])
  expect(counts.get('both accept') ?? 0).toBeGreaterThan(size / 50)
  expect(counts.get('both refuse') ?? 0).toBeGreaterThan(size / 2)
})
