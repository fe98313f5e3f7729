import type { VariableReference } from './environment-variables.ts'

/** The parts of a feature store that a spec picks an implementation for. */
export const componentNames = [
  'registry',
  'online_store',
  'offline_store',
  'batch_engine',
  'auth',
  'feature_server',
] as const

export type ComponentName = (typeof componentNames)[number]

/** One component of a spec, as Feast will read it. */
export interface Component {
  /** Feast's type word, such as `redis`; the class path where the spec names a class. */
  readonly type: string
  /** The keys of its block, values as PyYAML reads them. */
  readonly settings: Readonly<Record<string, unknown>>
  /** True when the spec does not mention the component and Feast takes its default. */
  readonly isDefault: boolean
}

/** A feature_store.yaml without errors. */
export interface StoreSpec {
  /** As the user named it. */
  readonly file: string
  /** Absolute path of the file. */
  readonly path: string
  /** Absolute path of its folder: Feast's repository. */
  readonly folder: string
  readonly type: string
  readonly project: string
  readonly feastVersion: string
  readonly provider: string
  /** No entry where the spec switches a component off with null. */
  readonly components: Readonly<Partial<Record<ComponentName, Component>>>
  /** pip extras of Feast that the components need. */
  readonly extras: readonly string[]
  /** `spec.requirements`. */
  readonly requirements: readonly string[]
  readonly variables: readonly VariableReference[]
}
