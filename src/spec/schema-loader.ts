import type { ValidateFunction } from 'ajv'
import { loaders } from '../generated/validators/index.js'
import type { CheckContext } from './check-context.ts'

/** The compiled schema of a block: `root`, or `component.type`. */
export async function schemaOf({ catalog }: CheckContext, block: string): Promise<ValidateFunction> {
  const load = loaders[catalog.feastVersion]?.[block]
  if (load === undefined) throw new Error(`no schema of ${block} for Feast ${catalog.feastVersion}`)
  return (await load()).default
}
