import { checkObject } from './check-object.ts'
import { valueAt } from './kube-value.ts'
import { entriesOf, textOf, type ManifestObject } from './manifest-object.ts'
import { isSubdomain } from './metadata.ts'
import type { KindSchema } from './schema.ts'
import { checkSecretLiterals } from './secret-literals.ts'
import { projectNameProblem } from '../spec/project-name.ts'
import { findNode } from '../spec/yaml/find-node.ts'
import type { YamlNode } from '../spec/yaml/nodes.ts'

/** Loaded when a file has such an object: they are large. */
const schemas: Readonly<Record<string, () => Promise<{ readonly default: unknown }>>> = {
  v1: () => import('./schema/featurestore.v1.ts'),
  v1alpha1: () => import('./schema/featurestore.v1alpha1.ts'),
}

export const featureStoreVersions = Object.keys(schemas)

/** A FeatureStore of Feast's operator: the schema of its CRD, and what the CRD accepts and the operator or Feast does not. */
export async function checkFeatureStore(object: ManifestObject): Promise<void> {
  const schema = (await schemas[object.version]?.())?.default as KindSchema | undefined
  if (schema === undefined) throw new Error(`no schema of FeatureStore ${object.version}`)
  checkObject(object, schema)
  if (schema.onlyInStorageVersion.length > 0) warnOfOldVersion(object, schema)
  checkProject(object)
  checkName(object)
  checkReferences(object)
  checkVolumeMounts(object)
  checkSecretLiterals(object)
}

/** The CRD serves v1alpha1 without conversion: a write through it drops what only v1 knows. */
function warnOfOldVersion(
  { apiVersion, report }: ManifestObject,
  { onlyInStorageVersion, group, storageVersion }: KindSchema,
) {
  const fields = onlyInStorageVersion.map(({ path, value }) => (value === undefined ? path : `${path}: ${value}`))
  report.add(apiVersion.value.span, {
    severity: 'warning',
    code: 'KM110',
    message: `${textOf(apiVersion.value)} is deprecated, and writing through it loses fields of ${group}/${storageVersion}`,
    why: `an update through it drops from a stored object what it does not know: ${fields.join(', ')}`,
    hint: `write \`apiVersion: ${group}/${storageVersion}\`; every field of this version is there, with the same meaning`,
    path: 'apiVersion',
  })
}

/** The CRD takes hyphens and a digit first; Feast, which gets the name from the operator, has its own rule. */
function checkProject({ spec, report }: ManifestObject) {
  const node = entriesOf(spec?.value).get('feastProject')?.value
  const name = textOf(node)
  // What the CRD refuses is reported already.
  if (node === undefined || name === undefined || !/^[A-Za-z0-9][A-Za-z0-9_-]*$/.test(name)) return
  const problem = projectNameProblem(name)
  if (problem === undefined) return
  report.add(node.span, {
    code: 'KM111',
    message: problem.message,
    why: `${problem.why}: the API server accepts it, and the pods of the store then fail at start`,
    hint: problem.hint,
    path: 'spec.feastProject',
  })
}

/** The operator names Services `feast-NAME-registry` and the like, and Services have DNS-1035 labels as names. */
function checkName({ name, metadata, report }: ManifestObject) {
  const node = metadata.get('name')?.value
  if (node === undefined || name === undefined || !isSubdomain(name)) return
  const longest = 63 - 'feast--registry'.length
  const problem = name.includes('.')
    ? 'it has a dot'
    : name.length > longest
      ? `it is longer than ${longest} characters`
      : undefined
  if (problem === undefined) return
  report.add(node.span, {
    severity: 'warning',
    code: 'KM115',
    message: `metadata.name: no Service can be named after this: ${problem}`,
    why: `the operator makes Services named feast-${name.slice(0, 20)}${name.length > 20 ? '…' : ''}-registry and the like, and the API server refuses those`,
    hint: `use letters, digits and hyphens, at most ${longest}`,
    path: 'metadata.name',
  })
}

/** Fields that name another object by `name`. The CRDs default that to "", so that leaving it out is found only later. */
const referenceField = /^(?:secretRef|configMapRef|secretKeyRef|configMapKeyRef|feastRef|ref|\w+SecretRef)$/

function checkReferences(object: ManifestObject) {
  const { report, spec, name: own } = object
  const look = (node: YamlNode, path: string) => {
    if (node.kind === 'seq') node.items.forEach((item, index) => look(item, `${path}.${index}`))
    if (node.kind !== 'map') return
    for (const { name: field, key, value } of node.entries) {
      const place = `${path}.${field}`
      if (referenceField.test(field) && value.kind === 'map') {
        const target = value.entries.find((entry) => entry.name === 'name')?.value
        const text = target === undefined ? '' : textOf(target)
        if (text !== undefined && !isSubdomain(text)) {
          report.add(target?.span ?? key.span, {
            code: 'KM112',
            message:
              text === ''
                ? `${place} names nothing`
                : `${place}.name: ${JSON.stringify(text)} is not a name of Kubernetes`,
            why:
              text === ''
                ? 'the API server takes a reference without a name, and the operator fails on it later'
                : 'a name has small letters, digits, "-" and ".", and begins and ends with a letter or digit',
            hint: text === '' ? 'add `name: …`' : 'write the name of the object as `kubectl get` shows it',
            path: `${place}.name`,
          })
        }
        if (field === 'feastRef' && text !== undefined && text === own && isSameNamespace(object, value)) {
          report.add(target?.span ?? key.span, {
            code: 'KM112',
            message: `${place} names this FeatureStore itself`,
            why: 'a remote registry is that of another FeatureStore',
            hint: 'name the other one, or use registry.local',
            path: `${place}.name`,
          })
        }
      }
      look(value, place)
    }
  }
  if (spec) look(spec.value, 'spec')
}

function isSameNamespace({ metadata }: ManifestObject, reference: YamlNode): boolean {
  const other = textOf(entriesOf(reference).get('namespace')?.value)
  return other === undefined || other === textOf(metadata.get('namespace')?.value)
}

/** Where containers mount volumes of `services.volumes`. */
const servers = [
  ['services', 'offlineStore', 'server'],
  ['services', 'onlineStore', 'server'],
  ['services', 'registry', 'local', 'server'],
  ['services', 'ui'],
]

/** Volumes that the operator itself adds are named `feast-…`. */
function checkVolumeMounts({ spec, specValue, report }: ManifestObject) {
  if (spec === undefined) return
  const volumes = valueAt(specValue, 'services', 'volumes')
  const names = Array.isArray(volumes)
    ? volumes.map((volume) => valueAt(volume, 'name')).filter((name) => typeof name === 'string')
    : []
  const known = new Set(names)
  for (const server of servers) {
    const mounts = findNode(spec.value, [...server, 'volumeMounts'])?.value
    if (mounts?.kind !== 'seq') continue
    for (const [index, mount] of mounts.items.entries()) {
      const node = entriesOf(mount).get('name')?.value
      const name = textOf(node)
      if (node === undefined || name === undefined || name.startsWith('feast-') || known.has(name)) continue
      report.add(node.span, {
        severity: 'warning',
        code: 'KM113',
        message: `no volume is named ${JSON.stringify(name)}`,
        why: 'the API server refuses a Deployment whose container mounts a volume that the pod does not have',
        hint:
          names.length > 0 ? `the volumes are: ${names.slice(0, 10).join(', ')}` : 'add it to spec.services.volumes',
        path: `spec.${[...server, 'volumeMounts', index, 'name'].join('.')}`,
      })
    }
  }
}
