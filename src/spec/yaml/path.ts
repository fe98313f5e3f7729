/** Keys and list indexes from the root to a value. */
export type Path = readonly (string | number)[]

/** A path as diagnostics carry it: `online_store.hosts.0`; undefined for the root itself. */
export function pathText(path: Path): string | undefined {
  return path.length === 0 ? undefined : path.join('.')
}
