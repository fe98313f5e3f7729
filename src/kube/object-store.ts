import { keyOf, type KubeObject } from './api.ts'

/** What became of one object. `object` is absent once it is gone. */
export type Change<T> =
  | { readonly type: 'set'; readonly key: string; readonly object: T; readonly previous?: T }
  | { readonly type: 'gone'; readonly key: string; readonly object?: undefined; readonly previous: T }

/**
 * The objects of a resource by key, and what changes as the API server tells of them. An object made anew under the
 * same name (another uid) is reported as gone first: what belonged to the old one does not belong to the new one.
 */
export class ObjectStore<T extends KubeObject> {
  readonly #objects = new Map<string, T>()

  get objects(): ReadonlyMap<string, T> {
    return this.#objects
  }

  /** Takes a whole list: what is not in it is gone. */
  replace(items: readonly T[]): Change<T>[] {
    const listed = new Set(items.map(keyOf))
    const gone = [...this.#objects.keys()].filter((key) => !listed.has(key)).flatMap((key) => this.#remove(key))
    return [...gone, ...items.flatMap((item) => this.set(item))]
  }

  /** Takes one object; none of it is a change when this very state is known already. */
  set(object: T): Change<T>[] {
    const key = keyOf(object)
    const previous = this.#objects.get(key)
    if (previous !== undefined && isSameState(previous, object)) return []
    this.#objects.set(key, object)
    if (previous === undefined) return [{ type: 'set', key, object }]
    if (previous.metadata.uid === object.metadata.uid) return [{ type: 'set', key, object, previous }]
    return [
      { type: 'gone', key, previous },
      { type: 'set', key, object },
    ]
  }

  remove(object: KubeObject): Change<T>[] {
    return this.#remove(keyOf(object))
  }

  /** Every object once more, unchanged. */
  all(): Change<T>[] {
    return [...this.#objects].map(([key, object]) => ({ type: 'set', key, object, previous: object }))
  }

  #remove(key: string): Change<T>[] {
    const previous = this.#objects.get(key)
    if (previous === undefined) return []
    this.#objects.delete(key)
    return [{ type: 'gone', key, previous }]
  }
}

function isSameState(one: KubeObject, other: KubeObject): boolean {
  const { uid, resourceVersion } = one.metadata
  return (
    resourceVersion !== undefined && resourceVersion === other.metadata.resourceVersion && uid === other.metadata.uid
  )
}
