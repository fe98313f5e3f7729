import { describe, expect, it } from 'vitest'
import { checkBackendFile } from '../../../src/backends/backend-file.ts'
import { parseVolume } from '../../../src/backends/local-container/config.ts'
import { resolveBackend } from '../../../src/backends/resolve.ts'
import { isFsopError } from '../../../src/diagnostics/errors.ts'

function check(text: string) {
  return checkBackendFile({ file: 'backend.yaml', bytes: new TextEncoder().encode(text) })
}

const places = (text: string) => check(text).diagnostics.map(({ code, line, column }) => `${code} ${line}:${column}`)

const local = (type: string, spec: string) => `kind: operator.local\ntype: ${type}\nversion: v1\nspec: ${spec}\n`
const container = (spec: string) => local('container', `{ image: feature_store:v1, ${spec} }`)

describe('a backend file', () => {
  it.each([
    [
      'python with nothing else, as ADS writes it',
      local('python', 'null'),
      { type: 'python', environment: { mode: 'managed' } },
    ],
    [
      'a conda environment',
      local('python', '{ environment: "conda:ads-feature-store" }'),
      { environment: { mode: 'conda', name: 'ads-feature-store' } },
    ],
    [
      'the container of the guide',
      'kind: operator.local\nspec:\n  image: feature_store:v1\n  volume:\n  - /Users/me/.oci:/root/.oci\ntype: container\nversion: v1\n',
      {
        type: 'container',
        image: 'feature_store:v1',
        volumes: [{ source: '/Users/me/.oci', target: '/root/.oci', writable: false }],
        env: [],
        engine: undefined,
      },
    ],
    [
      'everything a container can have',
      container(
        'volume: ["~/.oci:/root/.oci:rw,Z"], env: [{ name: A }, { name: B, value: c }, { name: D, value: null }], engine: podman',
      ),
      {
        volumes: [{ source: '~/.oci', target: '/root/.oci', writable: true, relabel: 'private' }],
        env: [
          { name: 'A', value: undefined },
          { name: 'B', value: 'c' },
          { name: 'D', value: undefined },
        ],
        engine: 'podman',
      },
    ],
  ])('is read: %s', (_, text, wanted) => {
    const { config, diagnostics } = check(text)
    expect(diagnostics).toEqual([])
    expect(config).toMatchObject(wanted)
  })

  it.each([
    ['Kubernetes', 'kind: operator.kubernetes\ntype: helm\nversion: v1\n'],
    ['a job', 'kind: job\nname: a\nspec: { infrastructure: { kind: infrastructure }, runtime: {} }\n'],
    ['a run of Data Flow', 'kind: dataflow\nspec: {}\n'],
    ['the marketplace', 'kind: marketplace.local\ntype: python\nversion: v1\nspec: { kind: value }\n'],
  ])('for %s is right, and not run', (_, text) => {
    const { config, diagnostics } = check(text)
    expect(diagnostics).toMatchObject([{ code: 'BK005', severity: 'warning', line: 1, path: 'kind' }])
    expect(config).toBeDefined()
  })

  it.each([
    ['a list', '- a\n', ['BK002 1:1']],
    ['two documents', `${local('python', '{}')}---\n${local('python', '{}')}`, ['BK002 6:1']],
    ['an unknown key', local('python', '{ enviroment: managed }'), ['BK003 4:9']],
    ['an unknown kind', 'kind: operator.locl\ntype: python\nversion: v1\n', ['BK004 1:7']],
    ['an unknown type', local('pyhton', '{}'), ['BK004 2:7']],
    ['an unknown version', 'kind: operator.local\ntype: python\nversion: v2\n', ['BK004 3:10']],
    ['a number far too large', 'kind: 99999999999999999999\n', ['BK004 1:7']],
    ['no kind', 'type: python\n', ['BK004 1:1']],
    [
      'a Kubernetes type that there is not',
      'kind: operator.kubernetes\ntype: kustomize\nversion: v1\n',
      ['BK004 2:7', 'BK005 1:7'],
    ],
    ['a spec that is no mapping', local('python', '[]'), ['BK004 4:7']],
    ['an environment that there is not', local('python', '{ environment: conda }'), ['BK004 4:22']],
    ['a container without an image', local('container', 'null'), ['BK004 1:1']],
    ['a container with an empty image', local('container', '{ image: null }'), ['BK004 4:9']],
    ['a placeholder for an image', local('container', '{ image: "<image>" }'), ['BK004 4:16']],
    ['an engine that there is not', container('engine: dokcer'), ['BK004 4:42']],
    ['volumes that are no list', container('volume: "~/.oci:/root/.oci"'), ['BK004 4:42']],
    ['a volume that is a mapping', container('volume: [{ a: b }]'), ['BK004 4:43']],
    ['a volume that is a placeholder', container('volume: ["/Users/<user>/.oci:/root/.oci"]'), ['BK006 4:43']],
    ['a target twice', container('volume: [/a:/c, /b:/c]'), ['BK006 4:50']],
    ['variables that are a mapping', container('env: { A: b }'), ['BK004 4:39']],
    ['a variable that is a text', container('env: [A=b]'), ['BK004 4:40']],
    ['a variable without a name', container('env: [{ value: b }]'), ['BK004 4:40']],
    ['a variable that is none', container('env: [{ name: A-B }]'), ['BK004 4:48']],
    ['a variable twice', container('env: [{ name: A }, { name: A }]'), ['BK004 4:53']],
    ['a number as a value', container('env: [{ name: A, value: 1 }]'), ['BK004 4:58']],
    ['a key of a variable that there is not', container('env: [{ name: A, valeu: b }]'), ['BK003 4:51']],
  ])('is refused: %s', (_, text, wanted) => {
    expect(places(text).toSorted()).toEqual(wanted)
    expect(check(text).config).toBeUndefined()
  })

  it('says what was meant', () => {
    expect(check('kind: operator.locl\n').diagnostics[0]?.message).toContain('did you mean "operator.local"?')
    expect(check(local('pyhton', '{}')).diagnostics[0]?.message).toContain('did you mean "python"?')
  })

  it('with a credential is right, warned of, and never shows it', () => {
    const { config, diagnostics } = check(container('env: [{ name: DB_PASSWORD, value: hunter2hunter2 }]'))
    expect(config).toBeDefined()
    expect(diagnostics).toMatchObject([{ code: 'BK007', severity: 'warning' }])
    const broken = check(container('env: [{ name: DB_PASSWORD, value: hunter2hunter2 }')).diagnostics
    expect(broken.length).toBeGreaterThan(0)
    expect(JSON.stringify([diagnostics, broken])).not.toContain('hunter2')
    expect(check(container('env: [{ name: DB_PASSWORD }]')).diagnostics).toEqual([])
  })
})

describe('a volume', () => {
  it.each(['~/.oci:/root/.oci', '~:/home', './data:/data:ro', '../x:/x:rw,z', '/a:/b:Z'])('can be %s', (text) => {
    expect(parseVolume(text)).not.toHaveProperty('problem')
  })
  it.each([
    '',
    '/a',
    'a:/b',
    '/a:b',
    '/a:/b:/c:ro',
    '/a:/b:rx',
    '/a:/b:ro,rw',
    '/a:/',
    '/a:/etc/operator/',
    '{home}/a:/b',
  ])('cannot be %j', (text) => {
    expect(parseVolume(text)).toHaveProperty('problem')
  })
})

describe('-b with a file', () => {
  const resolve = async (text: string, warn?: () => void) =>
    resolveBackend('backend.yaml', {
      cwd: '/',
      folder: '/',
      env: {},
      read: async () => ({ bytes: new TextEncoder().encode(text) }),
      ...(warn ? { warn } : {}),
    }).catch((error: unknown) => (isFsopError(error) ? error : Promise.reject(error as Error)))

  it('takes a Python of this machine', async () => {
    expect(await resolve(local('python', '{ environment: current }'))).toMatchObject({
      environment: { mode: 'current' },
    })
  })

  it.each([
    ['a container', container('')],
    ['Kubernetes', 'kind: operator.kubernetes\ntype: helm\nversion: v1\n'],
  ])('says that it does not run %s', async (_, text) => {
    expect(await resolve(text)).toMatchObject({ exitCode: 3, diagnostic: { code: 'BK005', file: 'backend.yaml' } })
  })

  it('names the backends where there is none of that name', async () => {
    const ports = { cwd: '/', folder: '/', env: {}, read: async () => ({ bytes: new Uint8Array() }) }
    await expect(resolveBackend('locl', ports)).rejects.toMatchObject({ exitCode: 2, diagnostic: { code: 'BK001' } })
  })

  it('gives all problems of a wrong file', async () => {
    const error = await resolve('kind: operator.local\ntype: python\nversion: v2\nspce: {}\n')
    expect(error).toMatchObject({
      exitCode: 3,
      diagnostic: { code: 'BK004', line: 3 },
      others: [{ code: 'BK003', line: 4 }],
    })
  })
})
