import { describe, expect, it } from 'vitest'
import { findNode } from '../../../../src/spec/yaml/find-node.ts'
import type { Span } from '../../../../src/spec/yaml/nodes.ts'
import { read, root } from './read.ts'

function show({ start, end }: Span): string {
  return `${start.line}:${start.column}-${end.line}:${end.column}`
}

/** Where the key and the value of a path stand. */
function place(text: string, ...path: (string | number)[]): string[] {
  const found = findNode(root(text), path)
  if (!found) throw new Error('not found')
  return [...(found.key ? [show(found.key.span)] : []), show(found.value.span)]
}

describe('positions', () => {
  it.each([
    ['plain', 'a: b\n', ['a'], ['1:1-1:2', '1:4-1:5']],
    ['nested', 'a:\n  bc: def\n', ['a', 'bc'], ['2:3-2:5', '2:7-2:10']],
    ['quoted, quotes included', '"a": \'b\'\n', ['a'], ['1:1-1:4', '1:6-1:9']],
    ['after characters of two bytes', 'é: "ü", é\n'.replace(', é', ''), ['é'], ['1:1-1:2', '1:4-1:7']],
    ['after characters beyond the BMP', '"😀😀": [😀, b]\n', ['😀😀', 1], ['1:11-1:12']],
    ['with CRLF', 'a: 1\r\nb:\r\n  c: 2\r\n', ['b', 'c'], ['3:3-3:4', '3:6-3:7']],
    ['with CR', 'a: 1\rb: 2\r', ['b'], ['2:1-2:2', '2:4-2:5']],
    ['behind comments', '# x\n\na: 1 # y\n# z\nb: 2\n', ['b'], ['5:1-5:2', '5:4-5:5']],
    ['behind a tab in quotes', '{"\t": 1, b: 2}\n', ['b'], ['1:10-1:11', '1:13-1:14']],
    ['after YAML line breaks that editors do not count', 'a: "x\u2028y"\nb: 2\n', ['b'], ['2:1-2:2', '2:4-2:5']],
    ['over several lines', 'a: b\n  c\nd: e\n', ['a'], ['1:1-1:2', '1:4-2:4']],
    ['block scalar, without the blank lines behind', 'a: |\n  x\n  y\n\n\nb: 1\n', ['a'], ['1:1-1:2', '1:4-3:4']],
    ['block mapping', 'a:\n  b: 1\n  c: 2\n\nd: 3\n', ['a'], ['1:1-1:2', '2:3-3:7']],
    ['block mapping that ends in an alias', 'x: &x 1\na:\n  b: *x\nd: 3\n', ['a'], ['2:1-2:2', '3:3-3:8']],
    ['flow mapping', 'a: {b: 1,\n  c: 2}\n', ['a'], ['1:1-1:2', '1:4-2:8']],
    ['list', 'a:\n- b\n- c\nd: 1\n', ['a'], ['1:1-1:2', '2:1-3:4']],
    ['list item', 'a:\n- b\n- c\n', ['a', 1], ['3:3-3:4']],
    ['empty value: where it would stand', 'a:\nb: 1\n', ['a'], ['1:1-1:2', '1:3-1:3']],
    ['tag and anchor included', 'a: &x !!str b\n', ['a'], ['1:1-1:2', '1:4-1:14']],
    ['aliased: where the anchor is', 'a: &x 1\nb: *x\n', ['b'], ['2:1-2:2', '1:4-1:8']],
    ['merged: where the source is', 'a: &x {k: 1}\nb:\n  <<: *x\n', ['b', 'k'], ['1:8-1:9', '1:11-1:12']],
  ])('%s', (_, text, path, expected) => {
    expect(place(text, ...path)).toEqual(expected)
  })

  it('counts columns over a long line', () => {
    const text = `{a: "${'😀'.repeat(5000)}", b: 1}\n`
    expect(place(text, 'b')).toEqual(['1:5009-1:5010', '1:5012-1:5013'])
  })

  it('keeps the source of a scalar', () => {
    expect(findNode(root('a: "\\x41"\n'), ['a'])?.value).toMatchObject({
      source: '"\\x41"',
      value: 'A',
      style: 'double',
    })
  })

  it('keeps tags and anchors out of it', () => {
    expect(findNode(root('a: &x !!str 1\n'), ['a'])?.value).toMatchObject({ source: '1', value: '1', isTagged: true })
  })

  it('gives the lines for excerpts', () => {
    expect(read('a: 1\r\n# b\n').lines).toEqual(['a: 1', '# b', ''])
  })
})

describe('findNode', () => {
  it('gives the root without a key', () => {
    const node = root('a: 1\n')
    expect(findNode(node, [])).toEqual({ value: node })
  })

  it.each([[['b']], [['a', 'c']], [['l', 2]], [['l', 'x']]])('finds nothing at %j', (path) => {
    expect(findNode(root('a: 1\nl: [1, 2]\n'), path)).toBeUndefined()
  })
})
