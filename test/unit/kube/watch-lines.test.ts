import { describe, expect, it } from 'vitest'
import { LineSplitter, parseWatchLine } from '../../../src/kube/watch-lines.ts'

function split(chunks: readonly Buffer[], maxBytes = 1000): string[] {
  const splitter = new LineSplitter(maxBytes)
  const lines: string[] = []
  for (const chunk of chunks) splitter.push(chunk, (line) => lines.push(line))
  return lines
}

describe('LineSplitter', () => {
  const text = 'one\n\nü€😀 and more\nlast\n'

  it.each([1, 2, 3, 5, 7, 1000])('gives the same lines for chunks of %i bytes', (size) => {
    const bytes = Buffer.from(text)
    const chunks = Array.from({ length: Math.ceil(bytes.length / size) }, (_, i) =>
      bytes.subarray(i * size, (i + 1) * size),
    )
    expect(split(chunks)).toEqual(['one', '', 'ü€😀 and more', 'last'])
  })

  it('gives half a line only once its end has come', () => {
    const splitter = new LineSplitter(100)
    const lines: string[] = []
    splitter.push(Buffer.from('one\nha'), (line) => lines.push(line))
    expect([lines, splitter.pending]).toEqual([['one'], 2])
    splitter.push(Buffer.from('lf\n'), (line) => lines.push(line))
    expect([lines, splitter.pending]).toEqual([['one', 'half'], 0])
  })

  it('takes a line of exactly the limit and none that is longer, whole or in parts', () => {
    expect(split([Buffer.from(`${'x'.repeat(10)}\n`)], 10)).toEqual(['x'.repeat(10)])
    expect(() => split([Buffer.from(`${'x'.repeat(11)}\n`)], 10)).toThrow(RangeError)
    expect(() =>
      split(
        Array.from({ length: 11 }, () => Buffer.from('x')),
        10,
      ),
    ).toThrow('longer than 10 bytes')
  })

  it('reads millions of single bytes in a blink', () => {
    const line = 'x'.repeat(500_000)
    const startedAt = performance.now()
    expect(
      split(
        [...line, '\n'].map((text) => Buffer.from(text)),
        1_000_000,
      ),
    ).toEqual([line])
    expect(performance.now() - startedAt).toBeLessThan(3000)
  })
})

describe('parseWatchLine', () => {
  const object = { apiVersion: 'v1', kind: 'ConfigMap', metadata: { name: 'a', resourceVersion: '7' } }
  const parse = (type: string, of: unknown = object) => parseWatchLine(JSON.stringify({ type, object: of }), '/path')

  it('knows every type', () => {
    expect(parse('ADDED')).toEqual({ type: 'set', object, resourceVersion: '7' })
    expect(parse('MODIFIED')).toEqual({ type: 'set', object, resourceVersion: '7' })
    expect(parse('DELETED')).toEqual({ type: 'gone', object, resourceVersion: '7' })
    expect(parse('BOOKMARK', { metadata: { resourceVersion: '9' } })).toEqual({
      type: 'bookmark',
      resourceVersion: '9',
    })
  })

  it('gives the Status of an ERROR as an error', () => {
    const event = parse('ERROR', {
      code: 429,
      reason: 'TooManyRequests',
      message: 'slow',
      details: { retryAfterSeconds: 3 },
    })
    expect(event).toMatchObject({
      type: 'error',
      error: { status: 429, reason: 'TooManyRequests', message: 'slow', retryAfterMs: 3000 },
    })
    expect(parse('ERROR', {})).toMatchObject({ type: 'error', error: { status: 500, reason: 'Unknown' } })
  })

  it.each([
    '',
    'null',
    '42',
    '"ADDED"',
    '{}',
    '{"type":1}',
    '{"type":"ADDED"}',
    '{"type":"ADDED","object":null}',
    '{"type":"ADDED","object":[]}',
    '{"type":"ADDED","object":{}}',
    '{"type":"ADDED","object":{"metadata":{"name":"a"}}}',
    '{"type":"ADDED","object":{"metadata":{"name":"","resourceVersion":"1"}}}',
    '{"type":"ADDED","object":{"metadata":{"name":"a","resourceVersion":7}}}',
    '{"type":"BOOKMARK","object":{"metadata":{"resourceVersion":""}}}',
    '{"type":"LATER","object":{"metadata":{"name":"a","resourceVersion":"1"}}}',
  ])('calls %j garbage', (line) => {
    expect(parseWatchLine(line, '/path')).toMatchObject({ type: 'garbage' })
  })
})
