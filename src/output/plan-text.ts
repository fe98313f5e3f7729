import type { Style } from './style.ts'
import type { FieldChange, PlanAction, PlannedObject, StorePlan } from '../feast/protocol.ts'

const signs: Readonly<Record<PlanAction, string>> = { create: '+', update: '~', delete: '-', unchanged: ' ' }

/** Whether an apply of the plan would change anything. */
export function hasChanges({ counts, infra }: StorePlan): boolean {
  return counts.create + counts.update + counts.delete > 0 || infra.some(({ action }) => action !== 'unchanged')
}

/** Whether an apply of the plan would delete anything. */
export function hasDeletions({ counts, infra }: StorePlan): boolean {
  return counts.delete > 0 || infra.some(({ action }) => action === 'delete')
}

/** A plan for people: one line an object, the changed fields below it. */
export function formatPlan(plan: StorePlan, style: Style): string {
  const paint = { create: style.green, update: style.yellow, delete: style.red, unchanged: style.dim }
  const lines = plan.objects
    .filter(({ action }) => action !== 'unchanged')
    .flatMap((object) => [
      paint[object.action](`  ${signs[object.action]} ${object.kind} ${object.name}`),
      ...fieldLines(object, style),
    ])
  const infra = plan.infra
    .filter(({ action }) => action !== 'unchanged')
    .map(({ kind, name, action }) => paint[action](`  ${signs[action]} ${kind} ${name}`))
  return [...lines, ...infra].join('\n')
}

/** `2 to create, 1 to update`, or in the past tense after the work. */
export function formatCounts({ counts }: StorePlan, tense: 'future' | 'past'): string {
  const words: readonly (readonly [PlanAction, string])[] =
    tense === 'future'
      ? [
          ['create', 'to create'],
          ['update', 'to update'],
          ['delete', 'to delete'],
        ]
      : [
          ['create', 'created'],
          ['update', 'updated'],
          ['delete', 'deleted'],
        ]
  const parts = words.filter(([action]) => counts[action] > 0).map(([action, word]) => `${counts[action]} ${word}`)
  return parts.length > 0 ? parts.join(', ') : 'stores only'
}

function fieldLines({ action, changes = [] }: PlannedObject, style: Style): string[] {
  if (action !== 'update') return []
  return changes.map(({ field, before, after }: FieldChange) => {
    if (before === null || before === undefined) return `      ${field}: ${style.green(`+ ${show(after)}`)}`
    if (after === null || after === undefined) return `      ${field}: ${style.red(`- ${show(before)}`)}`
    return `      ${field}: ${style.red(show(before))} -> ${style.green(show(after))}`
  })
}

function show(value: unknown): string {
  const text = typeof value === 'string' ? value : JSON.stringify(value)
  const line = text.replaceAll(/\s*\n\s*/g, ' ⏎ ')
  return line.length > 120 ? `${line.slice(0, 117)}...` : line
}
