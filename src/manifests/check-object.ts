import type { ManifestObject } from './manifest-object.ts'
import { checkMetadata, objectMeta } from './metadata.ts'
import type { KindSchema, Schema } from './schema.ts'
import { walk } from './walk.ts'

/** The part of a {@link KindSchema} that a check needs; the rest has defaults. */
export type ObjectSchema = Pick<KindSchema, 'spec'> & Partial<KindSchema>

const anything: Schema = { 'x-kubernetes-preserve-unknown-fields': true }

/**
 * Checks an object against the schema of its kind, and its metadata. `status` is not looked at: the API server drops it
 * from what users write.
 */
export function checkObject(object: ManifestObject, schema: ObjectSchema): void {
  const group = schema.group ?? ''
  const root: Schema = {
    type: 'object',
    required: ['spec'],
    properties: { apiVersion: anything, kind: anything, metadata: objectMeta, spec: schema.spec, status: anything },
  }
  walk(
    object.root,
    root,
    { path: '', key: object.entries.get('kind')?.value.span ?? object.root.span },
    {
      report: object.report,
      $defs: schema.$defs ?? {},
      secrets: object.secrets,
      title: `${object.kind} ${group}/${object.version}`,
      onlyInStorageVersion: schema.onlyInStorageVersion ?? [],
      storageVersion: `${group}/${schema.storageVersion ?? object.version}`,
    },
  )
  checkMetadata(object)
}

/** Checks the metadata alone, of a kind whose schema fsop does not have. */
export function checkObjectMeta(object: ManifestObject): void {
  const metadata = object.entries.get('metadata')
  if (metadata !== undefined) {
    walk(
      metadata.value,
      objectMeta,
      { path: 'metadata', key: metadata.key.span },
      {
        report: object.report,
        $defs: {},
        secrets: object.secrets,
        title: object.kind,
        onlyInStorageVersion: [],
        storageVersion: '',
      },
    )
  }
  checkMetadata(object)
}
