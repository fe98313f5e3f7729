/** Lines that the Python driver writes: docs/driver-protocol.md. */
export type DriverEvent =
  | { event: 'phase'; phase: string; title: string }
  | { event: 'log'; level: 'info' | 'warning'; message: string; file?: string; line?: number }
  | { event: 'plan'; plan: StorePlan }
  | { event: 'ask'; ask: string }
  | ({ event: 'progress' } & ViewProgress)
  | { event: 'result'; result: Record<string, unknown> }
  | { event: 'error'; error: DriverError }

export interface DriverError {
  readonly code: string
  readonly message: string
  readonly why?: string | null
  readonly hint?: string | null
  readonly file?: string | null
  readonly line?: number | null
  readonly column?: number | null
  readonly user_frames?: readonly { file: string; line: number; function: string; text: string }[]
  readonly traceback?: string | null
}

export type PlanAction = 'create' | 'update' | 'delete' | 'unchanged'

/** What an apply would do. */
export interface StorePlan {
  readonly project: string
  readonly feast_version: string
  readonly objects: readonly PlannedObject[]
  readonly infra: readonly { kind: string; name: string; action: PlanAction }[]
  readonly counts: Readonly<Record<PlanAction, number>>
}

export interface PlannedObject {
  readonly kind: string
  readonly name: string
  readonly action: PlanAction
  readonly changes?: readonly FieldChange[]
}

export interface FieldChange {
  readonly field: string
  readonly before: unknown
  readonly after: unknown
}

export interface ViewProgress {
  readonly view: string
  readonly index: number
  readonly count: number
  readonly rows?: number | null
  readonly start?: string | null
  readonly end?: string | null
  readonly state: string
}
