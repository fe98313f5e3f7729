import { describe, expect, it } from 'vitest'
import type { Diagnostic } from '../../../src/diagnostics/diagnostic.ts'
import { formatReport } from '../../../src/output/report.ts'

const diagnostics: Diagnostic[] = [
  {
    severity: 'error',
    code: 'FS201',
    message: 'unknown key "a<b>&\u0001"',
    why: '100% wrong',
    hint: 'remove it,\nor not',
    file: 'bad, one.yaml',
    line: 3,
    column: 5,
    endLine: 3,
    endColumn: 8,
  },
  {
    severity: 'warning',
    code: 'FS321',
    message: 'not set',
    file: 'bad, one.yaml',
    line: 9,
    column: 1,
    endLine: 10,
    endColumn: 2,
  },
]
const input = { files: ['bad, one.yaml', 'good.yaml'], diagnostics, version: '1.2.3' }

describe('github', () => {
  it('one command a problem, escaped, the end inclusive and only on one line', () => {
    expect(formatReport('github', input).split('\n')).toEqual([
      '::error file=bad%2C one.yaml,line=3,col=5,endColumn=7,title=FS201::unknown key "a<b>&\u0001"%0Awhy: 100%25 wrong%0Afix: remove it,%0Aor not',
      '::warning file=bad%2C one.yaml,line=9,endLine=10,col=1,title=FS321::not set',
    ])
  })
})

describe('junit', () => {
  it('a suite a file, a case a problem, and a passed case for a file without', () => {
    const xml = formatReport('junit', input)
    expect(xml).toContain('<testsuites name="fsop verify" tests="3" failures="1">')
    expect(xml).toContain('<testsuite name="bad, one.yaml" tests="2" failures="1">')
    expect(xml).toContain('<failure type="FS201" message="unknown key &quot;a&lt;b&gt;&amp;\uFFFD&quot;">')
    expect(xml).toContain('<testcase classname="good.yaml" name="valid"/>')
  })
})

describe('sarif', () => {
  it('a result a problem, with its rule and place', () => {
    const { version, runs } = JSON.parse(formatReport('sarif', input))
    expect(version).toBe('2.1.0')
    expect(runs[0].tool.driver).toMatchObject({
      name: 'fsop',
      semanticVersion: '1.2.3',
      rules: [{ id: 'FS201' }, { id: 'FS321' }],
    })
    expect(runs[0].columnKind).toBe('unicodeCodePoints')
    expect(runs[0].results[0]).toMatchObject({
      ruleId: 'FS201',
      level: 'error',
      locations: [
        {
          physicalLocation: {
            artifactLocation: { uri: 'bad,%20one.yaml' },
            region: { startLine: 3, startColumn: 5, endLine: 3, endColumn: 8 },
          },
        },
      ],
    })
    expect(runs[0].results[1].level).toBe('warning')
  })
})
