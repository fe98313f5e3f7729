import { expect, it } from 'vitest'
import { suggest } from '../../../src/diagnostics/suggest.ts'

const keys = ['online_store', 'offline_store', 'registry', 'project', 'provider']

it.each([
  ['onlinestore', 'online_store'],
  ['online-store', 'online_store'],
  ['Registry', 'registry'],
  ['porject', 'project'],
  ['provder', 'provider'],
])('%s: did you mean %s', (written, meant) => {
  expect(suggest(written, keys)).toBe(meant)
})

it.each(['password', 'x', ''])('%j is like none of them', (written) => {
  expect(suggest(written, keys)).toBeUndefined()
})
