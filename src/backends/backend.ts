import type { StorePlan } from '../feast/protocol.ts'
import type { StoreSpec } from '../spec/store-spec.ts'

/** Decides, once the plan is known, whether it may be carried out. Throws to stop with an error. */
export type Approve = (plan: StorePlan) => Promise<boolean>

export interface PlanOutcome {
  readonly plan: StorePlan
  /** True when fsop knew without Python that nothing has changed since the last apply. */
  readonly cached: boolean
}

export interface ApplyOutcome extends PlanOutcome {
  readonly changed: boolean
  /** False when {@link Approve} said no. */
  readonly approved: boolean
}

export interface CacheOption {
  /** False: do not trust what an earlier apply recorded. */
  readonly cache: boolean
}

/** Work that ends by itself, done by Feast: the driver's operation and its arguments (docs/driver-protocol.md). */
export interface TaskRequest {
  readonly op:
    'check' | 'materialize' | 'materialize_incremental' | 'push' | 'get_online_features' | 'get_historical_features'
  readonly title: string
  readonly args: Readonly<Record<string, unknown>>
}

export type ServerKind = 'serve' | 'serve-offline' | 'serve-registry' | 'ui'

export interface ServeRequest {
  readonly kind: ServerKind
  readonly host: string | undefined
  readonly port: number | undefined
  /** Passed on to Feast's own command. */
  readonly extra: readonly string[]
  readonly onReady: (url: string) => void
  readonly onLine: (line: string) => void
}

/**
 * A place where stores live. Every method throws FsopError for what the user can mend; none writes to the terminal
 * except through the progress that it was made with.
 */
export interface Backend {
  readonly name: string
  plan(spec: StoreSpec, options: CacheOption): Promise<PlanOutcome>
  apply(spec: StoreSpec, options: CacheOption & { approve: Approve }): Promise<ApplyOutcome>
  /** @returns the driver's result */
  runTask(spec: StoreSpec, task: TaskRequest): Promise<Readonly<Record<string, unknown>>>
  /** Runs a server until it ends or the session is stopped. */
  serve(spec: StoreSpec, request: ServeRequest): Promise<void>
  /** The command line that {@link serve} would run. */
  serveCommand(spec: StoreSpec, request: ServeRequest): readonly string[]
  status(spec: StoreSpec): Promise<Readonly<Record<string, unknown>>>
  destroy(spec: StoreSpec, approve: Approve): Promise<{ removed: boolean; plan: StorePlan }>
}
