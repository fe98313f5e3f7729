import { expect, it } from 'vitest'
import { toPlain } from '../../../../src/spec/yaml/to-plain.ts'
import { root } from './read.ts'

it.each([
  ['puts the keys of another mapping first', '{b: 1, <<: {a: 2}}', '{"a":2,"b":1}'],
  ['lets own keys win, wherever they stand', '{a: 1, <<: {a: 2, b: 3}}', '{"a":1,"b":3}'],
  ['lets the first of several sources win', '{<<: [{a: 1}, {a: 2, b: 3}]}', '{"a":1,"b":3}'],
  ['lets the later of two merges win', '{<<: {a: 1}, <<: {a: 2}}', '{"a":2}'],
  [
    'merges what was merged',
    '[&x {a: 1}, &y {<<: *x, b: 2}, {<<: *y, c: 3}]',
    '[{"a":1},{"a":1,"b":2},{"a":1,"b":2,"c":3}]',
  ],
  ['takes a quoted "<<" as a key', '{"<<": 1}', '{"<<":1}'],
  ['takes an "=" as a key', '{=: 1}', '{"=":1}'],
])('%s', (_, text, expected) => {
  expect(JSON.stringify(toPlain(root(text)))).toBe(expected)
})
