/** What the walk understands of a CustomResourceDefinition's schema; scripts/generate-manifest-schema.mjs writes it. */
export interface Schema {
  readonly $ref?: string
  readonly type?: 'object' | 'array' | 'string' | 'integer' | 'number' | 'boolean'
  readonly description?: string
  readonly enum?: readonly unknown[]
  readonly pattern?: string
  /** What {@link pattern} means, for messages. */
  readonly patternWords?: string
  readonly minLength?: number
  readonly maxLength?: number
  readonly minimum?: number
  readonly maximum?: number
  readonly properties?: Readonly<Record<string, Schema>>
  readonly required?: readonly string[]
  readonly additionalProperties?: boolean | Schema
  readonly items?: Schema
  readonly minItems?: number
  readonly 'x-kubernetes-int-or-string'?: boolean
  readonly 'x-kubernetes-preserve-unknown-fields'?: boolean
  /** Items that agree in these keys are duplicates; none: items that are equal. */
  readonly 'x-kubernetes-list-map-keys'?: readonly string[]
  readonly 'x-kubernetes-validations'?: readonly CelRule[]
}

/** A rule in CEL (Common Expression Language), evaluated by cel-rules.ts. */
export interface CelRule {
  readonly rule: string
  readonly message?: string
}

export type Definitions = Readonly<Record<string, Schema>>

/** One version of a kind: a file in `schema/`. */
export interface KindSchema {
  readonly group: string
  readonly kind: string
  readonly version: string
  readonly storageVersion: string
  /** Fields, and words of a field, that the storage version has and this one has not. */
  readonly onlyInStorageVersion: readonly { readonly path: string; readonly value?: string }[]
  readonly spec: Schema
  readonly $defs: Definitions
}
