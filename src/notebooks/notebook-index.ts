import { parseAnnotation } from './annotation.ts'
import { keyOf, type FeatureStore, type Key, type Notebook } from './model.ts'

/** Which notebooks a change concerns: projects to notebooks, client ConfigMaps to stores. */
export class NotebookIndex {
  readonly #asked = new Map<Key, readonly string[]>()
  readonly #askers = new Map<string, Set<Key>>()
  readonly #stores = new Map<Key, FeatureStore>()
  readonly #clients = new Map<Key, Set<Key>>()

  setNotebook(key: Key, notebook: Notebook | undefined): void {
    for (const name of this.#asked.get(key) ?? []) remove(this.#askers, name, key)
    this.#asked.delete(key)
    if (notebook === undefined) return
    const names = parseAnnotation(notebook.annotation).projects.map((project) => project.key)
    this.#asked.set(key, names)
    for (const name of names) add(this.#askers, name, key)
  }

  setStore(key: Key, store: FeatureStore | undefined): void {
    const before = this.#stores.get(key)
    if (before?.clientConfigMap) remove(this.#clients, clientKey(before), key)
    if (store === undefined) this.#stores.delete(key)
    else {
      this.#stores.set(key, store)
      if (store.clientConfigMap) add(this.#clients, clientKey(store), key)
    }
  }

  /** Notebooks that ask for a store, by its project or its name. */
  ofStore({ project, name }: FeatureStore): ReadonlySet<Key> {
    return new Set([...(this.#askers.get(name) ?? []), ...(this.#askers.get(project ?? name) ?? [])])
  }

  /** Notebooks that get something from a client ConfigMap. */
  ofClient(configMap: Key): ReadonlySet<Key> {
    const stores = [...(this.#clients.get(configMap) ?? [])].flatMap((key) => this.#stores.get(key) ?? [])
    return new Set(stores.flatMap((store) => [...this.ofStore(store)]))
  }

  isClient(configMap: Key): boolean {
    return this.#clients.has(configMap)
  }
}

export function clientKey({ namespace, clientConfigMap }: FeatureStore): Key {
  return keyOf({ namespace, name: clientConfigMap ?? '' })
}

function add(map: Map<string, Set<Key>>, name: string, key: Key): void {
  const keys = map.get(name)
  if (keys) keys.add(key)
  else map.set(name, new Set([key]))
}

function remove(map: Map<string, Set<Key>>, name: string, key: Key): void {
  const keys = map.get(name)
  keys?.delete(key)
  if (keys?.size === 0) map.delete(name)
}
