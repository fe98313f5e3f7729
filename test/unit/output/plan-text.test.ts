import pc from 'picocolors'
import { expect, it } from 'vitest'
import type { StorePlan } from '../../../src/feast/protocol.ts'
import { formatCounts, formatPlan, hasChanges, hasDeletions } from '../../../src/output/plan-text.ts'

const plan: StorePlan = {
  project: 'fraud',
  feast_version: '0.67.0',
  objects: [
    { kind: 'entity', name: 'customer', action: 'unchanged' },
    { kind: 'feature_view', name: 'new', action: 'create' },
    {
      kind: 'feature_view',
      name: 'changed',
      action: 'update',
      changes: [
        { field: 'ttl', before: '1d', after: '2d' },
        { field: 'tags.team', before: null, after: 'risk' },
        { field: 'features.x', before: 'FLOAT', after: null },
      ],
    },
    { kind: 'feature_service', name: 'gone', action: 'delete' },
  ],
  infra: [{ kind: 'sqlite table', name: 'fraud_new', action: 'create' }],
  counts: { create: 1, update: 1, delete: 1, unchanged: 1 },
}

it('shows what changes, field by field', () => {
  expect(formatPlan(plan, pc.createColors(false))).toBe(
    [
      '  + feature_view new',
      '  ~ feature_view changed',
      '      ttl: 1d -> 2d',
      '      tags.team: + risk',
      '      features.x: - FLOAT',
      '  - feature_service gone',
      '  + sqlite table fraud_new',
    ].join('\n'),
  )
  expect(formatCounts(plan, 'future')).toBe('1 to create, 1 to update, 1 to delete')
})

it('knows a plan with changes, and one with deletions', () => {
  const quiet = { ...plan, infra: [], counts: { create: 0, update: 0, delete: 0, unchanged: 4 } }
  expect([hasChanges(plan), hasDeletions(plan)]).toEqual([true, true])
  expect([hasChanges(quiet), hasDeletions(quiet)]).toEqual([false, false])
  const table = { ...quiet, infra: [{ kind: 'sqlite table', name: 'old', action: 'delete' as const }] }
  expect([hasChanges(table), hasDeletions(table)]).toEqual([true, true])
})
