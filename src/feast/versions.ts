import { packageName } from './requirement.ts'

/** The Feast that fsop pins where the spec does not say: its schemas are shipped and its behaviour is tested. */
export const defaultFeastVersion = '0.67.0'

/** The version that a list of requirements pins Feast to (`feast==0.66.0`), if it does. */
export function feastVersionOf(requirements: readonly unknown[]): string | undefined {
  for (const requirement of requirements) {
    if (typeof requirement !== 'string' || packageName(requirement) !== 'feast') continue
    const version = /===?\s*(\d[\w.]*)\s*$/.exec(requirement)?.[1]
    if (version !== undefined) return version
  }
  return undefined
}
