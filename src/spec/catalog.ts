import type { ComponentName } from './store-spec.ts'

/** What fsop knows of one Feast version's configuration; generated, see docs/schema.md. */
export interface Catalog {
  readonly feastVersion: string
  readonly requiresPython: string
  /** pip extras that top-level blocks need, such as `mlflow`. */
  readonly blockExtras: Readonly<Record<string, readonly string[]>>
  readonly components: Readonly<Record<ComponentName, ComponentCatalog> & { provider: ProviderCatalog }>
}

export interface ComponentCatalog {
  /** The key that holds the type word: `type`, or `registry_type`. */
  readonly keyword: string
  readonly keywordRequired: boolean
  /** Type that Feast takes when none is given. */
  readonly default: string
  /** Whether a bare word may stand for the whole block. */
  readonly acceptsWord: boolean
  readonly acceptsNull: boolean
  /** What the name of a class of the user's own must end with; null where Feast takes none. */
  readonly classPathSuffix: string | null
  readonly types: Readonly<Record<string, TypeCatalog>>
  /** Classes of Feast itself that a spec may name by path. */
  readonly classPaths: Readonly<Record<string, ClassPathCatalog>>
}

export interface TypeCatalog {
  readonly class: string
  readonly configClass: string
  /** The word in the YAML, where the entry's own name differs from it. */
  readonly word?: string
  readonly extras: readonly string[]
  readonly allowsExtraKeys: boolean
  readonly description?: string
}

export interface ClassPathCatalog {
  /** The type word for the same class. */
  readonly type?: string
  /** Why Feast cannot load the class. */
  readonly broken?: string
  /** How Feast refuses a block whose type is this path; the bare path works. */
  readonly refused?: string
}

export interface ProviderCatalog {
  readonly default: string
  readonly classPathSuffix: string
  readonly types: Readonly<Record<string, { readonly class: string; readonly extras: readonly string[] }>>
}

/** Keys of one block: for did-you-mean, the words of type errors and the secrets. */
export type Keys = Readonly<Record<string, KeyInfo>>

export interface KeyInfo {
  /** In words, such as `integer`. */
  readonly type: string
  readonly nullable?: boolean
  /** The words that are allowed, where only some are. */
  readonly values?: readonly unknown[]
  /** The key that this one is another spelling of. */
  readonly aliasOf?: string
  /** The keys below, where the value is a mapping of known ones. */
  readonly keys?: Keys
  readonly required?: boolean
  readonly secret?: boolean
  readonly default?: unknown
  readonly description?: string
}
