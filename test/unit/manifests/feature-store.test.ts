import { readFile } from 'node:fs/promises'
import { describe, expect, it } from 'vitest'
import { celRule } from '../../../src/manifests/cel-rules.ts'
import { check, findings, places } from './check.ts'

/** A FeatureStore with the lines of `spec`, each indented by two spaces. */
function store(lines: readonly string[], apiVersion = 'feast.dev/v1'): string {
  const spec = ['feastProject: fraud', ...lines].map((line) => `  ${line}\n`).join('')
  return `apiVersion: ${apiVersion}\nkind: FeatureStore\nmetadata:\n  name: fraud\nspec:\n${spec}`
}

describe('a good FeatureStore', () => {
  it.each([
    ['as small as it can be', store([])],
    [
      'with what the API server takes: quantities, int-or-string, nulls, octal modes, dates as texts',
      store([
        'authz: { noAuth: null, kubernetes: { roles: [reader] } }',
        'services:',
        '  podAnnotations: { since: 2024-01-01 }',
        '  podDisruptionBudgets: { maxUnavailable: 25% }',
        '  onlineStore:',
        '    server:',
        '      resources: { requests: { cpu: 1, memory: 1e3 }, limits: { cpu: 500m, memory: 1Gi } }',
        '      volumeMounts: [{ name: certs, mountPath: /certs }]',
        '    persistence: { store: { type: redis, secretRef: { name: redis-secret } } }',
        '  volumes:',
        '    - name: certs',
        '      secret: { secretName: certs, defaultMode: 0444 }',
      ]),
    ],
    [
      'that scales, with stores in databases',
      store([
        'replicas: 3',
        'services:',
        '  onlineStore: { persistence: { store: { type: postgres, secretRef: { name: db } } } }',
        '  registry: { local: { persistence: { file: { path: s3://bucket/registry.db } } } }',
      ]),
    ],
  ])('%s', async (_, text) => {
    expect(await findings(text)).toEqual([])
  })
})

describe('the schema of the CRD', () => {
  it.each([
    ['an unknown field', ['onlinStore: {}'], 'KM101 spec.onlinStore'],
    ['a field of the wrong block', ['onlineStore: {}'], 'KM101 spec.onlineStore'],
    ['a missing field', ['feastProjectDir: { git: {} }'], 'KM102 spec.feastProjectDir.git.url'],
    ['a wrong type', ['replicas: two'], 'KM103 spec.replicas'],
    [
      'a word that is not allowed',
      ['feastProjectDir: { init: { template: sparkle } }'],
      'KM104 spec.feastProjectDir.init.template',
    ],
    ['a number out of range', ['replicas: 0'], 'KM105 spec.replicas'],
    [
      'a quantity that is none',
      ['services: { ui: { resources: { limits: { memory: 1 GB } } } }'],
      'KM105 spec.services.ui.resources.limits.memory',
    ],
    ['an item of a list', ['services: { ui: { env: [{ name: A, vale: b }] } }'], 'KM101 spec.services.ui.env.0.vale'],
    [
      'two of a keyed list',
      ['services: { ui: { resources: { claims: [{ name: a }, { name: a }] } } }'],
      'KM107 spec.services.ui.resources.claims.1',
    ],
    [
      'a field of metadata below',
      ['services: { volumes: [{ name: a, emptyDir: { medium: 5 } }] }'],
      'KM103 spec.services.volumes.0.emptyDir.medium',
    ],
  ])('%s', async (_, lines, wanted) => {
    expect(await findings(store(lines))).toEqual([wanted])
  })

  it('points at the key of an unknown field and at the value of a wrong one, and says what was meant', async () => {
    const text = store(['replicas: two', 'servces: {}'])
    expect(await places(text)).toEqual(['KM103 7:13', 'KM101 8:3'])
    const [type, unknown] = await check(text)
    expect(type).toMatchObject({ message: 'spec.replicas must be an integer, not "two"', excerpt: '  replicas: two' })
    expect(unknown?.hint).toBe('did you mean "services"?')
  })

  it('says under which field an unknown one belongs', async () => {
    const [unknown] = await check(store(['onlineStore: {}']))
    expect(unknown?.hint).toBe('it belongs under spec.services')
  })

  it('reads scalars as kubectl does', async () => {
    const env = (value: string) => store([`services: { ui: { env: [{ name: A, value: ${value} }] } }`])
    expect(await findings(env('2024-01-01'))).toEqual([])
    expect(await findings(env('12:30'))).toEqual([])
    expect(await findings(env('y'))).toEqual(['KM103 spec.services.ui.env.0.value'])
    expect(await findings(env('1e3'))).toEqual(['KM103 spec.services.ui.env.0.value'])
    const [number] = await check(env('8080'))
    expect(number?.hint).toBe('put it in quotes: "8080"')
  })

  it('takes a missing spec, apiVersion or name for what it is', async () => {
    expect(await findings('apiVersion: feast.dev/v1\nkind: FeatureStore\nmetadata: { name: a }\n')).toEqual([
      'KM102 spec',
    ])
    expect(await findings('kind: FeatureStore\nmetadata: { name: a }\n')).toEqual(['KM100 apiVersion'])
    expect(await findings(store([]).replace('  name: fraud', '  namespace: a'))).toEqual(['KM102 metadata.name'])
    expect(await findings(store([]).replace('  feastProject: fraud', '  feastProject: null'))).toEqual([
      'KM102 spec.feastProject',
    ])
  })
})

describe('the CEL rules of the CRD', () => {
  const local = (registry: string) => [`services: { registry: { local: ${registry} } }`]
  const online = (persistence: string) => [`services: { onlineStore: { persistence: ${persistence} } }`]
  it.each([
    ['two managers of access', ['authz: { noAuth: true, kubernetes: {} }'], 'spec.authz'],
    ['none', ['authz: {}'], 'spec.authz'],
    ['two project folders', ['feastProjectDir: { init: {}, git: { url: https://h/r } }'], 'spec.feastProjectDir'],
    [
      'an absolute path in git',
      ['feastProjectDir: { git: { url: https://h/r, featureRepoPath: /a } }'],
      'spec.feastProjectDir.git.featureRepoPath',
    ],
    [
      'a path with dots',
      ['feastProjectDir: { packaged: { featureRepoPath: /a/../b } }'],
      'spec.feastProjectDir.packaged.featureRepoPath',
    ],
    [
      'mlflow twice',
      ['mlflow: { enabled: true, extraConfig: { tracking_uri: http://h } }'],
      'spec.mlflow.extraConfig.tracking_uri',
    ],
    [
      'local and remote registry',
      ['services: { registry: { local: {}, remote: { hostname: h } } }'],
      'spec.services.registry',
    ],
    ['no remote registry', ['services: { registry: { remote: {} } }'], 'spec.services.registry.remote'],
    [
      'file and store',
      online('{ file: {}, store: { type: redis, secretRef: { name: a } } }'),
      'spec.services.onlineStore.persistence',
    ],
    [
      'a relative path without a volume',
      online('{ file: { path: online.db } }'),
      'spec.services.onlineStore.persistence.file.path',
    ],
    [
      'a bucket for the online store',
      online('{ file: { path: s3://a/b, pvc: { mountPath: /a, create: {} } } }'),
      'spec.services.onlineStore.persistence.file.path',
    ],
    [
      'an absolute path in a volume',
      online('{ file: { path: /a.db, pvc: { mountPath: /a, create: {} } } }'),
      'spec.services.onlineStore.persistence.file.path',
    ],
    [
      'a volume twice',
      online('{ file: { pvc: { mountPath: /a, create: {}, ref: { name: a } } } }'),
      'spec.services.onlineStore.persistence.file.pvc',
    ],
    [
      'a mount path with a colon',
      online('{ file: { pvc: { mountPath: "/a:b", create: {} } } }'),
      'spec.services.onlineStore.persistence.file.pvc.mountPath',
    ],
    ['TLS without a secret', ['services: { ui: { tls: {} } }'], 'spec.services.ui.tls'],
    [
      'a registry file with a relative path',
      local('{ persistence: { file: { path: registry.db } } }'),
      'spec.services.registry.local.persistence.file.path',
    ],
    [
      'a bucket in a volume',
      local('{ persistence: { file: { path: gs://a, pvc: { mountPath: /a, create: {} } } } }'),
      'spec.services.registry.local.persistence.file.path',
    ],
    [
      'S3 settings elsewhere',
      local('{ persistence: { file: { path: gs://a, s3_additional_kwargs: { a: b } } } }'),
      'spec.services.registry.local.persistence.file.s3_additional_kwargs',
    ],
    [
      'a registry that serves nothing',
      local('{ server: { grpc: false, restAPI: false } }'),
      'spec.services.registry.local.server.grpc',
    ],
    [
      'MCP without REST',
      local('{ server: { mcp: { enabled: true } } }'),
      'spec.services.registry.local.server.mcp.enabled',
    ],
    [
      'both bounds of a budget',
      ['services: { podDisruptionBudgets: { minAvailable: 1, maxUnavailable: 1 } }'],
      'spec.services.podDisruptionBudgets',
    ],
  ])('%s', async (_, lines, path) => {
    expect(await findings(store(lines))).toEqual([`KM106 ${path}`])
  })

  it('asks for databases behind several replicas, and for one way of scaling', async () => {
    const text = store(['replicas: 2', 'services: { scaling: { autoscaling: { maxReplicas: 3 } }, offlineStore: {} }'])
    const found = await check(text)
    expect(found.map(({ code, line, column }) => `${code} ${line}:${column}`)).toEqual(Array(4).fill('KM106 7:13'))
    expect(found.map(({ message }) => message).join('\n')).toMatch(
      /mutually exclusive.*\n.*online store.*\n.*offline store.*\n.*remote registry/,
    )
  })

  it.each([
    ['TLS that is off', ['services: { ui: { tls: { disable: true } } }']],
    ['REST alone', local('{ server: { grpc: false, restAPI: true } }')],
    ['a bucket with S3 settings', local('{ persistence: { file: { path: s3://a, s3_additional_kwargs: { a: b } } } }')],
    ['a file in a volume', online('{ file: { path: a.db, pvc: { mountPath: /a, create: {} } } }')],
    ['a canonical path', ['feastProjectDir: { packaged: { featureRepoPath: /feature_repo } }']],
  ])('takes %s', async (_, lines) => {
    expect(await findings(store(lines))).toEqual([])
  })

  it('knows every rule of both versions', async () => {
    for (const version of ['v1', 'v1alpha1']) {
      const url = new URL(`../../../src/manifests/schema/featurestore.${version}.json`, import.meta.url)
      const rules: string[] = []
      JSON.parse(await readFile(url, 'utf8'), (key, value) => {
        if (key === 'rule') rules.push(value)
        return value
      })
      expect(rules.length).toBeGreaterThan(10)
      expect(rules.filter((rule) => celRule(rule) === undefined)).toEqual([])
    }
  })
})

describe('what the CRD accepts and the operator does not', () => {
  it.each([
    [
      'a project name that Feast refuses',
      store([]).replace('fraud\n', 'my-fraud\n').replace('feastProject: fraud', 'feastProject: my-fraud'),
      'KM111 spec.feastProject',
    ],
    ['a name with a dot', store([]).replace('name: fraud', 'name: a.b'), 'KM115 metadata.name'],
    ['a long name', store([]).replace('name: fraud', `name: ${'a'.repeat(49)}`), 'KM115 metadata.name'],
    ['a name that Kubernetes refuses', store([]).replace('name: fraud', 'name: Fraud_1'), 'KM109 metadata.name'],
    [
      'a label that is no label',
      store([]).replace('name: fraud', 'name: fraud\n  labels: { a b: c }'),
      'KM109 metadata.labels.a b',
    ],
    [
      'a label with a value that is none',
      store([]).replace('name: fraud', 'name: fraud\n  labels: { a: "b c" }'),
      'KM109 metadata.labels.a',
    ],
    [
      'a reference without a name',
      store(['batchEngine: { configMapRef: {} }']),
      'KM112 spec.batchEngine.configMapRef.name',
    ],
    [
      'a reference to no possible name',
      store(['batchEngine: { configMapRef: { name: My_Map } }']),
      'KM112 spec.batchEngine.configMapRef.name',
    ],
    [
      'a registry of its own',
      store(['services: { registry: { remote: { feastRef: { name: fraud } } } }']),
      'KM112 spec.services.registry.remote.feastRef.name',
    ],
    [
      'a mount of no volume',
      store(['services: { ui: { volumeMounts: [{ name: a, mountPath: /a }] } }']),
      'KM113 spec.services.ui.volumeMounts.0.name',
    ],
  ])('%s', async (_, text, wanted) => {
    expect(await findings(text)).toEqual([wanted])
  })

  it('never shows a credential', async () => {
    const text = store([
      'services:',
      '  ui:',
      '    env:',
      '      - name: DB_PASSWORD',
      '        value: hunter2hunter2',
      '      - { name: API_TOKEN, value: 4711471147 }',
      '      - { name: COPY_PASSWORD, value: $(DB_PASSWORD) }',
      'feastProjectDir: { git: { url: "https://me:hunter3hunter3@host/repo" } }',
    ])
    const found = await check(text)
    expect(found.map(({ code, severity, line }) => `${code} ${severity} ${line}`)).toEqual([
      'KM114 warning 11',
      'KM103 error 12',
      'KM114 warning 12',
      'KM114 warning 14',
    ])
    expect(JSON.stringify(found)).not.toMatch(/hunter|4711/)
    expect(found[0]?.excerpt).toBe('          value: **************')
  })

  it('does not show the shortest credential either', async () => {
    const [wrong] = await check(store(['services: { ui: { env: [{ name: DB_PASSWORD, value: 7 }] } }']))
    expect(wrong).toMatchObject({ code: 'KM103', hint: 'put it in quotes' })
    expect(`${wrong?.message}${wrong?.excerpt}`).not.toContain('7')
  })

  it('knows that the operator adds volumes of its own', async () => {
    const mounts = 'volumeMounts: [{ name: feast-fraud-online, mountPath: /a }]'
    expect(await findings(store([`services: { ui: { ${mounts} } }`]))).toEqual([])
  })

  it('never shows a credential of a file that is no YAML', async () => {
    const text = store([
      'services: { ui: { env: [',
      '- name: DB_PASSWORD',
      '  value: hunter2hunter2 }',
      'password: hunter2',
    ])
    const found = await check(text)
    expect(found.length).toBeGreaterThan(0)
    expect(JSON.stringify(found)).not.toContain('hunter2')
  })
})

describe('v1alpha1', () => {
  it('is told to move, with what its writers lose', async () => {
    const [old, ...rest] = await check(store([], 'feast.dev/v1alpha1'))
    expect(rest).toEqual([])
    expect(old).toMatchObject({ code: 'KM110', severity: 'warning', line: 1, column: 13 })
    expect(old?.why).toMatch(/spec\.replicas, .*spec\.services\.scaling.*/)
    expect(old?.why).toContain('spec.services.offlineStore.persistence.store.type: oracle')
    expect(old?.hint).toContain('apiVersion: feast.dev/v1`')
  })

  it('refuses the fields and words of v1', async () => {
    const oracle = 'services: { offlineStore: { persistence: { store: { type: oracle, secretRef: { name: a } } } } }'
    const text = store(['replicas: 2', oracle], 'feast.dev/v1alpha1')
    const [, field, word] = await check(text)
    expect(field).toMatchObject({ code: 'KM101', message: 'spec.replicas is a field of feast.dev/v1 only' })
    expect(word).toMatchObject({ code: 'KM104', hint: 'write `apiVersion: feast.dev/v1`, which has it' })
    expect(await findings(store(['replicas: 1', oracle]))).toEqual([])
  })
})
