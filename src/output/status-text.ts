import type { Style } from './style.ts'
import { formatTable } from './table.ts'

/** The driver's answer to `status`: docs/driver-protocol.md. */
export interface StoreStatus extends Readonly<Record<string, unknown>> {
  readonly project: string
  /** Whether there is a registry. */
  readonly registry: boolean
  readonly objects: readonly { readonly kind: string; readonly name: string; readonly state: string }[]
  readonly views: readonly ViewStatus[]
  readonly drift: boolean
}

interface ViewStatus {
  readonly name: string
  readonly last_materialized: string | null
  readonly table: { readonly present: boolean; readonly rows: number | null } | null
}

const stateWords: Readonly<Record<string, string>> = {
  in_sync: 'applied',
  changed: 'changed, not applied',
  only_in_repository: 'new, not applied',
  only_in_registry: 'in the registry only: apply would delete it',
}

/** Objects and whether they are applied, then how far each view is materialized, then the verdict. */
export function formatStatus({ project, registry, objects, views, drift }: StoreStatus, style: Style): string {
  const rows = objects.map(({ kind, name, state }) => ({ object: kind, name, state: stateWords[state] ?? state }))
  const loaded = views.map(({ name, last_materialized, table }) => ({
    'feature view': name,
    'materialized up to': last_materialized?.replace(/(\.\d+)?(\+00:00|Z)$/, 'Z') ?? 'never',
    'online rows': table === null ? null : table.present ? table.rows : 'no table',
  }))
  const verdict = !registry
    ? `${style.yellow('Not applied yet')}: project ${project} has no registry`
    : drift
      ? `${style.yellow('Drift')}: apply would change project ${project}`
      : `${style.green('In sync')}: project ${project} is as the definitions say`
  return [formatTable(rows, style), ...(loaded.length > 0 ? [formatTable(loaded, style)] : []), verdict].join('\n\n')
}
