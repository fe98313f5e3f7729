import { execFileSync, spawnSync } from 'node:child_process'
import { existsSync, mkdirSync, readdirSync, rmSync, symlinkSync, writeFileSync } from 'node:fs'
import { join } from 'node:path'
import { setTimeout as sleep } from 'node:timers/promises'
import { afterAll, beforeAll, describe, expect, it } from 'vitest'
import { emptyFolder, envelope, fsop, sharedCache, startFsop } from '../support/cli.ts'
import { pathBefore, pathWith } from '../support/programs.ts'
import { makeProject, processesLeft, watch, type Project } from '../support/project.ts'

/** A folder for environments that nothing was made in yet. */
function newCache(): string {
  return join(emptyFolder(), 'cache')
}

/** What stands in the folder of environments; none where it was not made. */
function environmentsIn(cache: string): string[] {
  const folder = join(cache, 'envs')
  return existsSync(folder) ? readdirSync(folder) : []
}

/**
 * A `uv` that makes a real virtual environment, without packages: installing Feast takes most of a minute, and these
 * tests are about who makes it. `$WAIT` holds it up half-way.
 */
const fakeUv = `
case "$1" in
  --version) echo "uv 0.0.0" ;;
  venv) exec "$3" -m venv --without-pip "$4" ;;
  pip) echo "installing into $4"; echo once >> "$COUNT"; sleep "$WAIT" ;;
esac`

describe('an environment that cannot be made', () => {
  let project: Project
  const plan = (env: Record<string, string | undefined>, ...flags: string[]) =>
    fsop(['plan', '-f', project.spec, ...flags], { env: { FSOP_CACHE_DIR: newCache(), ...env } })

  beforeAll(async () => {
    project = await makeProject('--minimal')
  })

  it('no Python', async () => {
    const failed = await plan({ PATH: pathWith() })
    expect(failed.code).toBe(4)
    expect(failed.stderr).toContain('error FS402: no Python was found on PATH')
    expect(failed.stderr).toContain('FSOP_PYTHON')
  })

  it('FSOP_PYTHON that is not there', async () => {
    const failed = await plan({ FSOP_PYTHON: '/nonexistent/python' })
    expect(failed.code).toBe(4)
    expect(failed.stderr).toContain('error FS402: no Python at /nonexistent/python')
  })

  it('Python too old', async () => {
    const answer = '{"path": "/usr/bin/python3", "version": "3.8.10", "platform": "linux-x86_64", "hasVenv": true}'
    const PATH = pathWith({ python3: `echo '${answer}'` })
    const failed = await plan({ PATH }, '--json')
    expect(failed.code).toBe(4)
    expect(envelope(failed)).toMatchObject({
      ok: false,
      error: { code: 'FS403', message: 'Python 3.8.10 is too old', exitCode: 4 },
    })
    expect(await fsop(['doctor'], { env: { PATH: pathWith({ python3: 'echo Python 3.8.10' }) } })).toMatchObject({
      code: 4,
    })
  })

  it('a newer Python under another name is found', async () => {
    const old = `echo '{"path": "/usr/bin/python3", "version": "3.8.10", "platform": "linux-x86_64", "hasVenv": true}'`
    const real = execFileSync('python3', ['-c', 'import sys; print(sys.executable)'], { encoding: 'utf8' }).trim()
    const { stdout, code } = await fsop(['plan', '-f', project.spec], {
      env: { PATH: pathWith({ python3: old, 'python3.12': `exec ${real} "$@"` }) },
    })
    expect(code).toBe(0)
    expect(stdout).toContain('+ entity customer')
  })

  it('the package index cannot be reached', async () => {
    const cache = newCache()
    const failed = await plan({
      FSOP_CACHE_DIR: cache,
      PIP_INDEX_URL: 'http://127.0.0.1:9/simple',
      PIP_RETRIES: '0',
      PIP_FIND_LINKS: undefined,
      PIP_CACHE_DIR: join(cache, 'pip'),
      UV_DEFAULT_INDEX: 'http://127.0.0.1:9/simple',
      UV_CACHE_DIR: join(cache, 'uv'),
    })
    expect(failed.code).toBe(4)
    expect(failed.stderr).toContain('error FS411: the Python package index cannot be reached')
    expect(failed.stderr).toContain('PIP_INDEX_URL')
    expect(failed.stderr).not.toContain('Traceback')
    expect(environmentsIn(cache)).toEqual([])
  })

  it('a package that the index does not have', async () => {
    const cache = newCache()
    const uv = `case "$1" in venv) mkdir -p "$4/bin" ;; pip) echo "  x No solution found:" >&2
      echo "  Because there are no versions of nonexistent-package and you require it" >&2; exit 1 ;; esac`
    const failed = await plan({ FSOP_CACHE_DIR: cache, PATH: pathBefore({ uv }) })
    expect(failed.code).toBe(1)
    expect(failed.stderr).toContain('error FS413: the package index has no nonexistent-package')
    expect(environmentsIn(cache)).toEqual([])
  })

  describe('disk full', () => {
    const disk = emptyFolder()
    let mounted = false
    beforeAll(() => {
      // Only root may mount. Without a small disk a `uv` says what the system would.
      mounted = spawnSync('mount', ['-t', 'tmpfs', '-o', 'size=16m', 'tmpfs', disk]).status === 0
    })
    afterAll(() => void (mounted && execFileSync('umount', [disk])))

    it('while the packages are written', async () => {
      const uv = 'mkdir -p "$4/bin"; echo "error: failed to write: No space left on device (os error 28)" >&2; exit 2'
      const failed = await plan({
        FSOP_CACHE_DIR: disk,
        ...(mounted ? { TMPDIR: disk } : { PATH: pathBefore({ uv }) }),
      })
      expect(failed.code).toBe(1)
      expect(failed.stderr).toContain('error FS412: the disk is full')
      expect(failed.stderr).toContain('FSOP_CACHE_DIR')
      expect(failed.stderr).not.toContain('Traceback')
      expect(environmentsIn(disk)).toEqual([])
      if (!mounted) return
      execFileSync('sh', ['-c', `cat /dev/zero > '${disk}/filler' || true`], { stdio: 'ignore' })
      const full = await plan({ FSOP_CACHE_DIR: disk })
      expect(full.code).toBe(1)
      expect(full.stderr).toContain('error FS412: the disk is full')
    })
  })

  it('a cache folder that cannot be one', async () => {
    const failed = await plan({ FSOP_CACHE_DIR: join(project.spec, 'cache') })
    expect(failed.code).toBe(4)
    expect(failed.stderr).toContain("error FS415: cannot write into fsop's cache folder")
  })

  it('a cache that cannot be written after the apply does not make it a failure', async () => {
    const other = await makeProject('--minimal')
    const cache = newCache()
    mkdirSync(cache, { recursive: true })
    symlinkSync(join(sharedCache, 'envs'), join(cache, 'envs'))
    const applying = watch(startFsop(['apply', '-f', other.spec], { env: { FSOP_CACHE_DIR: cache } }))
    await applying.until('> Starting Python')
    rmSync(join(cache, 'applied'), { recursive: true, force: true })
    writeFileSync(join(cache, 'applied'), 'a file where the folder was')
    expect(await applying.ended).toMatchObject({ code: 0 })
    expect(applying.output()).toContain('read back and complete')
  })

  describe('made by several, stopped half-way', () => {
    const start = (cache: string, wait: number) => {
      const count = join(cache, 'installations')
      mkdirSync(cache, { recursive: true })
      const env = { FSOP_CACHE_DIR: cache, PATH: pathBefore({ uv: fakeUv }), WAIT: String(wait), COUNT: count }
      return watch(startFsop(['plan', '-f', project.spec, '--debug'], { env }))
    }
    const installations = (cache: string) =>
      execFileSync('grep', ['-c', 'once', join(cache, 'installations')], { encoding: 'utf8' })

    it('kill -9: the next run takes over and removes what was left', async () => {
      const cache = newCache()
      const first = start(cache, 60)
      await first.until('installing into')
      first.child.kill('SIGKILL')
      await first.ended
      const left = environmentsIn(cache)
      expect(left.filter((name) => !name.endsWith('.lock'))).toHaveLength(1)
      const second = start(cache, 0)
      expect(await second.ended).toMatchObject({ code: 4 })
      // The stand-in for uv installs nothing: that Feast is missed shows that this environment was finished and used.
      expect(second.output()).toMatch(/error FD20[23]/)
      const names = environmentsIn(cache)
      expect(names).toHaveLength(2)
      expect(names.filter((name) => left.includes(name))).toEqual([])
      for (const line of await processesLeft(cache, 0)) process.kill(Number(line.split(' ')[0]), 'SIGKILL')
    })

    it('two at once: one makes it, the other waits, says so and uses it', async () => {
      const cache = newCache()
      const first = start(cache, 3)
      await first.until('installing into')
      const second = start(cache, 3)
      await second.until(`another fsop makes this Python environment (process ${first.child.pid})`)
      await Promise.all([first.ended, second.ended])
      expect(first.output()).toMatch(/error FD20[23]/)
      expect(second.output()).toMatch(/error FD20[23]/)
      expect(installations(cache).trim()).toBe('1')
      expect(environmentsIn(cache)).toHaveLength(2)
    })

    it.each([
      ['SIGINT', 130],
      ['SIGTERM', 143],
    ] as const)('%s: ends with %i and leaves nothing', async (signal, code) => {
      const cache = newCache()
      const run = start(cache, 60)
      await run.until('installing into')
      run.child.kill(signal)
      expect(await run.ended).toEqual({ code, signal: null })
      expect(run.output()).toContain(`stopped by ${signal}`)
      expect(run.output()).not.toMatch(/^ +at /m)
      expect(environmentsIn(cache)).toEqual([])
      expect(await processesLeft(cache)).toEqual([])
    })

    it('a waiting fsop can be stopped', async () => {
      const cache = newCache()
      const first = start(cache, 60)
      await first.until('installing into')
      const second = start(cache, 60)
      await second.until('another fsop makes this')
      second.child.kill('SIGINT')
      expect(await second.ended).toMatchObject({ code: 130 })
      await sleep(100)
      expect(first.child.exitCode).toBeNull()
      first.child.kill('SIGTERM')
      await first.ended
      expect(environmentsIn(cache)).toEqual([])
    })
  })
})
