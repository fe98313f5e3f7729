import {
  ApiError,
  type KubeApi,
  type KubeObject,
  type Resource,
  type Selection,
  type WatchApi,
} from '../../../src/kube/api.ts'

/** One call that reached the fake API server. */
export interface Call {
  readonly verb: string
  readonly at: string
}

interface Entry {
  manager: string
  operation: 'Apply' | 'Update'
  fieldsV1: Record<string, unknown>
}

/**
 * An API server in memory, as far as notebook-sync can tell: resource versions, uids, label selectors, server-side apply
 * with field managers for `data` and labels, preconditions. What it cannot show is tested on the real one.
 */
export class FakeCluster implements KubeApi, WatchApi {
  readonly objects = new Map<string, KubeObject>()
  readonly calls: Call[] = []
  /** Throws to make a call fail. */
  fail: (verb: string, at: string) => ApiError | undefined = () => undefined
  /** Plurals that are not served. */
  readonly missing = new Set<string>()
  #version = 100
  #listeners = new Set<(type: string, object: KubeObject) => void>()

  /** Puts an object in place as another program would, and tells the watches. */
  put(
    plural: string,
    object: Partial<KubeObject> & { metadata: KubeObject['metadata'] },
    manager = 'manager',
  ): KubeObject {
    const key = `${plural}/${object.metadata.namespace}/${object.metadata.name}`
    const before = this.objects.get(key)
    const merged = { apiVersion: 'v1', kind: 'Thing', ...object } as KubeObject
    const data = (merged['data'] ?? {}) as Record<string, string>
    const old = (before?.['data'] ?? {}) as Record<string, string>
    const entries = entriesOf(before)
    const changed = Object.keys(data).filter((name) => data[name] !== old[name])
    for (const entry of entries) drop(entry, [...changed, ...Object.keys(old).filter((name) => !(name in data))])
    add(entries, manager, 'Update', changed)
    return this.#store(plural, {
      ...merged,
      metadata: { ...before?.metadata, ...merged.metadata, managedFields: entries },
    })
  }

  remove(plural: string, namespace: string, name: string): void {
    const key = `${plural}/${namespace}/${name}`
    const object = this.objects.get(key)
    this.objects.delete(key)
    if (object)
      this.#tell('DELETED', { ...object, metadata: { ...object.metadata, resourceVersion: String(++this.#version) } })
  }

  data(namespace: string, name: string): Record<string, string> | undefined {
    return this.objects.get(`configmaps/${namespace}/${name}`)?.['data'] as Record<string, string> | undefined
  }

  writes(): Call[] {
    return this.calls.filter(({ verb }) => !['get', 'list', 'watch'].includes(verb))
  }

  #store(plural: string, object: KubeObject): KubeObject {
    const key = `${plural}/${object.metadata.namespace}/${object.metadata.name}`
    const version = String(++this.#version)
    const before = this.objects.get(key)
    const stored = {
      ...object,
      metadata: {
        ...object.metadata,
        uid: object.metadata.uid ?? before?.metadata.uid ?? `uid-${version}`,
        resourceVersion: version,
      },
    }
    this.objects.set(key, stored)
    this.#tell(before ? 'MODIFIED' : 'ADDED', stored, plural)
    return structuredClone(stored)
  }

  #tell(type: string, object: KubeObject, plural?: string): void {
    for (const listener of this.#listeners) listener(type, { ...object, ...(plural === undefined ? {} : {}) })
  }

  #call(verb: string, { plural }: Resource, namespace: string | undefined, name: string): string {
    const at = `${plural}/${namespace ?? '*'}/${name}`
    this.calls.push({ verb, at })
    const error = this.fail(verb, at)
    if (error) throw error
    if (this.missing.has(plural)) throw refusal(404, 'NotFound', verb, at)
    return at
  }

  async get<T extends KubeObject>(
    resource: Resource,
    { namespace, name }: { namespace?: string | undefined; name: string },
  ): Promise<T> {
    const at = this.#call('get', resource, namespace, name)
    const object = this.objects.get(at)
    if (object === undefined) throw refusal(404, 'NotFound', 'GET', at)
    return structuredClone(object) as T
  }

  async list<T extends KubeObject>(
    resource: Resource,
    { project, ...selection }: Selection & { project?: ((object: KubeObject) => T) | undefined } = {},
  ): Promise<{ items: T[]; resourceVersion: string }> {
    this.#call('list', resource, selection.namespace, selection.labelSelector ?? selection.fieldSelector ?? '')
    const items = [...this.objects].filter(
      ([key, object]) => key.startsWith(`${resource.plural}/`) && isSelected(object, selection),
    )
    return {
      items: items.map(([, object]) => (project ? project(structuredClone(object)) : (structuredClone(object) as T))),
      resourceVersion: String(this.#version),
    }
  }

  async apply<T extends KubeObject>(
    resource: Resource,
    object: KubeObject,
    { force = false }: { force?: boolean | undefined } = {},
  ): Promise<T> {
    const { namespace, name, resourceVersion } = object.metadata
    const at = this.#call('apply', resource, namespace, name)
    const before = this.objects.get(at)
    if (before && resourceVersion !== undefined && before.metadata.resourceVersion !== resourceVersion)
      throw refusal(409, 'Conflict', 'PATCH', at)
    if (before?.['immutable'] === true) throw refusal(422, 'Invalid', 'PATCH', at)
    const old = (before?.['data'] ?? {}) as Record<string, string>
    const wanted = (object['data'] ?? {}) as Record<string, string>
    const entries = entriesOf(before)
    const differing = Object.keys(wanted).filter((key) => wanted[key] !== old[key])
    const held = differing.filter((key) =>
      entries.some((entry) => entry.manager !== 'fsop' && keysOf(entry).includes(key)),
    )
    if (held.length > 0 && !force) throw refusal(409, 'Conflict', 'PATCH', at)
    const mine = entries.find((entry) => entry.manager === 'fsop' && entry.operation === 'Apply')
    const gone = mine === undefined ? [] : keysOf(mine).filter((key) => !(key in wanted))
    const data = { ...old, ...wanted }
    for (const key of gone) {
      if (!entries.some((entry) => entry !== mine && keysOf(entry).includes(key))) delete data[key]
    }
    for (const entry of entries) if (entry !== mine) drop(entry, differing)
    const others = entries.filter((entry) => entry !== mine)
    add(others, 'fsop', 'Apply', Object.keys(wanted))
    const owners = [
      ...(before?.metadata.ownerReferences ?? []).filter(
        ({ uid }) => !(object.metadata.ownerReferences ?? []).some((owner) => owner.uid === uid) && mine === undefined,
      ),
      ...(object.metadata.ownerReferences ?? []),
    ]
    const next: KubeObject = {
      ...before,
      ...object,
      metadata: {
        ...before?.metadata,
        ...object.metadata,
        labels: { ...before?.metadata.labels, ...object.metadata.labels },
        ownerReferences: owners,
        managedFields: others,
      },
      data,
    }
    return this.#store(resource.plural, next) as T
  }

  async create<T extends KubeObject>(resource: Resource, object: KubeObject): Promise<T> {
    const at = this.#call('create', resource, object.metadata.namespace, object.metadata.name)
    if (this.objects.has(at)) throw refusal(409, 'AlreadyExists', 'POST', at)
    return this.#store(resource.plural, object) as T
  }

  async update<T extends KubeObject>(resource: Resource, object: KubeObject): Promise<T> {
    const at = this.#call('update', resource, object.metadata.namespace, object.metadata.name)
    if (this.objects.get(at)?.metadata.resourceVersion !== object.metadata.resourceVersion)
      throw refusal(409, 'Conflict', 'PUT', at)
    return this.#store(resource.plural, object) as T
  }

  async delete(
    resource: Resource,
    { namespace, name }: { namespace?: string | undefined; name: string },
    { uid, resourceVersion }: { uid?: string | undefined; resourceVersion?: string | undefined } = {},
  ): Promise<void> {
    const at = this.#call('delete', resource, namespace, name)
    const object = this.objects.get(at)
    if (object === undefined) return
    if (uid !== undefined && object.metadata.uid !== uid) throw refusal(409, 'Conflict', 'DELETE', at)
    if (resourceVersion !== undefined && object.metadata.resourceVersion !== resourceVersion)
      throw refusal(409, 'Conflict', 'DELETE', at)
    this.remove(resource.plural, namespace ?? '', name)
  }

  async canI(): Promise<boolean> {
    return true
  }

  async served() {
    return []
  }

  async watch(resource: Resource, options: Parameters<WatchApi['watch']>[1]): Promise<void> {
    this.#call('watch', resource, options.namespace, options.labelSelector ?? options.fieldSelector ?? '')
    const seen = new Set<string>()
    const kinds = new Set([...this.objects.keys()].filter((key) => key.startsWith(`${resource.plural}/`)))
    for (const key of kinds) {
      const object = this.objects.get(key)
      if (object && isSelected(object, options)) seen.add(key)
    }
    options.onOpen()
    await new Promise<void>((_resolve, reject) => {
      const listener = (type: string, object: KubeObject) => {
        if (object.kind !== resource.kind) return
        const key = `${resource.plural}/${object.metadata.namespace}/${object.metadata.name}`
        const isIn = type !== 'DELETED' && isSelected(object, options)
        if (!isIn && !seen.has(key)) return
        const word = isIn ? (seen.has(key) ? 'MODIFIED' : 'ADDED') : 'DELETED'
        if (isIn) seen.add(key)
        else seen.delete(key)
        queueMicrotask(() => {
          if (!options.signal.aborted) options.onLine(JSON.stringify({ type: word, object }))
        })
      }
      this.#listeners.add(listener)
      options.signal.addEventListener('abort', () => {
        this.#listeners.delete(listener)
        reject(options.signal.reason as Error)
      })
    })
  }
}

export function refusal(status: number, reason: string, method: string, path: string, details?: unknown): ApiError {
  return new ApiError(`${reason}: ${path}`, { status, reason, method, path, details })
}

function isSelected(object: KubeObject, { namespace, labelSelector, fieldSelector }: Selection): boolean {
  if (namespace !== undefined && object.metadata.namespace !== namespace) return false
  const name = /^metadata\.name=(.*)$/.exec(fieldSelector ?? '')?.[1]
  if (name !== undefined && object.metadata.name !== name) return false
  return (labelSelector ?? '')
    .split(',')
    .filter(Boolean)
    .every((term) => {
      const [key = '', value] = term.split(/!?=/)
      const is = object.metadata.labels?.[key] === value
      return term.includes('!=') ? !is : is
    })
}

function entriesOf(object: KubeObject | undefined): Entry[] {
  return structuredClone(object?.metadata.managedFields ?? []) as Entry[]
}

function keysOf(entry: Entry): string[] {
  return Object.keys(entry.fieldsV1['f:data'] ?? {}).map((key) => key.slice(2))
}

function add(entries: Entry[], manager: string, operation: Entry['operation'], keys: readonly string[]): void {
  let entry = entries.find((other) => other.manager === manager && other.operation === operation)
  if (entry === undefined) entries.push((entry = { manager, operation, fieldsV1: {} }))
  const all = new Set([...keysOf(entry), ...keys])
  entry.fieldsV1['f:data'] = Object.fromEntries([...all].map((key) => [`f:${key}`, {}]))
}

function drop(entry: Entry, keys: readonly string[]): void {
  const left = keysOf(entry).filter((key) => !keys.includes(key))
  entry.fieldsV1['f:data'] = Object.fromEntries(left.map((key) => [`f:${key}`, {}]))
}
