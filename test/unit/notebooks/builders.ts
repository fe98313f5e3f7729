import { FakeCluster } from './fake-cluster.ts'
import type { KubeObject } from '../../../src/kube/api.ts'
import { DEFAULT_NOTEBOOK_GVK, parseNotebookGvk } from '../../../src/notebooks/resources.ts'
import { syncOnce, type SyncReport, type SyncRequest } from '../../../src/usecases/notebook-sync.ts'

const gvk = parseNotebookGvk(DEFAULT_NOTEBOOK_GVK)
if (gvk === undefined) throw new Error('no GVK')
export const notebooks = {
  ...gvk,
  label: 'opendatahub.io/feast-integration',
  annotation: 'opendatahub.io/feast-config',
}

export function clientText(project: string, extra = ''): string {
  return `project: ${project}\nprovider: local\nregistry:\n  registry_type: remote\n  path: registry.example:443\n${extra}`
}

/** Puts a Notebook with the label in place. */
export function putNotebook(
  cluster: FakeCluster,
  name: string,
  annotation: string | undefined,
  {
    namespace = 'user',
    labels = { 'opendatahub.io/feast-integration': 'true' },
    uid,
    annotations,
  }: {
    namespace?: string
    labels?: Record<string, string>
    uid?: string
    annotations?: Record<string, string>
  } = {},
): KubeObject {
  return cluster.put('notebooks', {
    apiVersion: 'kubeflow.org/v1',
    kind: 'Notebook',
    metadata: {
      namespace,
      name,
      ...(uid === undefined ? {} : { uid }),
      labels,
      annotations: {
        ...(annotation === undefined ? {} : { 'opendatahub.io/feast-config': annotation }),
        ...annotations,
      },
    },
  })
}

/** Puts a Ready FeatureStore with its client ConfigMap in place. */
export function putStore(
  cluster: FakeCluster,
  name: string,
  project: string,
  {
    namespace = 'feast',
    text = clientText(project),
    labelled = true,
    status = {},
  }: { namespace?: string; text?: string | null; labelled?: boolean; status?: Record<string, unknown> } = {},
): void {
  cluster.put('featurestores', {
    apiVersion: 'feast.dev/v1',
    kind: 'FeatureStore',
    metadata: { namespace, name },
    spec: { feastProject: project },
    status: { phase: 'Ready', clientConfigMap: `feast-${name}-client`, applied: { feastProject: project }, ...status },
  })
  if (text !== null) putClient(cluster, name, text, { namespace, labelled })
}

export function putClient(
  cluster: FakeCluster,
  store: string,
  text: string,
  { namespace = 'feast', labelled = true }: { namespace?: string; labelled?: boolean } = {},
): void {
  cluster.put('configmaps', {
    kind: 'ConfigMap',
    metadata: {
      namespace,
      name: `feast-${store}-client`,
      labels: labelled ? { 'app.kubernetes.io/managed-by': 'feast-operator' } : {},
    },
    data: { 'feature_store.yaml': text },
  })
}

export async function run(cluster: FakeCluster, request: Partial<SyncRequest> = {}): Promise<SyncReport> {
  return syncOnce(
    {
      scope: { namespaces: undefined, storeNamespaces: undefined, only: undefined },
      notebooks,
      dryRun: false,
      adopt: false,
      forceConflicts: false,
      replaceImmutable: false,
      allowSecrets: false,
      events: false,
      requireCrd: false,
      workers: 8,
      ...request,
    },
    {
      api: cluster,
      now: () => new Date('2026-01-01T00:00:00Z'),
      warn: () => undefined,
      signal: new AbortController().signal,
    },
  )
}

export function codes(report: SyncReport): string[] {
  return report.outcomes.flatMap(({ faults }) => faults.map(({ code }) => code))
}
