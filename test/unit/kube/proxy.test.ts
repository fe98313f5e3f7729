import { describe, expect, it } from 'vitest'
import { proxyFor } from '../../../src/kube/proxy.ts'

describe('proxyFor', () => {
  const server = new URL('https://api.cluster.example.com:6443')
  const HTTPS_PROXY = 'http://proxy:3128'

  it.each([
    [{}, undefined],
    [{ HTTP_PROXY: 'http://proxy:3128' }, undefined],
    [{ HTTPS_PROXY }, HTTPS_PROXY],
    [{ https_proxy: 'proxy:3128' }, HTTPS_PROXY],
    [{ HTTPS_PROXY, NO_PROXY: '*' }, undefined],
    [{ HTTPS_PROXY, NO_PROXY: 'other, api.cluster.example.com' }, undefined],
    [{ HTTPS_PROXY, no_proxy: 'EXAMPLE.com' }, undefined],
    [{ HTTPS_PROXY, NO_PROXY: '.example.com' }, undefined],
    [{ HTTPS_PROXY, NO_PROXY: '*.example.com:6443' }, undefined],
    [{ HTTPS_PROXY, NO_PROXY: 'example.com:443' }, HTTPS_PROXY],
    [{ HTTPS_PROXY, NO_PROXY: 'ample.com,,.' }, HTTPS_PROXY],
  ])('%o gives %s', (env, expected) => {
    expect(proxyFor(server, env)).toBe(expected)
  })

  it.each(['https://127.0.0.1:6443', 'https://localhost', 'https://[::1]:6443'])('never for %s', (loopback) => {
    expect(proxyFor(new URL(loopback), { HTTPS_PROXY })).toBeUndefined()
  })

  it('of a domain with a leading dot the domain itself is no exception', () => {
    const url = new URL('https://example.com')
    expect(proxyFor(url, { HTTPS_PROXY, NO_PROXY: '.example.com' })).toBe(HTTPS_PROXY)
    expect(proxyFor(new URL('https://[fd00::1]'), { HTTPS_PROXY, NO_PROXY: 'fd00::1' })).toBeUndefined()
  })
})
