import { openCluster } from './open-cluster.ts'
import { leaseRights, neededRights, roleYaml, type Right } from './rights.ts'
import type { NotebookResource } from './resources.ts'
import type { Outcome } from '../cli/base-command.ts'
import type { Session } from '../cli/session.ts'
import { withDocs } from '../diagnostics/errors.ts'
import { ExitCode } from '../diagnostics/exit-codes.ts'
import type { KubeApi } from '../kube/api.ts'
import { scopeOf } from './command-flags.ts'
import { formatTable } from '../output/table.ts'

export interface CanIResult {
  readonly rights: readonly CheckedRight[]
}

interface CheckedRight {
  readonly namespace: string
  readonly group: string
  readonly resource: string
  readonly verb: string
  readonly allowed: boolean
}

const RETRY_MS = 10_000

/** `fsop notebook-sync can-i`: asks the API server for each right that is needed. */
export async function canI(
  session: Session,
  flags: {
    readonly kubeconfig?: string | undefined
    readonly context?: string | undefined
    readonly namespace?: string[] | undefined
    readonly 'all-namespaces': boolean
    readonly 'store-namespace'?: string[] | undefined
    readonly watch: boolean
    readonly events: boolean
    readonly 'leader-elect': boolean
    readonly 'lease-namespace'?: string | undefined
  },
  notebooks: NotebookResource,
): Promise<Outcome<CanIResult>> {
  const { signal } = session
  const api = await openCluster(session, flags, { signal, retryDeadlineMs: RETRY_MS })
  try {
    const scope = scopeOf(flags, undefined, api.namespace)
    const rights = neededRights({ notebooks, events: flags.events, watch: flags.watch })
    const places = scope.namespaces ?? [undefined]
    const wanted: readonly [string | undefined, readonly Right[]][] = [
      ...places.map((namespace) => [namespace, rights.filter(({ resource }) => resource !== 'featurestores')] as const),
      ...(scope.storeNamespaces ?? [undefined]).map(
        (namespace) => [namespace, rights.filter(({ resource }) => resource === 'featurestores')] as const,
      ),
      ...(flags['leader-elect'] ? [[flags['lease-namespace'] ?? api.namespace, leaseRights] as const] : []),
    ].map(([namespace, list]) => [namespace, list])
    const checked = (await Promise.all(wanted.map(([namespace, list]) => check(api, namespace, list)))).flat()
    const missing = wanted.flatMap(([namespace, list]) => {
      const lacking = lackingOf(checked, namespace, list)
      return lacking.length > 0 ? [roleYaml(lacking, namespace)] : []
    })
    const all = missing.length === 0
    return {
      result: { rights: checked },
      exitCode: all ? ExitCode.ok : ExitCode.missing,
      diagnostics: all
        ? []
        : [
            withDocs({
              severity: 'error',
              code: 'NB403',
              message: 'rights that notebook-sync needs are missing',
              hint: `grant this and bind it to who runs fsop:\n${missing.join('\n---\n')}`,
            }),
          ],
      text: (style) =>
        formatTable(
          checked.map(({ namespace, resource, verb, allowed }) => ({
            namespace,
            resource,
            verb,
            allowed: allowed ? 'yes' : 'no',
          })),
          style,
        ),
    }
  } finally {
    api.close()
  }
}

async function check(api: KubeApi, namespace: string | undefined, rights: readonly Right[]): Promise<CheckedRight[]> {
  const questions = rights.flatMap(({ group, resource, verbs }) => verbs.map((verb) => ({ group, resource, verb })))
  return Promise.all(
    questions.map(async ({ group, resource, verb }) => {
      const asked = { group, version: '', plural: resource, kind: '', namespaced: true }
      return { namespace: namespace ?? '*', group, resource, verb, allowed: await api.canI(verb, asked, namespace) }
    }),
  )
}

function lackingOf(checked: readonly CheckedRight[], namespace: string | undefined, rights: readonly Right[]): Right[] {
  return rights.flatMap(({ group, resource, verbs }) => {
    const refused = verbs.filter((verb) =>
      checked.some(
        (right) =>
          right.namespace === (namespace ?? '*') &&
          right.resource === resource &&
          right.verb === verb &&
          !right.allowed,
      ),
    )
    return refused.length > 0 ? [{ group, resource, verbs: refused }] : []
  })
}
