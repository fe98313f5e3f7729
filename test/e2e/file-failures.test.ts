import { execFileSync, spawnSync } from 'node:child_process'
import { chmodSync, mkdirSync, readdirSync, readFileSync, writeFileSync } from 'node:fs'
import { userInfo } from 'node:os'
import { basename, dirname, join } from 'node:path'
import { beforeAll, describe, expect, inject, it } from 'vitest'
import { emptyFolder, envelope, fsop } from '../support/cli.ts'
import { filesIn, makeProject, withFile, type Project } from '../support/project.ts'

/** Runs fsop as a user whom file permissions bind: they do not bind root. */
function asNobody(args: readonly string[]): { code: number | null; stderr: string } {
  const isRoot = userInfo().uid === 0
  const words = isRoot
    ? ['setpriv', '--reuid=65534', '--regid=65534', '--clear-groups', inject('fsop'), ...args]
    : [inject('fsop'), ...args]
  const [command = '', ...rest] = words
  const { status, stderr } = spawnSync(command, rest, {
    encoding: 'utf8',
    env: { ...process.env, HOME: '/nonexistent', FSOP_CACHE_DIR: join(emptyFolder(), 'cache') },
  })
  return { code: status, stderr }
}

/** A folder that other users may enter. */
function openFolder(): string {
  const folder = emptyFolder()
  chmodSync(folder, 0o755)
  return folder
}

describe('a spec that cannot be read', () => {
  // None of these needs Python, and none may start it.
  const env = { FSOP_PYTHON: '/nonexistent/python' }

  it('missing, with a name that is close', async () => {
    const folder = emptyFolder()
    writeFileSync(join(folder, 'feature_stor.yaml'), '')
    const failed = await fsop(['plan'], { cwd: folder, env })
    expect(failed.code).toBe(3)
    expect(failed.stderr).toContain('error FS120')
    expect(failed.stderr).toContain('feature_stor.yaml')
  })

  it.each([
    ['verify', 'FS125'],
    ['apply', 'FS121'],
  ])('a folder, with nothing in it: %s', async (command, code) => {
    const failed = await fsop([command, '-f', emptyFolder(), '--json'], { env })
    expect(failed.code).toBe(3)
    expect(envelope(failed)).toMatchObject({ ok: false, error: { code, exitCode: 3 } })
  })

  it.each(['verify', 'plan', 'apply', 'status'])('empty: %s', async (command) => {
    const file = join(emptyFolder(), 'feature_store.yaml')
    writeFileSync(file, '')
    const failed = await fsop([command, '-f', file], { env })
    expect(failed.code).toBe(3)
    expect(failed.stderr).toMatch(/error FS\d{3}: .*empty|holds nothing/i)
  })

  it('a FIFO: refused at once', async () => {
    const file = join(emptyFolder(), 'feature_store.yaml')
    execFileSync('mkfifo', [file])
    const failed = await fsop(['verify', '-f', file], { env })
    expect(failed.code).toBe(3)
    expect(failed.stderr).toContain('FIFO')
  })

  it('no permission', () => {
    const file = join(openFolder(), 'feature_store.yaml')
    writeFileSync(file, 'project: a\n')
    chmodSync(file, 0)
    const failed = asNobody(['verify', '-f', file])
    expect(failed.code).toBe(3)
    expect(failed.stderr).toContain('error FS122')
  })

  it('an environment variable that is not set: where it stands', async () => {
    const project = await makeProject('--minimal')
    const text = project
      .read('feature_store.yaml')
      .replace('path: data/online_store.db', 'path: ${ONLINE_PATH_OF_SHOP}')
    const line = text.split('\n').findIndex((one) => one.includes('ONLINE_PATH_OF_SHOP')) + 1
    await withFile(project, 'feature_store.yaml', text, async () => {
      const failed = await fsop(['apply', '-f', project.spec], { env })
      expect(failed.code).toBe(3)
      expect(failed.stderr).toContain('error FS321: the environment variable ONLINE_PATH_OF_SHOP is not set')
      expect(failed.stderr).toContain(`feature_store.yaml:${line}:9`)
      const verified = await fsop(['verify', '-f', project.spec, '--json'], {
        env: { ...env, ONLINE_PATH_OF_SHOP: 'data/o.db' },
      })
      expect(verified.code).toBe(0)
    })
  })
})

describe('a registry or a store that cannot be used', () => {
  let project: Project
  beforeAll(async () => {
    project = await makeProject('--minimal')
    expect(await fsop(['apply', '-f', project.spec])).toMatchObject({ code: 0 })
  })

  it('a damaged registry: says so and leaves it', async () => {
    const damaged = 'this is no registry'
    const before = readFileSync(project.path('data/registry.db'))
    writeFileSync(project.path('data/registry.db'), damaged)
    for (const command of ['apply', 'status']) {
      const failed = await fsop([command, '-f', project.spec])
      expect(failed.code).toBe(1)
      expect(failed.stderr).toContain('error FD401')
      expect(failed.stderr).toContain('registry.db')
      expect(failed.stderr).not.toContain('Traceback')
    }
    expect(project.read('data/registry.db')).toBe(damaged)
    writeFileSync(project.path('data/registry.db'), before)
  })

  it('a folder where the registry should be', async () => {
    mkdirSync(project.path('data/folder.db'))
    const text = project.read('feature_store.yaml').replace('data/registry.db', 'data/folder.db')
    const failed = await withFile(project, 'feature_store.yaml', text, () => fsop(['apply', '-f', project.spec]))
    expect(failed.code).toBe(1)
    expect(failed.stderr).toContain('error FD402')
    expect(failed.stderr).not.toContain('Traceback')
  })

  it('an online store that another process has locked', async () => {
    const sample = await makeProject()
    mkdirSync(sample.path('data'), { recursive: true })
    const script = `import sqlite3, sys
db = sqlite3.connect(sys.argv[1], isolation_level=None)
db.execute("create table t (a)")
db.execute("begin exclusive")
print("locked", flush=True)
sys.stdin.read()`
    const { spawn } = await import('node:child_process')
    const holder = spawn('python3', ['-c', script, sample.path('data/online_store.db')])
    await new Promise((resolve) => holder.stdout.once('data', resolve))
    const failed = await fsop(['apply', '-f', sample.spec])
    holder.kill('SIGKILL')
    expect(failed.code).toBe(1)
    expect(failed.stderr).toContain('error FD403')
    expect(failed.stderr).not.toContain('Traceback')
    expect(await fsop(['apply', '-f', sample.spec])).toMatchObject({ code: 0 })
  })
})

describe('init that is refused changes nothing', () => {
  it('--output inside a file', async () => {
    const folder = emptyFolder()
    writeFileSync(join(folder, 'file'), 'text')
    const failed = await fsop(['init', '--output', join(folder, 'file/shop')])
    expect(failed.code).toBe(1)
    expect(failed.stderr).toContain('error FS012')
    expect(failed.stderr).toContain('is a file, not a folder')
    expect(filesIn(folder)).toEqual(['file'])
  })

  it('files in the way: every one is named', async () => {
    const folder = emptyFolder()
    writeFileSync(join(folder, 'feature_store.yaml'), 'mine')
    writeFileSync(join(folder, 'README.md'), 'mine too')
    const failed = await fsop(['init', '--output', folder, '--json'])
    expect(failed.code).toBe(1)
    expect(envelope(failed)).toMatchObject({
      error: { code: 'FS011', message: expect.stringContaining('feature_store.yaml, README.md') },
    })
    expect(filesIn(folder)).toEqual(['README.md', 'feature_store.yaml'])
    expect(readFileSync(join(folder, 'feature_store.yaml'), 'utf8')).toBe('mine')

    const replaced = await fsop(['init', '--output', folder, '--overwrite', '--project', 'mine', '--json'])
    expect(envelope(replaced)).toMatchObject({ ok: true, result: { replaced: ['feature_store.yaml', 'README.md'] } })
    expect(readFileSync(join(folder, 'feature_store.yaml'), 'utf8')).toContain('project: mine')
  })

  it.each(['my-proj', '_private', '', 'a b', '../up'])('a project name that Feast refuses: "%s"', async (name) => {
    const folder = join(emptyFolder(), 'shop')
    const failed = await fsop(['init', '--output', folder, '--project', name])
    expect(failed.code).toBe(2)
    expect(failed.stderr).toContain('--project')
    expect(readdirSync(dirname(folder))).toEqual([])
  })

  it('--dry-run lists and writes nothing', async () => {
    const folder = join(emptyFolder(), 'shop')
    const listed = await fsop(['init', '--output', folder, '--dry-run', '--json'])
    expect(envelope(listed)).toMatchObject({
      ok: true,
      result: { project: 'shop', created: expect.arrayContaining(['feature_store.yaml']) },
    })
    expect(readdirSync(dirname(folder))).toEqual([])
  })

  it('a folder that may not be written', () => {
    const folder = openFolder()
    const failed = asNobody(['init', '--output', join(folder, 'shop')])
    expect(failed.code).toBe(1)
    expect(failed.stderr).toContain('error FS012')
    expect(failed.stderr).toContain('no permission')
    expect(readdirSync(folder)).toEqual([])
  })

  it('a folder where a file belongs', async () => {
    const folder = emptyFolder()
    mkdirSync(join(folder, 'feature_store.yaml'))
    const failed = await fsop(['init', '--output', folder, '--overwrite'])
    expect(failed.code).toBe(1)
    expect(failed.stderr).toContain('error FS012')
    expect(filesIn(folder)).toEqual([])
  })

  it('--minimal passes verify and plan', async () => {
    const project = await makeProject('--minimal')
    expect(await fsop(['verify', '-f', project.spec])).toMatchObject({ code: 0, stderr: '' })
    const planned = await fsop(['plan', '-f', project.spec, '--json'])
    expect(envelope(planned)).toMatchObject({
      ok: true,
      result: { plan: { project: basename(project.folder), counts: { create: 2 } } },
    })
    expect(filesIn(project.folder).some((file) => file.startsWith('data/'))).toBe(false)
  })
})
