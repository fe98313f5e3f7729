import { describe, expect, it } from 'vitest'
import { run } from './context.ts'
import { checkMarketplaceSpec } from '../../../src/operators/feature_store_marketplace/spec.ts'
import { jdbcProblem, ocirProblem } from '../../../src/operators/feature_store_marketplace/values.ts'

const good = `kind: operator
type: feature_store_marketplace
version: v1
spec:
  helm:
    appName: feature-store-api
    values:
      db:
        configuredDB: MYSQL
        mysql:
          authType: VAULT
          jdbcURL: jdbc:mysql://10.0.0.5:3306/fs?createDatabaseIfNotExist=true
          username: admin
          vault:
            vaultOcid: ocid1.vault.oc1.iad.x.aaaa
            secretName: db-password
  compartmentId: ocid1.compartment.oc1..aaaa
  clusterDetails:
    namespace: default
    dockerRegistrySecretName: fs-ocir-secret
  ocirURL: iad.ocir.io/mytenancy/feature-store
  version: latest
  apiGatewayDeploymentDetails:
    enabled: false
`

const check = (text: string) => run(text, checkMarketplaceSpec)
const changed = (from: string | RegExp, to: string) => {
  const text = good.replace(from, to)
  if (text === good) throw new Error(`the test changes nothing: ${from}`)
  return text
}
const vault = /vault:\n.*\n.*db-password\n/
const gateway = `enabled: true
    rootCompartmentId: ocid1.tenancy.oc1..aaaa
    region: us-ashburn-1
    authorizedUserGroups: "ocid1.group.oc1..aaaa, ocid1.group.oc1..bbbb"
    stackId: ocid1.ormstack.oc1.iad.aaaa`

describe('a feature_store_marketplace', () => {
  it('is read', () => {
    const { value, diagnostics } = check(good)
    expect(diagnostics).toEqual([])
    expect(value).toEqual({
      helm: {
        appName: 'feature-store-api',
        database: {
          kind: 'MYSQL',
          jdbcUrl: 'jdbc:mysql://10.0.0.5:3306/fs?createDatabaseIfNotExist=true',
          username: 'admin',
          auth: { type: 'VAULT', vaultOcid: 'ocid1.vault.oc1.iad.x.aaaa', secretName: 'db-password' },
        },
      },
      compartmentId: 'ocid1.compartment.oc1..aaaa',
      cluster: { namespace: 'default', dockerRegistrySecretName: 'fs-ocir-secret' },
      ocirUrl: 'iad.ocir.io/mytenancy/feature-store',
      version: 'latest',
      apiGateway: undefined,
    })
  })

  it('is read with an API Gateway, and with values of the chart that fsop does not know', () => {
    const { value, diagnostics } = check(
      changed('enabled: false', gateway).replace('    values:', '    values:\n      replicaCount: 2'),
    )
    expect(diagnostics).toEqual([])
    expect(value?.apiGateway).toEqual({
      rootCompartmentId: 'ocid1.tenancy.oc1..aaaa',
      region: 'us-ashburn-1',
      authorizedUserGroups: ['ocid1.group.oc1..aaaa', 'ocid1.group.oc1..bbbb'],
      stackId: 'ocid1.ormstack.oc1.iad.aaaa',
    })
  })

  it('with a password is read, warned of, and never shows it', () => {
    const text = changed('VAULT', 'BASIC').replace(vault, 'basic:\n            password: hunter2hunter2\n')
    const { value, diagnostics } = check(text)
    expect(value?.helm.database.auth).toEqual({ type: 'BASIC', password: 'hunter2hunter2' })
    expect(diagnostics).toMatchObject([{ code: 'OC107', severity: 'warning', line: 15, column: 23 }])
    expect(diagnostics[0]?.hint).toContain('authType: VAULT')
    const wrong = check(text.replace('hunter2hunter2', '47114711')).raw
    expect(wrong.map(({ code }) => code)).toEqual(['FS203'])
    expect(JSON.stringify([diagnostics, wrong])).not.toMatch(/hunter2|4711/)
  })

  const db = 'spec.helm.values.db'
  it.each([
    ['no spec', changed(/spec:[^]*/, ''), ['FS202 spec']],
    ['an unknown key', changed('  version: latest', '  verion: latest'), ['FS202 spec.version', 'FS201 spec.verion']],
    ['an unknown key at the top', `${good}project: a\n`, ['FS201 project']],
    ['a mapping that is none', changed(/helm:\n[^]*(?= {2}compartmentId)/, 'helm: chart\n'), ['FS203 spec.helm']],
    ['another database', changed('MYSQL', 'ATP'), [`FS204 ${db}.configuredDB`]],
    ['another way to log in', changed('VAULT', 'TOKEN'), [`FS204 ${db}.mysql.authType`]],
    ['BASIC without its block', changed('VAULT', 'BASIC'), [`FS202 ${db}.mysql.basic`, `OC106 ${db}.mysql.vault`]],
    [
      'VAULT without its block',
      changed(vault, '{}: {}\n').replace('          {}: {}\n', ''),
      [`FS202 ${db}.mysql.vault`],
    ],
    ['half a vault', changed(/ {12}secretName.*\n/, ''), [`FS202 ${db}.mysql.vault.secretName`]],
    ['a vault that is none', changed('ocid1.vault', 'ocid1.key'), [`OC101 ${db}.mysql.vault.vaultOcid`]],
    ['another driver', changed('jdbc:mysql', 'jdbc:oracle'), [`OC103 ${db}.mysql.jdbcURL`]],
    ['a registry that is none', changed('iad.ocir.io', 'quay.io'), ['OC104 spec.ocirURL']],
    ['a version that is none', changed('version: latest', 'version: "the newest"'), ['OC105 spec.version']],
    [
      'a name that Helm refuses',
      changed('appName: feature-store-api', 'appName: Feature_Store'),
      ['OC108 spec.helm.appName'],
    ],
    ['a long name', changed('appName: feature-store-api', `appName: ${'a'.repeat(54)}`), ['OC108 spec.helm.appName']],
    [
      'a namespace that is none',
      changed('namespace: default', 'namespace: a.b'),
      ['OC108 spec.clusterDetails.namespace'],
    ],
    [
      'a Secret that is none',
      changed('fs-ocir-secret', 'fs_ocir'),
      ['OC108 spec.clusterDetails.dockerRegistrySecretName'],
    ],
    [
      'a placeholder',
      changed('ocid1.compartment.oc1..aaaa', '<Provide compartment ID here>'),
      ['OC101 spec.compartmentId'],
    ],
    [
      'no word on the gateway',
      changed('enabled: false', 'region: us-ashburn-1'),
      ['FS202 spec.apiGatewayDeploymentDetails.enabled'],
    ],
    [
      'a gateway without its settings',
      changed('enabled: false', 'enabled: true'),
      ['rootCompartmentId', 'region', 'stackId', 'authorizedUserGroups'].map(
        (name) => `FS202 spec.apiGatewayDeploymentDetails.${name}`,
      ),
    ],
    [
      'a gateway that is off',
      changed('enabled: false', gateway.replace('true', 'false')),
      ['rootCompartmentId', 'region', 'authorizedUserGroups', 'stackId'].map(
        (name) => `OC106 spec.apiGatewayDeploymentDetails.${name}`,
      ),
    ],
    [
      'a group that is none',
      changed('enabled: false', gateway.replace('ocid1.group.oc1..bbbb', 'admins')),
      ['OC101 spec.apiGatewayDeploymentDetails.authorizedUserGroups'],
    ],
    [
      'a region that is none',
      changed('enabled: false', gateway.replace('us-ashburn-1', 'Ashburn')),
      ['OC102 spec.apiGatewayDeploymentDetails.region'],
    ],
    [
      'a flag that is none',
      changed('enabled: false', 'enabled: maybe'),
      ['FS203 spec.apiGatewayDeploymentDetails.enabled'],
    ],
  ])('is refused or warned of: %s', (_, text, wanted) => {
    expect(check(text).findings.toSorted()).toEqual(wanted.toSorted())
  })

  it.each(['jdbc:mysql://h', 'jdbc:mysql://h:3306/db?a=b', 'jdbc:mysql://h1,h2:3306/db'])('takes %s', (text) =>
    expect(jdbcProblem(text)).toBeUndefined(),
  )
  it.each([
    '{Provide JDBC}',
    'mysql://h',
    'jdbc:mysql://',
    'jdbc:mysql://h:x/db',
    'jdbc:mysql://u:p@h/db',
    'jdbc:mysql://h/db?password=x',
    'jdbc:mysql://h/d b',
  ])('refuses %s', (text) => expect(jdbcProblem(text)).toBeDefined())
  it.each(['iad.ocir.io/ns/repo', 'ocir.us-ashburn-1.oci.oraclecloud.com/ns/a/b'])('takes %s', (text) =>
    expect(ocirProblem(text)).toBeUndefined(),
  )
  it.each([
    'iad.ocir.io/{tenancy_namespace}/{repository}',
    'https://iad.ocir.io/a/b',
    'iad.ocir.io/a',
    'iad.ocir.io/a/b:tag',
    'iad.ocir.io/a//b',
    'iad.ocir.io/a/B',
  ])('refuses %s', (text) => expect(ocirProblem(text)).toBeDefined())
})
