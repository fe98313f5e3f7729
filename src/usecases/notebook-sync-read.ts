import type { Diagnostic } from '../diagnostics/diagnostic.ts'
import { FsopError, withDocs } from '../diagnostics/errors.ts'
import { ExitCode } from '../diagnostics/exit-codes.ts'
import { type ApiError, isForbidden, isNotFound, type KubeApi, isApiError } from '../kube/api.ts'
import { keyOf, type ConfigMapView, type FeatureStore, type Key, type Notebook } from '../notebooks/model.ts'
import { configMapName } from '../notebooks/names.ts'
import {
  configMapOf,
  projectConfigMap,
  projectFeatureStore,
  projectNotebook,
  type Projected,
} from '../notebooks/projections.ts'
import { configMaps, featureStoreVersions, type NotebookResource } from '../notebooks/resources.ts'
import { roleYaml, type Right } from '../notebooks/rights.ts'
import { CONFIG_MAP_SELECTORS, notebookSelector, type Snapshot } from '../notebooks/snapshot.ts'
import { readConfigMap } from '../notebooks/write.ts'

/** Which part of the cluster. No namespaces means all of them. */
export interface Scope {
  readonly namespaces: readonly string[] | undefined
  /** Where FeatureStores are looked for; all namespaces unless told, and the notebooks' own where that is not allowed. */
  readonly storeNamespaces: readonly string[] | undefined
  /** One notebook alone. */
  readonly only: { readonly namespace: string; readonly name: string } | undefined
}

export interface ClusterRead {
  readonly snapshot: Snapshot
  /** What could not be read and did not stop the rest. */
  readonly problems: readonly Diagnostic[]
  /** The API server knows no Notebooks: there is nothing to do. */
  readonly hasNotebooks: boolean
}

type ReadApi = Pick<KubeApi, 'list' | 'get'>

/**
 * Reads what a run needs in a few lists: the integrated Notebooks, the ConfigMaps of notebook-sync and the Feast operator,
 * the FeatureStores.
 *
 * @param rights shown where one is missing
 * @throws FsopError `NB403` (exit 4) when nothing may be read, `NB404` when the API server cannot be reached or fails
 */
export async function readCluster(
  api: ReadApi,
  { scope, notebooks, rights }: { scope: Scope; notebooks: NotebookResource; rights: readonly Right[] },
): Promise<ClusterRead> {
  const places = scope.only === undefined ? (scope.namespaces ?? [undefined]) : [scope.only.namespace]
  const [perPlace, stores, clients] = await Promise.all([
    Promise.all(places.map((namespace) => readPlace(api, { namespace, notebooks, scope, rights }))),
    readStores(api, { scope, places, rights }),
    readClients(api, scope, places),
  ])
  const problems = [...perPlace.flatMap(({ problem }) => (problem === undefined ? [] : [problem])), ...stores.problems]
  const readable = perPlace.filter(({ problem }) => problem === undefined)
  const first = perPlace.find(({ problem }) => problem !== undefined)
  if (readable.length === 0 && first?.problem !== undefined) throw failure(first.problem, first.error, problems)
  const byKey = <T extends { namespace: string; name: string }>(items: readonly T[]): ReadonlyMap<Key, T> =>
    new Map(items.map((item) => [keyOf(item), item]))
  return {
    hasNotebooks: readable.some(({ isServed }) => isServed),
    problems,
    snapshot: {
      notebooks: byKey(readable.flatMap((place) => place.notebooks)),
      configMaps: byKey([...clients, ...readable.flatMap((place) => place.configMaps)]),
      stores: stores.stores,
      gap: stores.gap,
    },
  }
}

/** Client ConfigMaps of namespaces that hold FeatureStores alone; what cannot be listed is read by name later. */
async function readClients(
  api: ReadApi,
  { only, storeNamespaces = [] }: Scope,
  places: readonly (string | undefined)[],
): Promise<readonly ConfigMapView[]> {
  if (only !== undefined || places.includes(undefined)) return []
  const [labelSelector] = CONFIG_MAP_SELECTORS
  const others = storeNamespaces.filter((namespace) => !places.includes(namespace))
  const lists = await Promise.all(
    others.map((namespace) =>
      listConfigMaps(api, namespace, labelSelector).catch((error: unknown) => {
        if (isApiError(error)) return []
        throw error
      }),
    ),
  )
  // Our own of those namespaces are not asked about.
  return lists.flat().filter(({ clientText }) => clientText !== undefined)
}

interface Place {
  readonly isServed: boolean
  readonly notebooks: readonly Notebook[]
  readonly configMaps: readonly ConfigMapView[]
  readonly problem?: Diagnostic
  readonly error?: unknown
}

interface PlaceRequest {
  readonly namespace: string | undefined
  readonly notebooks: NotebookResource
  readonly scope: Scope
  readonly rights: readonly Right[]
}

async function readPlace(api: ReadApi, { namespace, notebooks, scope, rights }: PlaceRequest): Promise<Place> {
  try {
    const [read, ours] = await Promise.all([
      readNotebooks(api, notebooks, namespace, scope.only?.name),
      scope.only === undefined
        ? Promise.all(CONFIG_MAP_SELECTORS.map((labelSelector) => listConfigMaps(api, namespace, labelSelector)))
        : readOne(api, scope.only).then((one) => [one]),
    ])
    return { isServed: read !== undefined, notebooks: read ?? [], configMaps: ours.flat() }
  } catch (error) {
    if (!isApiError(error)) throw error
    return { isServed: false, notebooks: [], configMaps: [], problem: problemOf(error, namespace, rights), error }
  }
}

/** @returns undefined when the API server does not serve Notebooks */
async function readNotebooks(
  api: ReadApi,
  resource: NotebookResource,
  namespace: string | undefined,
  name: string | undefined,
): Promise<readonly Notebook[] | undefined> {
  try {
    const { items } = await api.list<Projected<Notebook>>(resource, {
      namespace,
      ...(name === undefined
        ? { labelSelector: notebookSelector(resource) }
        : { fieldSelector: `metadata.name=${name}` }),
      project: projectNotebook(resource),
    })
    return items.map(({ view }) => view)
  } catch (error) {
    if (isNotFound(error)) return undefined
    throw error
  }
}

async function listConfigMaps(
  api: ReadApi,
  namespace: string | undefined,
  labelSelector: string,
): Promise<readonly ConfigMapView[]> {
  const { items } = await api.list<Projected<ConfigMapView>>(configMaps, {
    namespace,
    labelSelector,
    project: projectConfigMap,
  })
  return items.map(({ view }) => view)
}

async function readOne(
  api: ReadApi,
  { namespace, name }: { namespace: string; name: string },
): Promise<readonly ConfigMapView[]> {
  const live = await readConfigMap(api, { namespace, name: configMapName(name) })
  return live === undefined ? [] : [configMapOf(live)]
}

interface StoresRead {
  readonly stores: readonly FeatureStore[]
  /** Why some stores may be missing. */
  readonly gap: string | undefined
  readonly problems: readonly Diagnostic[]
}

async function readStores(
  api: ReadApi,
  { scope, places, rights }: { scope: Scope; places: readonly (string | undefined)[]; rights: readonly Right[] },
): Promise<StoresRead> {
  try {
    if (scope.storeNamespaces === undefined) return await listStores(api, [undefined])
    return await listStores(api, scope.storeNamespaces)
  } catch (error) {
    if (!isApiError(error)) throw error
    const isFallback = isForbidden(error) && scope.storeNamespaces === undefined && !places.includes(undefined)
    if (!isFallback)
      return { stores: [], gap: error.message, problems: [problemOf(error, scope.storeNamespaces?.[0], rights)] }
    return readStoresNearby(api, places, error, rights)
  }
}

/** Stores of other namespaces may not be read: those of the notebooks' own may. */
async function readStoresNearby(
  api: ReadApi,
  places: readonly (string | undefined)[],
  refusal: ApiError,
  rights: readonly Right[],
): Promise<StoresRead> {
  try {
    const { stores, problems } = await listStores(api, places)
    const note: Diagnostic = withDocs({
      severity: 'warning',
      code: 'NB403',
      message: `FeatureStores may be read in ${places.join(', ')} only: projects of other namespaces are not found`,
      why: refusal.message,
      hint: `name their namespaces with --store-namespace, or grant this:\n${roleYaml(storeRights(rights), undefined)}`,
    })
    return { stores, gap: refusal.message, problems: [...problems, note] }
  } catch (error) {
    if (!isApiError(error)) throw error
    return { stores: [], gap: error.message, problems: [problemOf(error, undefined, storeRights(rights))] }
  }
}

function storeRights(rights: readonly Right[]): readonly Right[] {
  return rights.filter(({ resource }) => resource === 'featurestores')
}

/** v1 where it is served, else v1alpha1, which older operators have. */
async function listStores(api: ReadApi, places: readonly (string | undefined)[]): Promise<StoresRead> {
  for (const resource of featureStoreVersions) {
    try {
      const lists = await Promise.all(
        places.map((namespace) =>
          api.list<Projected<FeatureStore>>(resource, { namespace, project: projectFeatureStore }),
        ),
      )
      return { stores: lists.flatMap(({ items }) => items.map(({ view }) => view)), gap: undefined, problems: [] }
    } catch (error) {
      if (!isNotFound(error)) throw error
    }
  }
  // Nothing proves that the stores are gone for good: their CRD may be on its way back.
  const gap = 'the API server does not serve feast.dev FeatureStores'
  const note = withDocs({
    severity: 'warning',
    code: 'NB402',
    message: gap,
    hint: 'install the Feast operator; notebooks keep the client configs that they have',
  })
  return { stores: [], gap, problems: [note] }
}

function problemOf(error: ApiError, namespace: string | undefined, rights: readonly Right[]): Diagnostic {
  const place = namespace === undefined ? 'the cluster' : `namespace ${namespace}`
  if (error.status === 403 || error.status === 401) {
    return withDocs({
      severity: 'error',
      code: 'NB403',
      message: `${place} may not be read: ${error.message}`,
      hint:
        error.status === 401
          ? 'log in to the cluster anew'
          : `grant this and bind it to who runs fsop:\n${roleYaml(rights, namespace)}`,
    })
  }
  return withDocs({
    severity: 'error',
    code: 'NB404',
    message: `${place} could not be read: ${error.message}`,
    ...(error.status === 0 ? { hint: 'check the cluster of the kubeconfig: kubectl cluster-info' } : {}),
  })
}

function failure(problem: Diagnostic, error: unknown, problems: readonly Diagnostic[]): FsopError {
  const status = isApiError(error) ? error.status : 0
  const { code, message, hint } = problem
  return new FsopError({
    code,
    message,
    ...(hint === undefined ? {} : { hint }),
    exitCode: [0, 401, 403].includes(status) ? ExitCode.missing : ExitCode.failed,
    diagnostics: problems.filter((other) => other !== problem),
    cause: error,
  })
}
