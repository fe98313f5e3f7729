import type { ManifestObject } from './manifest-object.ts'
import { kubeScalar } from './kube-value.ts'
import type { Schema } from './schema.ts'
import type { MapEntry, YamlNode } from '../spec/yaml/nodes.ts'

const text: Schema = { type: 'string' }
const texts: Schema = { type: 'object', additionalProperties: text }
const anything: Schema = { 'x-kubernetes-preserve-unknown-fields': true }

/** ObjectMeta of k8s.io/apimachinery (meta/v1/types.go). What a server fills in is allowed and not looked at. */
export const objectMeta: Schema = {
  type: 'object',
  properties: {
    annotations: texts,
    creationTimestamp: anything,
    deletionGracePeriodSeconds: anything,
    deletionTimestamp: anything,
    finalizers: { type: 'array', items: text },
    generateName: text,
    generation: anything,
    labels: texts,
    managedFields: anything,
    name: text,
    namespace: text,
    ownerReferences: {
      type: 'array',
      items: {
        type: 'object',
        required: ['apiVersion', 'kind', 'name', 'uid'],
        properties: {
          apiVersion: text,
          blockOwnerDeletion: { type: 'boolean' },
          controller: { type: 'boolean' },
          kind: text,
          name: text,
          uid: text,
        },
      },
    },
    resourceVersion: anything,
    selfLink: anything,
    uid: anything,
  },
}

/** A DNS-1123 subdomain: the names of most objects (apimachinery, util/validation). */
export function isSubdomain(name: string): boolean {
  return name.length <= 253 && /^[a-z0-9]([-a-z0-9]*[a-z0-9])?(\.[a-z0-9]([-a-z0-9]*[a-z0-9])?)*$/.test(name)
}

/** A DNS-1123 label: namespaces, volumes, containers. */
export function isDnsLabel(name: string): boolean {
  return name.length <= 63 && /^[a-z0-9]([-a-z0-9]*[a-z0-9])?$/.test(name)
}

const labelValue = /^(?:[A-Za-z0-9](?:[-A-Za-z0-9_.]*[A-Za-z0-9])?)?$/

function isQualifiedName(key: string): boolean {
  const [name = '', ...prefix] = key.split('/').toReversed()
  if (prefix.length > 1 || (prefix[0] !== undefined && !isSubdomain(prefix[0]))) return false
  return name.length <= 63 && name !== '' && labelValue.test(name)
}

/** Checks name, namespace, labels and annotations as the API server does, once their types are right (walk.ts). */
export function checkMetadata(object: ManifestObject): void {
  const { metadata, report } = object
  const refuse = (node: YamlNode, path: string, problem: string, why: string, hint: string) =>
    report.add(node.span, { code: 'KM109', message: `${path}: ${problem}`, why, hint, path })
  const named = (name: string) => {
    const value = metadata.get(name)?.value
    const plain = value?.kind === 'scalar' ? kubeScalar(value) : undefined
    return value !== undefined && typeof plain === 'string' ? { value, plain } : undefined
  }
  const name = named('name')
  if (!metadata.has('name') && !metadata.has('generateName')) {
    report.add(object.entries.get('metadata')?.key.span ?? object.root.span, {
      code: 'KM102',
      message: 'metadata.name is missing',
      why: 'every object needs a name',
      hint: 'add `name: …` under metadata',
      path: 'metadata.name',
    })
  }
  if (name && !isSubdomain(name.plain)) {
    const lower = name.plain.toLowerCase().replaceAll(/[^a-z0-9.-]+/g, '-')
    refuse(
      name.value,
      'metadata.name',
      `${JSON.stringify(name.plain)} is not a name of Kubernetes`,
      'a name has small letters, digits, "-" and ".", begins and ends with a letter or digit, and at most 253 characters',
      isSubdomain(lower) ? `for instance ${lower}` : 'shorten or correct it',
    )
  }
  const namespace = named('namespace')
  if (namespace && !isDnsLabel(namespace.plain)) {
    refuse(
      namespace.value,
      'metadata.namespace',
      `${JSON.stringify(namespace.plain)} is not a name of a namespace`,
      'it has small letters, digits and "-", begins and ends with a letter or digit, and at most 63 characters',
      'correct it',
    )
  }
  for (const [block, entries] of [
    ['labels', object.labels],
    ['annotations', object.annotations],
  ] as const) {
    for (const entry of entries) {
      const path = `metadata.${block}.${entry.name}`
      if (!isQualifiedName(block === 'annotations' ? entry.name.toLowerCase() : entry.name)) {
        refuse(
          entry.key,
          path,
          'this key is not allowed',
          'a key is a name of at most 63 characters, with an optional domain and "/" before it',
          'correct it',
        )
      }
      if (block === 'labels') checkLabelValue(entry, path, refuse)
    }
  }
}

function checkLabelValue(
  { value }: MapEntry,
  path: string,
  refuse: (node: YamlNode, path: string, problem: string, why: string, hint: string) => void,
) {
  const plain = value.kind === 'scalar' ? kubeScalar(value) : undefined
  if (typeof plain !== 'string' || (plain.length <= 63 && labelValue.test(plain))) return
  refuse(
    value,
    path,
    'the value of this label is not allowed',
    'it has letters, digits, "-", "_" and ".", begins and ends with a letter or digit, and at most 63 characters',
    'use an annotation for other texts',
  )
}
