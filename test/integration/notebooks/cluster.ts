import { mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { setTimeout as sleep } from 'node:timers/promises'
import { isNotFound, type KubeObject, type Resource } from '../../../src/kube/api.ts'
import { connect, type ClusterConnection } from '../../../src/kube/connect.ts'
import {
  configMaps,
  DEFAULT_NOTEBOOK_GVK,
  featureStores as stores,
  parseNotebookGvk,
} from '../../../src/notebooks/resources.ts'
import { syncOnce, type SyncReport, type SyncRequest } from '../../../src/usecases/notebook-sync.ts'
import { startControlPlane, type ControlPlane, type ControlPlaneOptions } from '../../support/control-plane.ts'

const gvk = parseNotebookGvk(DEFAULT_NOTEBOOK_GVK)
if (gvk === undefined) throw new Error('no resource')
export const notebooks = {
  ...gvk,
  label: 'opendatahub.io/feast-integration',
  annotation: 'opendatahub.io/feast-config',
}

const resource = (group: string, version: string, plural: string, kind: string, namespaced = true): Resource => ({
  group,
  version,
  plural,
  kind,
  namespaced,
})
export const namespaces = resource('', 'v1', 'namespaces', 'Namespace', false)
export const events = resource('', 'v1', 'events', 'Event')
export const crds = resource(
  'apiextensions.k8s.io',
  'v1',
  'customresourcedefinitions',
  'CustomResourceDefinition',
  false,
)
/** Everything that the printed manifests have. */
const manifestKinds: readonly Resource[] = [
  namespaces,
  resource('', 'v1', 'serviceaccounts', 'ServiceAccount'),
  resource('rbac.authorization.k8s.io', 'v1', 'clusterroles', 'ClusterRole', false),
  resource('rbac.authorization.k8s.io', 'v1', 'clusterrolebindings', 'ClusterRoleBinding', false),
  resource('rbac.authorization.k8s.io', 'v1', 'roles', 'Role'),
  resource('rbac.authorization.k8s.io', 'v1', 'rolebindings', 'RoleBinding'),
  resource('apps', 'v1', 'deployments', 'Deployment'),
  resource('batch', 'v1', 'cronjobs', 'CronJob'),
  resource('policy', 'v1', 'poddisruptionbudgets', 'PodDisruptionBudget'),
  resource('networking.k8s.io', 'v1', 'networkpolicies', 'NetworkPolicy'),
]

export function resourceOf({ apiVersion, kind }: KubeObject): Resource {
  const found = manifestKinds.find(
    (one) => one.kind === kind && (one.group === '' ? one.version : `${one.group}/${one.version}`) === apiVersion,
  )
  if (found === undefined) throw new Error(`no resource for ${apiVersion} ${kind}`)
  return found
}

/** A CRD that takes anything: what is tested is notebook-sync, not the schema. */
export function crd(group: string, plural: string, kind: string, versions: readonly string[]): KubeObject {
  return {
    apiVersion: 'apiextensions.k8s.io/v1',
    kind: 'CustomResourceDefinition',
    metadata: { name: `${plural}.${group}` },
    spec: {
      group,
      scope: 'Namespaced',
      names: { plural, singular: kind.toLowerCase(), kind, listKind: `${kind}List` },
      versions: versions.map((name, index) => ({
        name,
        served: true,
        storage: index === 0,
        schema: { openAPIV3Schema: { type: 'object', 'x-kubernetes-preserve-unknown-fields': true } },
      })),
    },
  }
}

export const notebookCrd = crd('kubeflow.org', 'notebooks', 'Notebook', ['v1'])
export const featureStoreCrd = crd('feast.dev', 'featurestores', 'FeatureStore', ['v1', 'v1alpha1'])

export function clientText(project: string, extra = ''): string {
  return `project: ${project}\nprovider: local\nregistry:\n  registry_type: remote\n  path: registry.feast:443\n${extra}`
}

/** A real cluster with the CRDs, a namespace for stores, and what tests do in it. */
export class Cluster {
  readonly plane: ControlPlane
  readonly api: ClusterConnection
  readonly #folder = mkdtempSync(join(tmpdir(), 'fsop-notebooks-'))
  #count = 0

  private constructor(plane: ControlPlane, api: ClusterConnection) {
    this.plane = plane
    this.api = api
  }

  static async start(options: ControlPlaneOptions & { readonly withCrds?: boolean } = {}): Promise<Cluster> {
    const plane = await startControlPlane(options)
    const api = await connect({ kubeconfig: plane.kubeconfig, env: {}, userAgent: 'test' })
    const cluster = new Cluster(plane, api)
    if (options.withCrds !== false) {
      await cluster.install(notebookCrd, notebooks)
      await cluster.install(featureStoreCrd, stores)
    }
    await cluster.makeNamespace('feast')
    return cluster
  }

  async stop(): Promise<void> {
    this.api.close()
    await this.plane.stop()
    rmSync(this.#folder, { recursive: true, force: true })
  }

  async install(definition: KubeObject, served: Resource): Promise<void> {
    await this.api.apply(crds, definition)
    await until(async () =>
      (await this.api.served(served.group)).some(({ plurals }) => plurals.includes(served.plural)),
    )
    await until(() =>
      this.api.list(served).then(
        () => true,
        () => false,
      ),
    )
  }

  async makeNamespace(name = `ns-${++this.#count}`): Promise<string> {
    await this.api.apply(namespaces, { apiVersion: 'v1', kind: 'Namespace', metadata: { name } })
    return name
  }

  async putNotebook(
    namespace: string,
    name: string,
    annotation: string | undefined,
    label: string | null = 'true',
  ): Promise<KubeObject> {
    return this.api.apply(
      notebooks,
      {
        apiVersion: 'kubeflow.org/v1',
        kind: 'Notebook',
        metadata: {
          namespace,
          name,
          labels: label === null ? {} : { [notebooks.label]: label },
          annotations: annotation === undefined ? {} : { [notebooks.annotation]: annotation },
        },
        spec: { template: {} },
      },
      { fieldManager: 'author', force: true },
    )
  }

  /** A Ready FeatureStore and its client ConfigMap, as the operator leaves them. */
  async putStore(
    name: string,
    project: string,
    { namespace = 'feast', text = clientText(project), phase = 'Ready' } = {},
  ): Promise<void> {
    await this.putClient(name, text, namespace)
    await this.api.apply(
      stores,
      {
        apiVersion: 'feast.dev/v1',
        kind: 'FeatureStore',
        metadata: { namespace, name },
        spec: { feastProject: project },
        status: { phase, clientConfigMap: `feast-${name}-client`, applied: { feastProject: project } },
      },
      { fieldManager: 'manager', force: true },
    )
  }

  async putClient(store: string, text: string, namespace = 'feast', isLabelled = true): Promise<void> {
    await this.api.apply(
      configMaps,
      {
        apiVersion: 'v1',
        kind: 'ConfigMap',
        metadata: {
          namespace,
          name: `feast-${store}-client`,
          ...(isLabelled ? { labels: { 'app.kubernetes.io/managed-by': 'feast-operator' } } : {}),
        },
        data: { 'feature_store.yaml': text },
      },
      { fieldManager: 'manager', force: true },
    )
  }

  async deleteStore(name: string, namespace = 'feast'): Promise<void> {
    await this.api.delete(stores, { namespace, name })
  }

  async configMap(namespace: string, notebook: string): Promise<KubeObject | undefined> {
    try {
      return await this.api.get(configMaps, { namespace, name: `${notebook}-feast-config` })
    } catch (error) {
      if (isNotFound(error)) return undefined
      throw error
    }
  }

  async data(namespace: string, notebook: string): Promise<Record<string, string> | undefined> {
    const object = await this.configMap(namespace, notebook)
    return object && ((object['data'] ?? {}) as Record<string, string>)
  }

  /** Writes as an editor does: by an update, under its own field manager. */
  async edit(namespace: string, notebook: string, change: (object: KubeObject) => KubeObject): Promise<void> {
    const object = await this.configMap(namespace, notebook)
    if (object === undefined) throw new Error(`no ConfigMap of ${notebook}`)
    await this.api.update(configMaps, change(object))
  }

  async sync(request: Partial<SyncRequest> = {}, api: ClusterConnection = this.api): Promise<SyncReport> {
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
      { api, now: () => new Date(), warn: () => undefined, signal: new AbortController().signal },
    )
  }

  /** A kubeconfig of a service account, with a token from the API server. */
  async kubeconfigOf(namespace: string, account: string): Promise<string> {
    const secrets = resource('', 'v1', 'secrets', 'Secret')
    const at = { namespace, name: `${account}-token` }
    await this.api.apply(secrets, {
      apiVersion: 'v1',
      kind: 'Secret',
      type: 'kubernetes.io/service-account-token',
      metadata: { ...at, annotations: { 'kubernetes.io/service-account.name': account } },
    })
    let token = ''
    await until(async () => {
      const { data } = (await this.api.get<KubeObject>(secrets, at)) as { data?: { token?: string } }
      token = Buffer.from(data?.token ?? '', 'base64').toString()
      return token !== ''
    })
    const config = JSON.parse(readFileSync(this.plane.kubeconfig, 'utf8')) as {
      users: { user: unknown }[]
      contexts: { context: { namespace?: string } }[]
    }
    for (const entry of config.users) entry.user = { token }
    for (const entry of config.contexts) entry.context.namespace = namespace
    const file = join(this.#folder, `${account}-${++this.#count}.json`)
    writeFileSync(file, JSON.stringify(config), { mode: 0o600 })
    return file
  }
}

/** Waits until something holds; fails after a time. */
export async function until(holds: () => Promise<boolean> | boolean, timeoutMs = 15_000): Promise<number> {
  const startedAt = performance.now()
  while (!(await holds())) {
    if (performance.now() - startedAt > timeoutMs)
      throw new Error(`did not come about within ${timeoutMs} ms: ${String(holds)}`)
    await sleep(20)
  }
  return performance.now() - startedAt
}
