import type { NotebookKind } from './desired.ts'
import type { Resource } from '../kube/api.ts'

export const configMaps: Resource = {
  group: '',
  version: 'v1',
  plural: 'configmaps',
  kind: 'ConfigMap',
  namespaced: true,
}
export const events: Resource = { group: '', version: 'v1', plural: 'events', kind: 'Event', namespaced: true }

const featureStoreOf = (version: string): Resource => ({
  group: 'feast.dev',
  version,
  plural: 'featurestores',
  kind: 'FeatureStore',
  namespaced: true,
})

export const featureStores = featureStoreOf('v1')

/** Preferred first. */
export const featureStoreVersions: readonly Resource[] = [featureStores, featureStoreOf('v1alpha1')]

/** A kind of Notebook, and the marks that integrated ones carry. */
export interface NotebookResource extends Resource {
  readonly label: string
  readonly annotation: string
}

export const DEFAULT_NOTEBOOK_GVK = 'kubeflow.org/v1/Notebook'

/**
 * Reads `group/version/Kind`, or `group/version/Kind/plural` where the plural is not the kind's small letters and an s.
 *
 * @returns undefined where the text has another form
 */
export function parseNotebookGvk(text: string): Resource | undefined {
  const match =
    /^([a-z0-9]([-a-z0-9]*[a-z0-9])?(?:\.[a-z0-9]([-a-z0-9]*[a-z0-9])?)*)\/(v[0-9][a-z0-9]*)\/([A-Z][A-Za-z0-9]*)(?:\/([a-z0-9]+))?$/.exec(
      text,
    )
  const [, group, , , version, kind, plural] = match ?? []
  if (group === undefined || version === undefined || kind === undefined) return undefined
  return { group, version, kind, plural: plural ?? `${kind.toLowerCase()}s`, namespaced: true }
}

export function notebookKind({ group, version, kind }: Resource): NotebookKind {
  return { apiVersion: `${group}/${version}`, kind }
}
