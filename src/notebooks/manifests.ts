import { leaseRights, neededRights, rulesYaml, type Right } from './rights.ts'

export interface ManifestRequest {
  readonly mode: 'watch' | 'cron'
  /** Where fsop runs. */
  readonly namespace: string
  readonly name: string
  readonly image: string
  readonly schedule: string
  /** Namespaces of notebooks; none means all, with rights on the whole cluster. */
  readonly watchNamespaces: readonly string[]
  /** Namespaces of FeatureStores, beside those of the notebooks. */
  readonly storeNamespaces: readonly string[]
  readonly notebooks: { readonly group: string; readonly plural: string }
  readonly events: boolean
  /** Flags that are handed on. */
  readonly extraArgs: readonly string[]
}

export type ReadTemplate = (path: string) => Promise<string>

/** What has to be in a cluster so that notebook-sync runs there, with the least rights that work. */
export async function manifestsOf(request: ManifestRequest, read: ReadTemplate): Promise<string> {
  const { mode, namespace, name, image, schedule, watchNamespaces, storeNamespaces } = request
  const fill = async (template: string, values: Readonly<Record<string, string>>) =>
    filled(await read(`notebook-sync/${template}`), { name, namespace, image, schedule, ...values })
  const rights = neededRights({ notebooks: request.notebooks, events: request.events, watch: mode === 'watch' })
  const indent = mode === 'watch' ? 12 : 16
  const args = argsOf(request).map((arg) => `${' '.repeat(indent)}- ${JSON.stringify(arg)}`)
  const lease = await fill('role.yaml', { role: `${name}-lease`, place: namespace, rules: rulesYaml(leaseRights) })
  const roles = rolesOf(rights, watchNamespaces, storeNamespaces).map(({ place, rights }) =>
    fill('role.yaml', { role: name, place, rules: rulesYaml(rights) }),
  )
  const parts = [
    await fill('namespace.yaml', {}),
    await fill('account.yaml', {}),
    ...(watchNamespaces.length === 0
      ? [await fill('cluster-role.yaml', { rules: rulesYaml(rights) })]
      : await Promise.all(roles)),
    ...(mode === 'watch' ? [lease] : []),
    await fill(mode === 'watch' ? 'deployment.yaml' : 'cron-job.yaml', { args: args.join('\n') }),
  ]
  return parts.map((part) => part.trim()).join('\n---\n')
}

/** In a namespace of stores alone nothing has to be written but Events. */
function rolesOf(
  rights: readonly Right[],
  watchNamespaces: readonly string[],
  storeNamespaces: readonly string[],
): readonly { place: string; rights: readonly Right[] }[] {
  const readOnly = rights
    .filter(({ resource }) => ['featurestores', 'configmaps', 'events'].includes(resource))
    .map((right) =>
      right.resource === 'events'
        ? right
        : { ...right, verbs: right.verbs.filter((verb) => ['get', 'list', 'watch'].includes(verb)) },
    )
  return [
    ...watchNamespaces.map((place) => ({ place, rights })),
    ...storeNamespaces
      .filter((place) => !watchNamespaces.includes(place))
      .map((place) => ({ place, rights: readOnly })),
  ]
}

function argsOf({
  mode,
  namespace,
  watchNamespaces,
  storeNamespaces,
  events,
  extraArgs,
}: ManifestRequest): readonly string[] {
  const stores = watchNamespaces.length === 0 ? storeNamespaces : [...new Set([...watchNamespaces, ...storeNamespaces])]
  return [
    'notebook-sync',
    ...(watchNamespaces.length === 0 ? ['--all-namespaces'] : [`--namespace=${watchNamespaces.join(',')}`]),
    ...(stores.length === 0 ? [] : [`--store-namespace=${stores.join(',')}`]),
    ...(events ? [] : ['--no-events']),
    ...(mode === 'watch'
      ? ['--watch', '--leader-elect', `--lease-namespace=${namespace}`, '--metrics-address=:8081', '--log-format=json']
      : []),
    ...extraArgs,
  ]
}

function filled(template: string, values: Readonly<Record<string, string>>): string {
  return template.replaceAll(/\{\{(\w+)\}\}/g, (_, key: string) => {
    const value = values[key]
    if (value === undefined) throw new Error(`the template has {{${key}}}, which nothing fills`)
    return value
  })
}
