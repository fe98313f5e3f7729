import { homedir, tmpdir, userInfo } from 'node:os'
import { join } from 'node:path'

/**
 * Where fsop keeps what it can make again: FSOP_CACHE_DIR, else the user's cache folder of the system
 * (XDG base directory specification; `~/Library/Caches` on macOS), else, with no home, a folder of this user in /tmp.
 */
export function cacheFolder(env: NodeJS.ProcessEnv): string {
  const own = env['FSOP_CACHE_DIR']
  if (own) return own
  const xdg = env['XDG_CACHE_HOME']
  if (xdg) return join(xdg, 'fsop')
  const home = env['HOME'] || (env['HOME'] === undefined ? '' : homedir())
  if (!home || home === '/') return join(tmpdir(), `fsop-${userInfo().uid}`)
  return process.platform === 'darwin' ? join(home, 'Library/Caches/fsop') : join(home, '.cache/fsop')
}
