/**
 * The proxy that the environment asks for, as Go's `http.ProxyFromEnvironment` and so kubectl reads it: `HTTPS_PROXY` for
 * https servers and `HTTP_PROXY` for others, not for loopback, and not for what `NO_PROXY` names (hosts, domains with all
 * below them, either with a port, `*`). Networks in CIDR form are not read.
 *
 * @returns a URL, or undefined for a direct connection
 */
export function proxyFor(server: URL, env: Readonly<Record<string, string | undefined>>): string | undefined {
  const of = (name: string): string => env[name] || env[name.toLowerCase()] || ''
  const proxy = of(server.protocol === 'https:' ? 'HTTPS_PROXY' : 'HTTP_PROXY')
  const host = server.hostname.replace(/^\[(.*)\]$/, '$1')
  if (proxy === '' || isLoopback(host)) return undefined
  const port = server.port || (server.protocol === 'https:' ? '443' : '80')
  const exceptions = of('NO_PROXY')
    .split(',')
    .map((entry) => entry.trim().toLowerCase())
  if (exceptions.some((entry) => isException(entry, host, port))) return undefined
  return proxy.includes('://') ? proxy : `http://${proxy}`
}

function isLoopback(host: string): boolean {
  return host === 'localhost' || host === '::1' || host.startsWith('127.')
}

function isException(entry: string, host: string, port: string): boolean {
  if (entry === '*' || entry === host) return true
  const [, name = entry, onlyPort] = /^(.*[^:]):(\d+)$/.exec(entry) ?? []
  if (name === '' || (onlyPort !== undefined && onlyPort !== port)) return false
  const domain = name.replace(/^\*?\./, '')
  return (name === domain && host === name) || (domain !== '' && host.endsWith(`.${domain}`))
}
