import { chmod, mkdir, readdir, readFile, readlink, rename, stat, symlink, writeFile } from 'node:fs/promises'
import { join } from 'node:path'
import { describe, expect, test } from 'vitest'
import { changesOf, drive, edit, planOf, shop, succeed } from './driver.ts'

const minute = 60_000

describe('the registry file', { timeout: 3 * minute }, () => {
  test('keeps its bytes when it cannot be written whole', async () => {
    const repo = await shop()
    const description = 'long '.repeat(40_000)
    await succeed('apply', repo, { args: { yes: true } })
    const before = await readFile(join(repo, 'data/registry.db'))
    await edit(repo, 'features.py', 'tags={"team": "growth"}', `tags={"team": "${description}"}`)
    // No file may grow beyond 128 KiB: the write of the new registry fails half way.
    const failed = await drive('apply', repo, { args: { yes: true }, shell: 'ulimit -f 128; exec "$@"' })
    expect(failed).toMatchObject({ code: 1, error: { code: 'FD406', message: expect.stringContaining('131072 of') } })
    expect(await readFile(join(repo, 'data/registry.db'))).toEqual(before)
    expect((await readdir(join(repo, 'data'))).filter((name) => name.endsWith('.tmp'))).toEqual([])
    const second = await succeed('apply', repo, { args: { yes: true } })
    expect(second.result).toMatchObject({ changed: true })
  })

  test('survives kill -9 at any moment, and the next apply completes the work', async () => {
    const repo = await shop()
    const registry = join(repo, 'data/registry.db')
    // A large registry takes longer to write.
    await edit(repo, 'features.py', 'tags={"team": "growth"}', 'tags={f"k{i}": "v" * 2000 for i in range(3000)}')
    await succeed('apply', repo, { args: { yes: true } })
    let killed = 0
    for (const [round, delay] of [0, 60, 120, 180, 240].entries()) {
      const before = await readFile(registry)
      await edit(repo, 'features.py', 'ttl=timedelta(days=3650),', `ttl=timedelta(days=${365 + round}),`)
      const run = await drive('apply', repo, {
        args: { yes: true },
        onEvent: ({ phase }, driver) => void (phase === 'apply' && setTimeout(() => driver.kill('SIGKILL'), delay)),
      })
      if (run.signal === 'SIGKILL') killed += 1
      const after = await readFile(registry)
      const plan = await succeed('plan', repo)
      expect(changesOf(planOf(plan)).length > 0).toBe(after.equals(before))
      await edit(repo, 'features.py', `ttl=timedelta(days=${365 + round}),`, 'ttl=timedelta(days=3650),')
    }
    expect(killed).toBeGreaterThan(0)
    const last = await succeed('apply', repo, { args: { yes: true } })
    expect(last.result.applied).toBe(true)
    expect((await readdir(join(repo, 'data'))).filter((name) => name.endsWith('.tmp'))).toEqual([])
  })

  test('stays a link and keeps its mode', async () => {
    const repo = await shop()
    await succeed('apply', repo, { args: { yes: true } })
    const link = join(repo, 'data/registry.db')
    await mkdir(join(repo, 'elsewhere'))
    const target = join(repo, 'elsewhere/real.db')
    await rename(link, target)
    await symlink(target, link)
    await chmod(target, 0o640)
    await writeFile(
      join(repo, 'more.py'),
      'from feast import Entity, ValueType\nx = Entity(name="x", value_type=ValueType.INT64)\n',
    )
    const old = await readFile(target)
    await succeed('apply', repo, { args: { yes: true } })
    expect(await readlink(link)).toBe(target)
    expect((await stat(target)).mode & 0o777).toBe(0o640)
    expect(await readFile(target)).not.toEqual(old)
  })
})

test('a registry that loses a write is found out by reading it back', { timeout: minute }, async () => {
  const repo = await shop({
    'lossy.py': [
      'from feast.infra.registry.file import FileRegistryStore',
      '',
      'class LossyRegistryStore(FileRegistryStore):',
      '    def update_registry_proto(self, registry_proto):',
      '        del registry_proto.entities[:]',
      '        del registry_proto.feature_services[0].spec.features[:]',
      '        super().update_registry_proto(registry_proto)',
    ].join('\n'),
  })
  await edit(
    repo,
    'feature_store.yaml',
    'registry: data/registry.db',
    'registry: { registry_store_type: lossy.LossyRegistryStore, path: data/registry.db }',
  )
  const run = await drive('apply', repo, { args: { yes: true } })
  expect(run.error).toMatchObject({
    code: 'FD502',
    lost: ['entity customer: missing', 'feature service ranking: differs in features, features.customer_orders'],
  })
})
