import { expect, it } from 'vitest'
import { explain } from '../../../src/spec/explain.ts'

it('the types of a component, with what each needs', async () => {
  const { types } = await explain('online_store')
  expect(types).toContainEqual({ type: 'redis', extras: ['redis'], isDefault: false })
  expect(types).toContainEqual({ type: 'sqlite', extras: [], isDefault: true })
})

it('the keys of a type, and one of them, where the type has a dot in its name', async () => {
  const { extras, keys } = await explain('online_store.snowflake.online')
  expect(extras).toEqual(['snowflake'])
  expect(keys?.find(({ name }) => name === 'password')).toMatchObject({ secret: true })
  expect((await explain('online_store.snowflake.online.schema')).keys).toMatchObject([
    { name: 'schema', default: 'PUBLIC' },
  ])
})

it('nested keys, and second names left out', async () => {
  expect((await explain('materialization.online_write_batch_size')).keys).toMatchObject([{ type: 'integer' }])
  expect((await explain('')).keys?.map(({ name }) => name)).not.toContain('batch_engine_config')
})

it.each(['onlin_store', 'online_store.reddis', 'online_store.redis.hots', 'materialization.x'])(
  '%s is unknown',
  async (path) => {
    await expect(explain(path)).rejects.toMatchObject({ exitCode: 2, diagnostic: { code: 'FS006' } })
  },
)

it('an unknown Feast version is an error', async () => {
  await expect(explain('', '0.1.0')).rejects.toMatchObject({ diagnostic: { code: 'FS006' } })
})
