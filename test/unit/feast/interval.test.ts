import { describe, expect, it } from 'vitest'
import { parseInterval, parseTime } from '../../../src/feast/interval.ts'

const now = new Date('2026-06-15T12:00:00Z')

describe('parseTime', () => {
  it.each([
    ['2026-01-31', '2026-01-31T00:00:00.000Z'],
    ['2026-01-31T12:30', '2026-01-31T12:30:00.000Z'],
    ['2026-01-31 12:30:05', '2026-01-31T12:30:05.000Z'],
    ['2026-01-31T12:30:05.123456Z', '2026-01-31T12:30:05.000Z'],
    ['2026-01-31T12:30:00+02:00', '2026-01-31T10:30:00.000Z'],
    ['2026-01-31T12:30:00-0530', '2026-01-31T18:00:00.000Z'],
  ])('%s', (text, time) => {
    expect(parseTime(text, 'END')).toBe(time)
  })

  it.each(['', 'yesterday', '2026-02-30', '2026-13-01', '31.01.2026', '2026-1-1', '2026-01-31T25:00'])(
    '%j is no date',
    (text) => {
      expect(() => parseTime(text, 'END')).toThrow(
        expect.objectContaining({ diagnostic: expect.objectContaining({ code: 'FS501' }) }),
      )
    },
  )
})

describe('parseInterval', () => {
  it('ends now when no end is given', () => {
    expect(parseInterval(undefined, undefined, now)).toEqual({ end: '2026-06-15T12:00:00.000Z' })
  })

  it.each([
    ['an end in the future', '2026-01-01', '2026-06-15T12:00:01', 'FS502'],
    ['a start at the end', '2026-01-01', '2026-01-01', 'FS503'],
    ['a start after the end', '2026-01-02', '2026-01-01', 'FS503'],
  ])('refuses %s', (_, start, end, code) => {
    expect(() => parseInterval(start, end, now)).toThrow(
      expect.objectContaining({ exitCode: 2, diagnostic: expect.objectContaining({ code }) }),
    )
  })
})
