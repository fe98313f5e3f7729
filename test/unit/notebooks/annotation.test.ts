import { describe, expect, it } from 'vitest'
import { parseAnnotation } from '../../../src/notebooks/annotation.ts'

const keys = (text: string | undefined) => parseAnnotation(text).projects.map(({ key }) => key)

describe('the annotation', () => {
  it.each([
    [undefined, []],
    ['', []],
    [' , ,', []],
    ['p1,p2', ['p1', 'p2']],
    ['p1, p2', ['p1', 'p2']],
    ['\tp1\n,p1 , P1,', ['p1', 'P1']],
    ['a.b-c_d', ['a.b-c_d']],
    ['team/p', ['p']],
    ['p,team/p', ['p']],
  ])('N31: %j names %j', (text, expected) => {
    expect(keys(text)).toEqual(expected)
    expect(parseAnnotation(text).faults).toEqual([])
  })

  it('N31: reports what can be no project one by one, and takes the rest', () => {
    const { projects, faults } = parseAnnotation('good,../x,__proto__,a b,p;q,a/b/c,A/p,.,also-good')
    expect(projects.map(({ key }) => key)).toEqual(['good', 'also-good'])
    expect(faults.map(({ code }) => code)).toEqual(Array(7).fill('NB101'))
    expect(faults.map(({ message }) => /^"[^"]*"/.exec(message)?.[0])).toEqual([
      '"../x"',
      '"__proto__"',
      '"a b"',
      '"p;q"',
      '"a/b/c"',
      '"A/p"',
      '"."',
    ])
    expect(faults[3]?.hint).toContain('p,q')
  })

  it('N31: shows hostile names cut short and without control characters', () => {
    const { faults } = parseAnnotation(`x\u001b[31m\n\u202e${'y'.repeat(5000)}`)
    expect(faults).toHaveLength(1)
    expect(faults[0]?.message.length).toBeLessThan(250)
    expect(faults[0]?.message).not.toMatch(/[\u0000-\u001f\u202e]/)
  })

  it('N31: 1,000 names', () => {
    const names = Array.from({ length: 1000 }, (_, index) => `p${index}`)
    expect(keys(names.join(','))).toEqual(names)
  })

  it('keeps the namespace of ns/project, and refuses two of one name', () => {
    expect(parseAnnotation('p,a/p').projects).toEqual([{ key: 'p', namespace: 'a' }])
    const { projects, faults } = parseAnnotation('a/p,b/p')
    expect(projects).toEqual([{ key: 'p', namespace: 'a' }])
    expect(faults).toMatchObject([{ code: 'NB102', message: expect.stringContaining('"a/p"') as string }])
  })
})
