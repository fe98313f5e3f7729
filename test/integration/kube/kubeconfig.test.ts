import { generateKeyPairSync } from 'node:crypto'
import { mkdirSync, writeFileSync } from 'node:fs'
import { createServer } from 'node:https'
import type { AddressInfo } from 'node:net'
import { join } from 'node:path'
import { describe, expect, it, onTestFinished } from 'vitest'
import { connect } from '../../../src/kube/connect.ts'
import { KubeconfigError, loadContext } from '../../../src/kube/kubeconfig.ts'
import { CONFIG_MAPS } from '../../support/kube-objects.ts'
import { connected, emptyFolder, scripted } from './follow.ts'

function write(folder: string, name: string, content: unknown): string {
  const file = join(folder, name)
  writeFileSync(file, typeof content === 'string' ? content : JSON.stringify(content))
  return file
}

const cluster = (name: string, server: string, more = {}) => ({ name, cluster: { server, ...more } })
const config = (name: string, server: string, user: Record<string, unknown> = {}, more = {}) => ({
  apiVersion: 'v1',
  kind: 'Config',
  clusters: [cluster(name, server, more)],
  users: [{ name, user }],
  contexts: [{ name, context: { cluster: name, user: name } }],
  'current-context': name,
})
const problem = (load: Promise<unknown>): Promise<string> =>
  load.then(
    () => expect.fail('it was loaded'),
    (error: unknown) => (error instanceof KubeconfigError ? error.message : `not a KubeconfigError: ${String(error)}`),
  )

describe('which kubeconfig', () => {
  it('the file that is named comes first, then KUBECONFIG, then the home folder', async () => {
    const home = emptyFolder()
    mkdirSync(join(home, '.kube'))
    write(join(home, '.kube'), 'config', config('of-home', 'https://home:6443'))
    const listed = write(home, 'listed', config('of-env', 'https://env:6443'))
    const named = write(home, 'named', config('of-flag', 'https://flag:6443'))
    const env = { HOME: home, KUBECONFIG: listed }
    expect((await loadContext({ env: { HOME: home } })).context).toBe('of-home')
    expect((await loadContext({ env })).context).toBe('of-env')
    const { context, server, namespace } = await loadContext({ env, kubeconfig: named })
    expect([context, server.href, namespace]).toEqual(['of-flag', 'https://flag:6443/', 'default'])
  })

  it('several files are merged, what comes first wins, and one that is not there is passed over', async () => {
    const folder = emptyFolder()
    const one = write(folder, 'one', config('same', 'https://one:6443'))
    const two = write(folder, 'two', config('same', 'https://two:6443'))
    const three = write(folder, 'three', config('third', 'https://three:6443'))
    const env = { KUBECONFIG: [join(folder, 'nowhere'), one, two, three].join(':') }
    expect((await loadContext({ env })).server.host).toBe('one:6443')
    expect((await loadContext({ env, context: 'third' })).server.host).toBe('three:6443')
  })

  it('a pod has its service account, whose token is read from the file each time', async () => {
    const folder = emptyFolder()
    write(folder, 'token', 'a-token\n')
    write(folder, 'namespace', 'team\n')
    const env = { KUBERNETES_SERVICE_HOST: 'fd00::1', KUBERNETES_SERVICE_PORT: '443' }
    const found = await loadContext({ env, serviceAccountFolder: folder })
    expect(found).toMatchObject({ context: 'in-cluster', namespace: 'team', tokenFile: join(folder, 'token') })
    expect(found.server.host).toBe('[fd00::1]')
    const nowhere = loadContext({ env: {}, serviceAccountFolder: folder })
    expect(await problem(nowhere)).toMatch(/^there is no kubeconfig/)
  })

  it('paths in a kubeconfig are relative to it', async () => {
    const folder = emptyFolder()
    write(folder, 'token', 'x')
    const file = write(
      folder,
      'config',
      config('c', 'https://c', { tokenFile: 'token', exec: { command: './plugin' } }),
    )
    const { tokenFile, exec } = await loadContext({ env: {}, kubeconfig: file })
    expect([tokenFile, exec?.command]).toEqual([join(folder, 'token'), join(folder, 'plugin')])
  })
})

describe('a kubeconfig that leads nowhere', () => {
  it.each([
    ['no such file', undefined, {}, /^cannot read the kubeconfig .* \(ENOENT\)$/],
    ['no YAML', 'users:\n- name: u\n  user: {token: canary', {}, /is not valid: no YAML in line \d$/],
    ['another YAML', 'canary', {}, /is not valid$|no current context/],
    ['an empty file', '', {}, /is not valid$/],
    [
      'no server',
      { ...config('c', ''), clusters: [{ name: 'c', cluster: {} }] },
      {},
      /clusters\[0\]\.cluster\.server is missing$/,
    ],
    [
      'no current context',
      { ...config('c', 'https://c'), 'current-context': undefined },
      {},
      /no current context: name one$/,
    ],
    ['an unknown context', config('c', 'https://c'), { context: 'x' }, /^the kubeconfig has no context x, but c$/],
    ['an unknown cluster', { ...config('c', 'https://c'), clusters: [] }, {}, /names a cluster that/],
    ['an unknown user', { ...config('c', 'https://c'), users: [] }, {}, /names a user that/],
    ['plain http', config('c', 'http://c'), {}, /is not https, and insecure-skip-tls-verify is not set$/],
    ['another scheme', config('c', 'ftp://c'), {}, /is no http or https URL$/],
  ])('%s', async (_title, content, options, expected) => {
    const folder = emptyFolder()
    const kubeconfig = content === undefined ? join(folder, 'none') : write(folder, 'config', content)
    const message = await problem(loadContext({ env: {}, kubeconfig, ...options }))
    expect(message).toMatch(expected)
    expect(message).not.toContain('canary')
  })

  it('KUBECONFIG names only files that are not there', async () => {
    expect(await problem(loadContext({ env: { KUBECONFIG: '/nowhere/a:/nowhere/b' } }))).toMatch(/no such file$/)
  })
})

describe('credentials', () => {
  const at = { namespace: 'team', name: 'a' }

  it.each([
    ['a token', { token: 'canary' }, 'Bearer canary'],
    [
      'a user name and a password',
      { username: 'u', password: 'canary' },
      `Basic ${Buffer.from('u:canary').toString('base64')}`,
    ],
    ['nothing', {}, undefined],
  ])('sends %s', async (_title, user, expected) => {
    const server = await scripted(user)
    server.always('GET', (exchange) => exchange.json(200, {}))
    await (await connected(server.kubeconfig)).get(CONFIG_MAPS, at)
    expect(server.requests[0]?.headers.authorization).toBe(expected)
  })

  it('impersonates', async () => {
    const server = await scripted({ token: 't', as: 'somebody' })
    server.always('GET', (exchange) => exchange.json(200, {}))
    await (await connected(server.kubeconfig)).get(CONFIG_MAPS, at)
    expect(server.requests[0]?.headers['impersonate-user']).toBe('somebody')
  })

  it('never go to another server than the first one', async () => {
    const server = await scripted({ token: 'canary' })
    const other = await scripted()
    server.always('GET', (exchange) => exchange.refuse(401))
    const connection = await connected(server.kubeconfig)
    const text = config(
      'test',
      `http://127.0.0.1:${other.port}`,
      { token: 'canary' },
      { 'insecure-skip-tls-verify': true },
    )
    writeFileSync(server.kubeconfig, JSON.stringify(text))
    await expect(connection.get(CONFIG_MAPS, at)).rejects.toThrow('the kubeconfig now leads to another server')
    expect(other.requests).toEqual([])
  })
})

it('a server whose certificate nobody vouches for is refused at once', async () => {
  const { privateKey } = generateKeyPairSync('rsa', { modulusLength: 2048 })
  // It has no certificate at all, so every handshake fails.
  const server = createServer({ key: privateKey.export({ type: 'pkcs1', format: 'pem' }) })
  await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', () => resolve()))
  onTestFinished(() => void server.close())
  const { port } = server.address() as AddressInfo
  const kubeconfig = write(emptyFolder(), 'config', config('c', `https://127.0.0.1:${port}`))
  const connection = await connect({ kubeconfig, env: {}, userAgent: 'fsop-test' })
  onTestFinished(() => connection.close())
  const startedAt = performance.now()
  await expect(connection.get(CONFIG_MAPS, { namespace: 'n', name: 'a' })).rejects.toMatchObject({
    status: 0,
    reason: 'TlsError',
  })
  expect(performance.now() - startedAt).toBeLessThan(5000)
})
