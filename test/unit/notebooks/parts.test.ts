import { describe, expect, it } from 'vitest'
import type { Decision } from '../../../src/notebooks/decide.ts'
import { labelValue } from '../../../src/notebooks/desired.ts'
import { diffOf } from '../../../src/notebooks/diff.ts'
import { parseDuration } from '../../../src/notebooks/duration.ts'
import { logLines } from '../../../src/notebooks/log-lines.ts'
import { checkNames } from '../../../src/notebooks/manifest-names.ts'
import { createMetrics } from '../../../src/notebooks/metrics.ts'
import { noClaims, type ConfigMapView } from '../../../src/notebooks/model.ts'
import { isOurs } from '../../../src/notebooks/ownership.ts'
import { diagnosticsOf } from '../../../src/notebooks/report-text.ts'
import { parseNotebookGvk } from '../../../src/notebooks/resources.ts'
import { createRestraint } from '../../../src/notebooks/restraint.ts'
import { parseAddress } from '../../../src/notebooks/status-server.ts'

const view = (over: Partial<ConfigMapView>): ConfigMapView => ({
  namespace: 'ns',
  name: 'nb-feast-config',
  uid: 'u',
  resourceVersion: '1',
  labels: {},
  owners: [],
  data: new Map(),
  sizes: new Map(),
  bytes: 0,
  isImmutable: false,
  isTerminating: false,
  claims: noClaims,
  clientText: undefined,
  ...over,
})

describe('whose a ConfigMap is', () => {
  const owners = [{ apiVersion: 'kubeflow.org/v1', kind: 'Notebook', name: 'nb', uid: 'x' }]
  const claims = { ...noClaims, isApplied: true }
  it.each([
    [true, { labels: { 'managed-by': 'feast-operator' }, owners }],
    [true, { labels: { 'app.kubernetes.io/managed-by': 'feast-operator' }, owners }],
    [true, { owners, claims }],
    [true, { labels: { 'managed-by': 'feast-operator' }, claims }],
    [false, { labels: { 'managed-by': 'feast-operator' } }],
    [false, { labels: { 'managed-by': 'helm' }, owners }],
    [false, { owners }],
    [false, { claims }],
    [false, { labels: { 'managed-by': 'feast-operator' }, owners: [{ ...owners[0], name: 'other' } as never] }],
  ])('%s: %j', (expected, over) => {
    expect(isOurs(view(over), 'nb', 'Notebook')).toBe(expected)
  })
})

it('label values keep to 63 characters and stay apart', () => {
  expect(labelValue('nb')).toBe('nb')
  expect(labelValue('a'.repeat(63))).toBe('a'.repeat(63))
  const long = [`${'a'.repeat(70)}x`, `${'a'.repeat(70)}y`, `${'a.'.repeat(40)}z`].map(labelValue)
  for (const value of long) expect(value).toMatch(/^[A-Za-z0-9]([-A-Za-z0-9_.]{0,61}[A-Za-z0-9])$/)
  expect(new Set(long).size).toBe(3)
})

describe('restraint', () => {
  const update = (text: string): Decision => ({
    action: 'update',
    existing: view({}),
    data: new Map([['p', { kind: 'text', text }]]),
    changes: [],
    handOver: [],
    faults: [],
  })
  const write = (restraint: ReturnType<typeof createRestraint>, text: string) => {
    const fault = restraint.check('k', update(text))
    if (fault === undefined) restraint.wrote('k')
    return fault?.code
  }

  it('N21: puts the same back twice a minute; something new at any time', () => {
    let now = 0
    const restraint = createRestraint(() => now)
    expect([1, 2, 3, 4].map(() => write(restraint, 'a'))).toEqual([undefined, undefined, undefined, 'NB306'])
    expect(write(restraint, 'b')).toBeUndefined()
    now += 61_000
    expect(write(restraint, 'b')).toBeUndefined()
  })

  it('N44: five writes at once, then two a second', () => {
    let now = 0
    const restraint = createRestraint(() => now)
    let writes = 0
    for (; now < 10_000; now += 10) {
      if (restraint.waitMs('k') > 0) continue
      expect(write(restraint, `text ${writes}`)).toBeUndefined()
      writes++
    }
    expect(writes).toBeGreaterThanOrEqual(23)
    expect(writes).toBeLessThanOrEqual(26)
    expect(restraint.waitMs('other')).toBe(0)
  })
})

it('a diff shows the lines that change, and no secret', () => {
  const decision: Decision = {
    action: 'update',
    existing: view({}),
    data: new Map([['p', { kind: 'text', text: 'project: p\npath: new\npassword: hunter2\nend: 1\n' }]]),
    changes: [{ what: 'q', verb: 'remove' }],
    handOver: [],
    faults: [],
  }
  expect(
    diffOf('ns/nb', decision, { p: 'project: p\npath: redis://u:hunter3@h\nend: 1\n', q: 'x: 1\n', mine: 'stays' }),
  ).toEqual([
    '--- ns/nb p',
    '+++ ns/nb p',
    ' project: p',
    '-path: redis://u:***@h',
    '+path: new',
    '+password: ***',
    ' end: 1',
    '--- ns/nb q',
    '+++ none',
    '-x: 1',
  ])
})

it('metrics in the form of Prometheus', () => {
  const metrics = createMetrics('x_')
  metrics.counter('a_total', 'A.').add({ code: 'q"\n\\' }, 2)
  metrics.gauge('b', 'B.', () => [[{}, 1.5]])
  metrics.histogram('c', 'C.').observe(0.3)
  const text = metrics.render()
  expect(text).toContain('# TYPE x_a_total counter\nx_a_total{code="q\\"\\n\\\\"} 2\n')
  expect(text).toContain('x_b 1.5\n')
  expect(text).toContain('x_c_bucket{le="0.25"} 0\nx_c_bucket{le="0.5"} 1\n')
  expect(text).toContain('x_c_count 1\n')
})

it('log lines stay one line each', () => {
  const lines: string[] = []
  const options = { debug: false, now: () => new Date(0) }
  logLines((line) => lines.push(line), { ...options, format: 'text' })('warn', 'a\nb\u001b[31m', {
    x: 'c d\n',
    stack: 's',
  })
  logLines((line) => lines.push(line), { ...options, format: 'json' })('info', 'a\nb', { n: 1 })
  logLines((line) => lines.push(line), { ...options, format: 'json' })('debug', 'not told')
  expect(lines).toEqual([
    '1970-01-01T00:00:00.000Z warn  a b [31m x="c d\\n"',
    '{"time":"1970-01-01T00:00:00.000Z","level":"info","message":"a\\nb","n":1}',
  ])
})

it('one diagnostic for a fault of many notebooks', () => {
  const outcome = (notebook: string) => ({
    notebook,
    uid: 'u',
    configMap: 'c',
    action: 'unchanged' as const,
    asked: [],
    projects: [],
    changes: [],
    faults: [{ code: 'NB203' as const, severity: 'warning' as const, message: 'store s is Failed' }],
  })
  expect(diagnosticsOf(['a/1', 'a/2', 'b/1', 'b/2', 'b/3'].map(outcome))).toMatchObject([
    { code: 'NB203', severity: 'warning', message: '5 notebooks (a/1, a/2, b/1 and 2 more): store s is Failed' },
  ])
})

describe('what flags take', () => {
  it.each([
    ['30s', 30_000],
    ['1m30s', 90_000],
    ['5', 5000],
    ['0.5s', 500],
  ])('time %s', (text, ms) => expect(parseDuration(text, '--timeout')).toBe(ms))
  it.each(['', '0s', 'soon', '-1s', '5x', '1000h'])('no time: %j', (text) =>
    expect(() => parseDuration(text, '--timeout')).toThrow(/--timeout/),
  )
  it.each([
    ['127.0.0.1:8081', { host: '127.0.0.1', port: 8081 }],
    [':8081', { host: '0.0.0.0', port: 8081 }],
    ['[::1]:0', { host: '::1', port: 0 }],
  ])('address %s', (text, expected) => expect(parseAddress(text)).toEqual(expected))
  it.each(['8081', 'a:b', '1.2.3.4:70000'])('no address: %s', (text) =>
    expect(() => parseAddress(text)).toThrow(/HOST:PORT/),
  )
  it('kinds of notebooks', () => {
    expect(parseNotebookGvk('kubeflow.org/v1/Notebook')).toMatchObject({
      group: 'kubeflow.org',
      version: 'v1',
      plural: 'notebooks',
    })
    expect(parseNotebookGvk('example.org/v1beta1/Desk/desks')).toMatchObject({ kind: 'Desk', plural: 'desks' })
    for (const text of ['Notebook', 'v1/Notebook', 'a/b/c', 'kubeflow.org/v1/Notebook/x/y'])
      expect(parseNotebookGvk(text)).toBeUndefined()
  })
  it.each([
    { namespace: 'a\nb' },
    { name: 'Upper' },
    { image: 'x y' },
    { schedule: '* * * *' },
    { schedule: '*/5 * * * *"\nkind: x' },
    { 'watch-namespace': ['ok', '../x'] },
  ])('manifests: refused: %j', (over) => {
    const flags = { namespace: 'fsop', name: 'fsop', image: 'r.example/fsop:1', schedule: '*/5 * * * *' }
    expect(() => checkNames(flags)).not.toThrow()
    expect(() => checkNames({ ...flags, ...over })).toThrow(/is not what Kubernetes takes/)
  })
})
