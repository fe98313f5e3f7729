import type { Style } from './style.ts'
import { formatTable } from './table.ts'

/** The driver's answer to `status`: docs/driver-protocol.md. */
export interface StoreStatus extends Readonly<Record<string, unknown>> {
  readonly project: string
  readonly drift: boolean
  readonly objects: readonly { readonly kind: string; readonly name: string; readonly state: string }[]
}
export function formatStatus(status: StoreStatus, style: Style): string {
  return formatTable(status.objects, style)
}
