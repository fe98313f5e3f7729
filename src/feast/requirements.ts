import { createHash } from 'node:crypto'
import { packageName } from './requirement.ts'
import type { StoreSpec } from '../spec/store-spec.ts'

/**
 * The Python packages that a store needs, as pip requirements, sorted: Feast pinned, with the extras of every component
 * that the spec uses, then the user's own `spec.requirements`.
 */
export function storeRequirements(spec: StoreSpec): readonly string[] {
  const extras = [...new Set(spec.extras)].toSorted()
  const feast = `feast${extras.length > 0 ? `[${extras.join(',')}]` : ''}==${spec.feastVersion}`
  const own = spec.requirements.filter((requirement) => packageName(requirement) !== 'feast')
  return [feast, ...own.toSorted()]
}

/** A short name for an environment made of these requirements with this Python. */
export function environmentKey(requirements: readonly string[], python: { version: string; platform: string }): string {
  const hash = createHash('sha256').update(JSON.stringify([requirements, python.version, python.platform]))
  return `feast-${hash.digest('hex').slice(0, 16)}`
}
