import { expect, it } from 'vitest'
import { parseRow } from '../../../src/cli/rows.ts'

it.each<[string, object]>([
  ['customer_id=1001', { customer_id: 1001 }],
  ['a=1.5,b=true,c=null,d=text', { a: 1.5, b: true, c: null, d: 'text' }],
  ['a=007,b=1e3,c=', { a: '007', b: 1000, c: '' }],
  ['id=12345678901234567890', { id: '12345678901234567890' }],
  ['{"id": 1, "name": "a,b=c"}', { id: 1, name: 'a,b=c' }],
  ['url=http://x?a=b', { url: 'http://x?a=b' }],
])('%s', (text, row) => {
  expect(parseRow(text, '--entity')).toEqual(row)
})

it.each(['', '1001', '=1', '{"id": 1', '[1]', 'a=1,b'])('%j is no row', (text) => {
  expect(() => parseRow(text, '--entity')).toThrow(expect.objectContaining({ exitCode: 2 }))
})
