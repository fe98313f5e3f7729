import { describe, expect, it } from 'vitest'
import { expandVariables } from '../../../src/spec/environment-variables.ts'

const env = { HOST: 'db.example', EMPTY: '', TWO_LINES: 'a\nprovider: gcp', PORT: '5432' }

describe('expandVariables', () => {
  // Right-hand sides are what os.path.expandvars of CPython 3.11 gives.
  it.each([
    ['host: $HOST', 'host: db.example'],
    ['host: ${HOST}:${PORT}', 'host: db.example:5432'],
    ['x: "$EMPTY"', 'x: ""'],
    ['x: $UNSET ${UNSET}', 'x: $UNSET ${UNSET}'],
    ['x: pa$$HOST', 'x: pa$db.example'],
    ['x: ${HOST:default}', 'x: ${HOST:default}'],
    ['x: $HOST-1', 'x: db.example-1'],
    ['x: ${}', 'x: ${}'],
    ['x: $HÖST', 'x: $HÖST'],
  ])('%s', (source, expanded) => {
    expect(expandVariables(source, env).text).toBe(expanded)
  })

  it('leaves a value with line breaks out, since it would add keys', () => {
    const { text, references } = expandVariables('provider: $TWO_LINES', env)
    expect(text).toBe('provider: $TWO_LINES')
    expect(references).toMatchObject([{ name: 'TWO_LINES', state: 'multiline' }])
  })

  it('tells where each reference stands', () => {
    const { references } = expandVariables('a: 1\nb: "é $HOST ${NONE}"', env)
    expect(references).toEqual([
      { name: 'HOST', text: '$HOST', position: { line: 2, column: 7 }, state: 'set' },
      { name: 'NONE', text: '${NONE}', position: { line: 2, column: 13 }, state: 'unset' },
    ])
  })

  it('maps positions after and within a value back to the source', () => {
    const { text, toSource } = expandVariables('a: ${HOST} # end', env)
    expect(toSource({ line: 1, column: text.indexOf('#') + 1 })).toEqual({ line: 1, column: 12 })
    expect(toSource({ line: 1, column: 4 })).toEqual({ line: 1, column: 4 })
    expect(toSource({ line: 1, column: 6 })).toEqual({ line: 1, column: 11 })
    expect(toSource({ line: 1, column: 2 })).toEqual({ line: 1, column: 2 })
  })
})
