import type { MappingReader } from './mapping-reader.ts'
import type { ApiGateway } from './spec.ts'
import { checkOcid, checkRegion, type OperatorContext } from '../check-values.ts'
import { ocidProblem, placeholderIn } from '../oci-names.ts'

type Problem = { readonly why: string; readonly hint: string } | undefined

/** What is wrong with the JDBC address of the metadata database, or undefined. */
export function jdbcProblem(text: string): Problem {
  const hint = 'for instance jdbc:mysql://10.0.0.5:3306/featurestore?createDatabaseIfNotExist=true'
  const placeholder = placeholderIn(text)
  if (placeholder !== undefined) return { why: `${placeholder} is still a placeholder`, hint }
  if (!text.startsWith('jdbc:mysql://')) return { why: 'it begins with jdbc:mysql://', hint }
  if (/\s/.test(text)) return { why: 'it has a space', hint }
  // Credentials belong to username and basic or vault.
  if (/[?&](?:user|password)=|\/\/[^/?]*@/i.test(text))
    return {
      why: 'it carries a user or password, which have settings of their own',
      hint: 'remove them from the address',
    }
  const hosts = /^jdbc:mysql:\/\/([^/?]+)(?:\/[^/?\s]*)?(?:\?\S*)?$/.exec(text)?.[1]
  if (hosts === undefined) return { why: 'it names no host', hint }
  const wrong = hosts.split(',').find((host) => !/^(?:[\w.-]+|\[[0-9a-f:]+\])(?::\d{1,5})?$/i.test(host))
  return wrong === undefined ? undefined : { why: `"${wrong}" is not HOST or HOST:PORT`, hint }
}

/** What is wrong with the address of a repository in OCI Registry, or undefined. */
export function ocirProblem(text: string): Problem {
  const hint = 'for instance iad.ocir.io/mytenancynamespace/feature-store'
  const placeholder = placeholderIn(text)
  if (placeholder !== undefined) return { why: `${placeholder} is still a placeholder`, hint }
  if (/^\w+:\/\//.test(text)) return { why: 'it is written without a scheme', hint }
  const [host = '', ...path] = text.split('/')
  if (
    !/^(?:[a-z]{3}|ocir\.[a-z]{2}(?:-[a-z]+)+-\d+)\.(?:ocir\.io|oci\.oraclecloud\.com|ocs\.oraclecloud\.com)$/.test(
      host,
    )
  )
    return { why: 'it begins with the host of a registry, REGION.ocir.io', hint }
  if (path.length < 2) return { why: 'it has a tenancy namespace and a repository behind the host', hint }
  const last = path.at(-1) ?? ''
  if (/[:@]/.test(last)) return { why: 'it is a repository: the operator adds the tag', hint }
  const wrong = path.find((part) => !/^[a-z0-9]+(?:[._-]+[a-z0-9]+)*$/.test(part))
  if (wrong === undefined) return undefined
  return {
    why: wrong === '' ? 'a part between two "/" is empty' : `"${wrong}" has characters that a repository cannot have`,
    hint,
  }
}

const gatewayFields = ['rootCompartmentId', 'region', 'authorizedUserGroups', 'stackId']

/** Reads `apiGatewayDeploymentDetails`: its other fields are needed when it is enabled, and not used when it is not. */
export function apiGatewayOf(details: MappingReader | undefined, context: OperatorContext): ApiGateway | undefined {
  if (details === undefined) return undefined
  details.only(['enabled', ...gatewayFields])
  if (details.entry('enabled') === undefined)
    return details.missing('enabled', 'the operator requires it', 'add `enabled: false`')
  const enabled = details.flag('enabled')
  if (enabled === undefined) return undefined
  if (!enabled) {
    for (const name of gatewayFields) {
      const entry = details.entry(name)
      if (entry === undefined) continue
      context.report.add(entry.key.span, {
        severity: 'warning',
        code: 'OC106',
        message: `${details.place(name)} has no effect with enabled: false`,
        why: 'no API Gateway is set up',
        hint: 'remove it, or write `enabled: true`',
        path: details.place(name),
      })
    }
    return undefined
  }
  const why = 'an API Gateway needs it'
  const root = details.text('rootCompartmentId', why)
  if (root) checkOcid(root, 'tenancy', context)
  const region = details.text('region', why)
  if (region) checkRegion(region, context)
  const stack = details.text('stackId', why)
  if (stack) checkOcid(stack, 'ormstack', context)
  const groups = details.text('authorizedUserGroups', why)
  const list = groups?.text.split(',').map((group) => group.trim()) ?? []
  for (const group of list) {
    if (groups === undefined || ocidProblem(group, 'group') === undefined) continue
    context.report.add(groups.node.span, {
      code: 'OC101',
      message: `${groups.path}: ${JSON.stringify(group.slice(0, 100))} is not the OCID of a user group`,
      why: 'it is a list of OCIDs with commas between them',
      hint: 'for instance "ocid1.group.oc1..aaaa,ocid1.group.oc1..bbbb"',
      path: groups.path,
    })
  }
  if (!root || !region || !stack || !groups) return undefined
  return { rootCompartmentId: root.text, region: region.text, authorizedUserGroups: list, stackId: stack.text }
}
