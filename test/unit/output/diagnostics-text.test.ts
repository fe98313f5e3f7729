import pc from 'picocolors'
import { expect, it } from 'vitest'
import { formatDiagnostics } from '../../../src/output/diagnostics-text.ts'

const plain = pc.createColors(false)

it('shows what, where with a caret, why and fix', () => {
  const text = formatDiagnostics(
    [
      {
        severity: 'error',
        code: 'FS201',
        message: 'unknown key "foo"',
        why: 'Feast ignores it',
        hint: 'remove it',
        file: 'feature_store.yaml',
        line: 12,
        column: 3,
        endLine: 12,
        endColumn: 6,
        excerpt: '  foo: 1',
        docs: 'docs/errors.md#fs201',
      },
    ],
    plain,
  )
  expect(text).toBe(
    [
      'error FS201: unknown key "foo"',
      '  --> feature_store.yaml:12:3',
      '   |',
      '12 |   foo: 1',
      '   |   ^^^',
      '  why: Feast ignores it',
      '  fix: remove it',
      '  see: docs/errors.md#fs201',
    ].join('\n'),
  )
})

it('cuts a long line around the place', () => {
  const excerpt = `${'x'.repeat(300)}KEY${'y'.repeat(300)}`
  const text = formatDiagnostics(
    [
      {
        severity: 'error',
        code: 'FS201',
        message: 'm',
        file: 'f',
        line: 1,
        column: 301,
        endLine: 1,
        endColumn: 304,
        excerpt,
      },
    ],
    plain,
  )
  const [, , , line = '', caret = ''] = text.split('\n')
  expect(line.length).toBeLessThan(120)
  expect(line.slice(caret.indexOf('^'), caret.lastIndexOf('^') + 1)).toBe('KEY')
})

it('lets no control character of the user reach the terminal', () => {
  const text = formatDiagnostics(
    [
      {
        severity: 'warning',
        code: 'FS201',
        message: 'key "\u001b[31m\u202e"',
        file: 'f',
        line: 1,
        column: 1,
        excerpt: 'a\u001b]0;x\u0007',
      },
    ],
    plain,
  )
  // eslint-disable-next-line no-control-regex
  expect(text).not.toMatch(/[\u0000-\u0009\u000b-\u001f\u202e]/)
})
