import { MappingReader } from './mapping-reader.ts'
import { apiGatewayOf, jdbcProblem, ocirProblem } from './values.ts'
import { checkOcid, type OperatorContext, type TextValue } from '../check-values.ts'
import { headerKeys } from '../../spec/header.ts'
import type { MapNode } from '../../spec/yaml/nodes.ts'
import { didYouMean } from '../../diagnostics/suggest.ts'

/** `spec` of a feature_store_marketplace: where the feature store of the OCI Marketplace is to be set up. */
export interface MarketplaceSpec {
  readonly helm: { readonly appName: string; readonly database: MarketplaceDatabase }
  readonly compartmentId: string
  readonly cluster: { readonly namespace: string; readonly dockerRegistrySecretName: string }
  readonly ocirUrl: string
  readonly version: string
  /** undefined: not enabled. */
  readonly apiGateway: ApiGateway | undefined
}

export interface MarketplaceDatabase {
  readonly kind: 'MYSQL'
  readonly jdbcUrl: string
  readonly username: string
  readonly auth:
    | { readonly type: 'BASIC'; readonly password: string }
    | { readonly type: 'VAULT'; readonly vaultOcid: string; readonly secretName: string }
}

export interface ApiGateway {
  readonly rootCompartmentId: string
  readonly region: string
  readonly authorizedUserGroups: readonly string[]
  readonly stackId: string
}

/**
 * Checks a spec of type feature_store_marketplace against schema.yaml of ADS's operator, and the rules that it leaves to
 * the run: which blocks belong together, and the form of OCIDs, URLs and names of Kubernetes. `kind`, `type` and `version`
 * are checkHeader's.
 *
 * @returns undefined where something is missing or no text; anything else that is wrong is in the report alone
 */
export function checkMarketplaceSpec(root: MapNode, context: OperatorContext): MarketplaceSpec | undefined {
  const top = new MappingReader(root, '', context)
  // `backend` is where `ads operator init --merge-config` puts the backend file.
  top.only([...headerKeys, 'backend'])
  const spec = top.mapping('spec')
  if (spec === undefined) return undefined
  spec.only(['helm', 'compartmentId', 'clusterDetails', 'ocirURL', 'version', 'apiGatewayDeploymentDetails'])
  const helm = spec.mapping('helm')
  helm?.only(['appName', 'values'])
  const appName = helm?.text('appName')
  // Helm takes 53 characters, to leave room for what charts add.
  if (appName) checkDnsLabel(appName, 53, 'a Helm release', context)
  const database = readDatabase(helm?.mapping('values')?.only(['db'], 'any')?.mapping('db'), context)
  const compartmentId = spec.text('compartmentId')
  if (compartmentId) checkOcid(compartmentId, 'compartment', context)
  const cluster = spec.mapping('clusterDetails')
  cluster?.only(['namespace', 'dockerRegistrySecretName'])
  const namespace = cluster?.text('namespace')
  if (namespace) checkDnsLabel(namespace, 63, 'a namespace', context)
  const secretName = cluster?.text('dockerRegistrySecretName')
  if (secretName) checkDnsLabel(secretName, 253, 'a Secret', context)
  const ocirUrl = spec.text('ocirURL')
  if (ocirUrl) report(ocirUrl, 'OC104', 'a repository of OCI Registry', ocirProblem(ocirUrl.text), context)
  const version = spec.text('version')
  if (version) {
    const problem = /^[\w.+-]+$/.test(version.text)
      ? undefined
      : { why: 'it is "latest", or the version of the Marketplace listing', hint: 'write `version: latest`' }
    report(version, 'OC105', 'a version', problem, context)
  }
  const apiGateway = apiGatewayOf(spec.mapping('apiGatewayDeploymentDetails'), context)
  if (!appName || !database || !compartmentId || !namespace || !secretName || !ocirUrl || !version) return undefined
  return {
    helm: { appName: appName.text, database },
    compartmentId: compartmentId.text,
    cluster: { namespace: namespace.text, dockerRegistrySecretName: secretName.text },
    ocirUrl: ocirUrl.text,
    version: version.text,
    apiGateway,
  }
}

const authTypes = ['VAULT', 'BASIC']

function readDatabase(db: MappingReader | undefined, context: OperatorContext): MarketplaceDatabase | undefined {
  if (db === undefined) return undefined
  db.only(['configuredDB', 'mysql'])
  db.word('configuredDB', ['MYSQL'])
  const mysql = db.mapping('mysql')
  if (mysql === undefined) return undefined
  mysql.only(['authType', 'jdbcURL', 'username', 'basic', 'vault'])
  const authType = mysql.word('authType', authTypes)
  const jdbcUrl = mysql.text('jdbcURL')
  if (jdbcUrl) report(jdbcUrl, 'OC103', 'a JDBC address of MySQL', jdbcProblem(jdbcUrl.text), context)
  const username = mysql.text('username')
  const auth = authType === undefined ? undefined : readAuth(authType, mysql, context)
  if (auth === undefined || !jdbcUrl || !username) return undefined
  return { kind: 'MYSQL', jdbcUrl: jdbcUrl.text, username: username.text, auth }
}

function readAuth(
  authType: string,
  mysql: MappingReader,
  context: OperatorContext,
): MarketplaceDatabase['auth'] | undefined {
  const [own, other] = authType === 'VAULT' ? ['vault', 'basic'] : ['basic', 'vault']
  const stray = mysql.entry(other)
  if (stray !== undefined) {
    context.report.add(stray.key.span, {
      severity: 'warning',
      code: 'OC106',
      message: `${mysql.path}.${other} has no effect with authType: ${authType}`,
      why: `authType ${authType} takes its settings from "${own}"`,
      hint:
        other === 'basic'
          ? 'remove it: it would leave a password in the file for nothing'
          : 'remove it, or write `authType: VAULT`, which keeps the password out of the file',
      path: `${mysql.path}.${other}`,
    })
  }
  const block = mysql.mapping(own, `authType ${authType} takes its settings from there`)
  if (own === 'vault') {
    block?.only(['vaultOcid', 'secretName'])
    const vaultOcid = block?.text('vaultOcid')
    if (vaultOcid) checkOcid(vaultOcid, 'vault', context)
    const secretName = block?.text('secretName')
    return vaultOcid && secretName
      ? { type: 'VAULT', vaultOcid: vaultOcid.text, secretName: secretName.text }
      : undefined
  }
  block?.only(['password'])
  const password = block?.text('password')
  if (password === undefined) return undefined
  context.report.add(password.node.span, {
    severity: 'warning',
    code: 'OC107',
    message: `${password.path}: the password is given as it is (its value is not shown)`,
    why: 'with BASIC it stands in this file, in the values of the Helm release and in the API server as plain text',
    hint: 'put it in a secret of OCI Vault, and write `authType: VAULT` with vault.vaultOcid and vault.secretName',
    path: password.path,
  })
  return { type: 'BASIC', password: password.text }
}

/** Names that Kubernetes and Helm take: DNS-1123. */
function checkDnsLabel(value: TextValue, longest: number, what: string, context: OperatorContext) {
  const { text } = value
  const isName = /^[a-z0-9]([-a-z0-9]*[a-z0-9])?$/.test(what === 'a Secret' ? text.replaceAll('.', '-') : text)
  const problem =
    text.length > longest
      ? { why: `it is longer than ${longest} characters`, hint: 'shorten it' }
      : isName
        ? undefined
        : {
            why: 'it has small letters, digits and hyphens, and begins and ends with a letter or digit (DNS-1123)',
            hint:
              didYouMean(text, [text.toLowerCase().replaceAll(/[^a-z0-9-]+/g, '-')]).replace(/^; /, '') || 'correct it',
          }
  report(value, 'OC108', `a name of ${what}`, problem, context)
}

function report(
  { node, text, path }: TextValue,
  code: string,
  what: string,
  problem: { readonly why: string; readonly hint: string } | undefined,
  context: OperatorContext,
) {
  if (problem === undefined) return
  context.report.add(node.span, {
    code,
    message: `${path}: ${JSON.stringify(text.slice(0, 100))} is not ${what}`,
    ...problem,
    path,
  })
}
