import type { KubeObject, Resource } from '../../src/kube/api.ts'

export const CONFIG_MAPS: Resource = {
  group: '',
  version: 'v1',
  plural: 'configmaps',
  kind: 'ConfigMap',
  namespaced: true,
}

/** A ConfigMap of namespace `team` in a state. */
export function configMap(
  name: string,
  resourceVersion: number | string,
  fields: Partial<KubeObject> = {},
): KubeObject {
  return {
    apiVersion: 'v1',
    kind: 'ConfigMap',
    metadata: { name, namespace: 'team', uid: `uid-${name}`, resourceVersion: String(resourceVersion) },
    ...fields,
  }
}

/** The answer to a list. */
export function listOf(resourceVersion: number | string, items: readonly KubeObject[], more = ''): unknown {
  return {
    kind: 'ConfigMapList',
    apiVersion: 'v1',
    metadata: { resourceVersion: String(resourceVersion), ...(more === '' ? {} : { continue: more }) },
    items,
  }
}

export const bookmark = (resourceVersion: number | string): KubeObject => ({
  apiVersion: 'v1',
  kind: 'ConfigMap',
  metadata: { name: '', resourceVersion: String(resourceVersion) },
})

/** The object of an ERROR event. */
export const statusObject = (code: number, reason: string): unknown => ({
  kind: 'Status',
  apiVersion: 'v1',
  metadata: {},
  status: 'Failure',
  message: `watch refused with ${code}`,
  reason,
  code,
})
