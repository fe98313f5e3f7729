import { beforeAll, expect, test } from 'vitest'
import { checkSpec } from '../../../src/spec/check-spec.ts'
import { agreementOf, fsopVerdict, type FsopVerdict } from './compare.ts'
import type { Agreement, Document } from './corpus/document.ts'
import { formDocuments, variableDocuments } from './corpus/forms.ts'
import { ruleDocuments } from './corpus/rules.ts'
import { typeDocuments } from './corpus/types.ts'
import { askFeast, type Verdict } from './feast.ts'

const corpus: readonly Document[] = [...typeDocuments, ...formDocuments, ...variableDocuments, ...ruleDocuments]

interface Row {
  readonly document: Document
  readonly feast: Verdict
  readonly fsop: FsopVerdict
  readonly agreement: Agreement | 'only Feast refuses'
}

let rows: readonly Row[]

beforeAll(async () => {
  const verdicts = await askFeast(corpus)
  rows = await Promise.all(
    corpus.map(async (document, index) => {
      const feast = verdicts[index]
      if (feast === undefined) throw new Error('Feast gave no verdict')
      const fsop = await fsopVerdict(checkSpec, document)
      return { document, feast, fsop, agreement: agreementOf(feast, fsop) }
    }),
  )
}, 900_000)

test('the corpus is large, and no file is there twice', () => {
  expect(corpus.length).toBeGreaterThanOrEqual(220)
  const texts = corpus.map(({ text, env }) => JSON.stringify([text, env]))
  expect(texts.filter((text, index) => texts.indexOf(text) !== index)).toEqual([])
})

test('Feast and fsop stand to every file as recorded', () => {
  process.stdout.write(table(rows))
  const changed = rows.filter(({ document, agreement }) => agreement !== document.agreement)
  expect(
    changed.map(({ document, agreement, feast, fsop }) => ({
      name: document.name,
      recorded: document.agreement,
      now: agreement,
      feast: feast.why.slice(0, 200),
      fsop: fsop.errors,
    })),
  ).toEqual([])
})

test('nothing that Feast refuses is let through', () => {
  expect(
    rows.filter(({ agreement }) => agreement === 'only Feast refuses').map(({ document }) => document.name),
  ).toEqual([])
})

test('what only fsop refuses has a reason', () => {
  expect(
    corpus.filter(({ agreement, reason }) => (agreement === 'only fsop refuses') !== (reason !== undefined)),
  ).toEqual([])
})

function table(all: readonly Row[]): string {
  const count = (agreement: Row['agreement']) => all.filter((row) => row.agreement === agreement).length
  const reasons = new Map<string, number>()
  for (const { document, agreement } of all) {
    if (agreement === 'only fsop refuses')
      reasons.set(document.reason ?? '(none recorded)', (reasons.get(document.reason ?? '(none recorded)') ?? 0) + 1)
  }
  const lines = [
    `${all.length} files, Feast 0.67.0 and fsop:`,
    ...(['both accept', 'both refuse', 'only fsop refuses', 'only Feast refuses', 'Feast cannot tell'] as const).map(
      (agreement) => `  ${agreement.padEnd(20)}${String(count(agreement)).padStart(5)}`,
    ),
    '  reasons of fsop:',
    ...[...reasons].map(([reason, number]) => `  ${String(number).padStart(7)}  ${reason}`),
  ]
  return `${lines.join('\n')}\n`
}
