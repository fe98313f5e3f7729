import { execFileSync } from 'node:child_process'
import { cpSync, mkdirSync, readFileSync, writeFileSync } from 'node:fs'
import { join } from 'node:path'
import { beforeAll, describe, expect, it } from 'vitest'
import { emptyFolder, envelope, fsop } from '../support/cli.ts'
import { filesIn } from '../support/project.ts'
import { pythonWith } from '../support/python.ts'

/** Feast's own command, in its own environment. */
function feast(python: string, cwd: string, args: readonly string[], env: Record<string, string> = {}): string {
  return execFileSync(python, ['-m', 'feast.cli.cli', ...args], {
    cwd,
    encoding: 'utf8',
    stdio: ['ignore', 'pipe', 'pipe'],
    env: { ...process.env, FEAST_USAGE: 'False', ...env },
  })
}

describe('repositories that Feast made', () => {
  let python: string
  beforeAll(async () => {
    python = await pythonWith(['feast==0.67.0'])
  })

  describe('feast init -t local', () => {
    let folder: string
    let spec: string
    let before: Record<string, string>
    const contents = () =>
      Object.fromEntries(
        filesIn(folder)
          .filter((file) => !/__pycache__|registry\.db|online_store\.db/.test(file))
          .map((file) => [file, readFileSync(join(folder, file), 'latin1')]),
      )

    beforeAll(() => {
      const parent = emptyFolder()
      feast(python, parent, ['init', '-t', 'local', 'driver_repo'])
      folder = join(parent, 'driver_repo/feature_repo')
      spec = join(folder, 'feature_store.yaml')
      before = contents()
    })

    it('verify finds nothing wrong', async () => {
      expect(await fsop(['verify', '-f', spec])).toMatchObject({ code: 0, stderr: '' })
    })

    it('plan, apply and status work, and no file of the repository is touched', async () => {
      expect(await fsop(['plan', '-f', spec, '--detailed-exitcode'])).toMatchObject({ code: 5 })
      const applied = await fsop(['apply', '-f', spec, '--json'])
      expect(applied.code, applied.stdout).toBe(0)
      expect(envelope(applied)).toMatchObject({ ok: true, result: { changed: true } })
      expect(await fsop(['status', '-f', spec, '--detailed-exitcode'])).toMatchObject({ code: 0 })
      expect(contents()).toEqual(before)
    })

    it('Feast finds no differences afterwards', () => {
      expect(feast(python, folder, ['plan'])).toMatch(/No changes to registry\s+No changes to infrastructure/)
    })

    it('fsop finds no differences after an apply of Feast', async () => {
      const other = join(emptyFolder(), 'copy')
      cpSync(folder, other, { recursive: true, filter: (file) => !file.endsWith('.db') })
      feast(python, other, ['apply'])
      const planned = await fsop(['plan', '-f', join(other, 'feature_store.yaml'), '--detailed-exitcode', '--json'])
      expect(planned.code, planned.stdout).toBe(0)
    })

    it('online values are the same through both', async () => {
      const end = new Date().toISOString().slice(0, 19)
      feast(python, folder, ['materialize-incremental', end])
      const features = 'driver_hourly_stats:conv_rate'
      const words = [
        'run',
        'get-online-features',
        '-f',
        spec,
        '--features',
        features,
        '--entity',
        'driver_id=1001',
        '--json',
      ]
      const own = await fsop(words)
      const row = (envelope(own).result as { rows: { conv_rate: number }[] }).rows[0]
      const theirs = feast(python, folder, ['get-online-features', '-e', 'driver_id=1001', '-f', features])
      expect(row?.conv_rate).toBeGreaterThan(0)
      expect(theirs).toContain(String(row?.conv_rate).slice(0, 6))
    })
  })

  describe('a repository with classes of its own and environment variables', () => {
    const folder = emptyFolder()
    const spec = join(folder, 'feature_store.yaml')
    const env = { SHOP_PROJECT: 'shop', SHOP_ONLINE: 'data/online.db' }

    beforeAll(() => {
      mkdirSync(join(folder, 'shop_stores'))
      writeFileSync(join(folder, 'shop_stores/__init__.py'), '')
      writeFileSync(
        join(folder, 'shop_stores/online.py'),
        `from typing import Literal

from feast.infra.online_stores.online_store import OnlineStore
from feast.infra.online_stores.sqlite import SqliteOnlineStore, SqliteOnlineStoreConfig


class ShopOnlineStoreConfig(SqliteOnlineStoreConfig):
    type: Literal["shop_stores.online.ShopOnlineStore"] = "shop_stores.online.ShopOnlineStore"
    region: str = "here"


class ShopOnlineStore(SqliteOnlineStore):
    # Nothing to plan, as with every store but SqliteOnlineStore.
    plan = OnlineStore.plan

    # That of SqliteOnlineStore takes no type but "sqlite".
    @staticmethod
    def _get_db_path(config):
        return f"{config.repo_path}/{config.online_store.path}"
`,
      )
      writeFileSync(
        spec,
        `project: \${SHOP_PROJECT}
provider: local
registry: data/registry.db
online_store:
  type: shop_stores.online.ShopOnlineStore
  path: $SHOP_ONLINE
  region: there
offline_store:
  type: dask
entity_key_serialization_version: 3
`,
      )
      writeFileSync(
        join(folder, 'definitions.py'),
        `from datetime import timedelta

from feast import Entity, FeatureView, Field, FileSource, ValueType
from feast.types import Int64

shopper = Entity(name="shopper", join_keys=["shopper_id"], value_type=ValueType.INT64)
orders = FeatureView(
    name="orders",
    entities=[shopper],
    ttl=timedelta(days=1),
    schema=[Field(name="count", dtype=Int64)],
    source=FileSource(path="orders.parquet", timestamp_field="at"),
)
`,
      )
    })

    it('verify imports none of it', async () => {
      writeFileSync(join(folder, 'shop_stores/__init__.py'), 'open("imported", "w")\n')
      const verified = await fsop(['verify', '-f', spec], { env })
      expect(verified.code, verified.stderr).toBe(0)
      expect(filesIn(folder)).not.toContain('imported')
      writeFileSync(join(folder, 'shop_stores/__init__.py'), '')
    })

    it('apply makes the store of the class, and Feast agrees', async () => {
      const applied = await fsop(['apply', '-f', spec], { env })
      expect(applied.code, applied.stderr).toBe(0)
      expect(filesIn(folder)).toContain('data/online.db')
      expect(await fsop(['status', '-f', spec, '--detailed-exitcode'], { env })).toMatchObject({ code: 0 })
      expect(feast(python, folder, ['plan'], env)).toContain('No changes to registry')
      const again = await fsop(['apply', '-f', spec, '--json'], { env })
      expect(envelope(again)).toMatchObject({ ok: true, result: { changed: false } })
    })

    it('another value of a variable is another store', async () => {
      const planned = await fsop(['plan', '-f', spec, '--json'], { env: { ...env, SHOP_PROJECT: 'other' } })
      expect(envelope(planned)).toMatchObject({ ok: true, result: { cached: false, plan: { project: 'other' } } })
    })
  })
})
