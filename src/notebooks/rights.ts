/** A right of Kubernetes' RBAC; `namespace` undefined means all of them. */
export interface Right {
  readonly group: string
  readonly resource: string
  readonly verbs: readonly string[]
}

export interface RightsOptions {
  readonly notebooks: { readonly group: string; readonly plural: string }
  readonly events: boolean
  readonly watch: boolean
}

/**
 * The least rights that work: the seed's list, with `watch` for the controller only. `update` of ConfigMaps is for taking
 * over what the Go controller wrote.
 */
export function neededRights({ notebooks, events, watch }: RightsOptions): readonly Right[] {
  const read = watch ? ['get', 'list', 'watch'] : ['get', 'list']
  return [
    { group: notebooks.group, resource: notebooks.plural, verbs: read },
    { group: 'feast.dev', resource: 'featurestores', verbs: read },
    { group: '', resource: 'configmaps', verbs: [...read, 'create', 'update', 'patch', 'delete'] },
    ...(events ? [{ group: '', resource: 'events', verbs: ['list', 'create'] }] : []),
  ]
}

/** For the lock of a single run and the election of a controller, in their own namespace. */
export const leaseRights: readonly Right[] = [
  { group: 'coordination.k8s.io', resource: 'leases', verbs: ['get', 'create', 'update'] },
]

/** The `rules:` of a Role or ClusterRole. */
export function rulesYaml(rights: readonly Right[]): string {
  return rights
    .map(
      ({ group, resource, verbs }) =>
        `  - apiGroups: ["${group}"]\n    resources: [${resource}]\n    verbs: [${verbs.join(', ')}]`,
    )
    .join('\n')
}

/** The Role that lacks, to be shown where a right is missing. */
export function roleYaml(rights: readonly Right[], namespace: string | undefined): string {
  const kind = namespace === undefined ? 'ClusterRole' : 'Role'
  const place = namespace === undefined ? '' : `\n  namespace: ${namespace}`
  return `apiVersion: rbac.authorization.k8s.io/v1\nkind: ${kind}\nmetadata:\n  name: fsop-notebook-sync${place}\nrules:\n${rulesYaml(rights)}`
}
