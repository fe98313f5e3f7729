import { describe, expect, it } from 'vitest'
import { fileKind } from '../../../src/spec/file-kind.ts'

describe('fileKind', () => {
  it.each([
    ['spec', 'kind: operator\ntype: feature_store\n'],
    ['spec', 'kind: operator\n'],
    ['spec', '# comment\n---\nproject: a\nregistry: r.db\n'],
    ['spec', '\uFEFF"project" : a\r\nprovider: local\r\n'],
    ['spec', 'project: a\nonline_store: { type: [\n\tbroken'],
    ['spec', 'kind: operater\ntype: feature_store_marketplace\n'],
    ['spec', '  project: a\n  registry: r\n'],
    ['spec', '{project: a, registry: r}'],
    ['backend', 'kind: operator.local\ntype: python\n'],
    ['backend', 'kind: operator.locl\n'],
    ['backend', "kind: 'job'\nspec: {}\n"],
    ['backend', 'kind: dataflow\n'],
    ['backend', 'kind: marketplace.local\n'],
    ['manifest', 'apiVersion: feast.dev/v1\nkind: FeatureStore\n'],
    ['manifest', 'kind: Job\napiVersion: batch/v1\n'],
    ['manifest', '# first\n---\n---\nkind: Service\napiversion: v1\n'],
    ['manifest', '{"apiVersion": "v1", "kind": "List", "items": []}'],
    ['manifest', 'kind: FeatureStore\nmetadata:\n  name: a\n'],
    ['manifest', 'apiVersion: v1\nmetadata: {{ broken\n'],
    ['unknown', ''],
    ['unknown', 'services:\n  web:\n    project: a\n    apiVersion: v1\n'],
    ['unknown', '{"name": "a", "type": "module"}'],
    ['unknown', 'text without keys'],
    ['unknown', '- apiVersion: v1\n'],
  ] as const)('%s: %j', (wanted, text) => {
    expect(fileKind(text)).toBe(wanted)
  })

  it('takes no time for a large file', () => {
    const start = performance.now()
    expect(fileKind('x'.repeat(1_000_000))).toBe('unknown')
    expect(fileKind(' '.repeat(1_000_000))).toBe('unknown')
    expect(fileKind('a'.repeat(70) + ' '.repeat(60_000) + '\n"')).toBe('unknown')
    expect(fileKind('{'.repeat(64_000))).toBe('unknown')
    expect(performance.now() - start).toBeLessThan(500)
  })
})
