import { setMaxListeners } from 'node:events'
import {
  type ApplyOptions,
  type CallOptions,
  type CreateOptions,
  type DeleteOptions,
  isGone,
  isNotFound,
  type KubeApi,
  type KubeObject,
  type ListOptions,
  type ObjectName,
  type Resource,
  type Selection,
  type ServedVersion,
  type WatchApi,
  type WatchOptions,
  isApiError,
} from './api.ts'
import { CALL_BACKOFF } from './backoff.ts'
import { type Clock, orAbort, systemClock } from './clock.ts'
import { exchange, type Target, transportError } from './http.ts'
import { guarded, type Log, silent } from './log.ts'
import { retry } from './retry.ts'
import { LineSplitter } from './watch-lines.ts'
import {
  apiVersionOf,
  collectionPath,
  groupPath,
  groupVersionPath,
  objectPath,
  statusError,
  toApplyPatch,
} from './wire.ts'

/** Where calls go, with credentials that are good now. */
export interface Access {
  target(kind: 'call' | 'watch'): Promise<Target>
  /**
   * The server did not accept the credentials of a target: reads them anew. Gives false when they were read anew a moment
   * ago, so that a server that refuses everybody is not asked in a circle.
   */
  refused(target: Target): Promise<boolean>
  close(): void
}

export type Verb = 'get' | 'list' | 'watch' | 'create' | 'update' | 'patch' | 'delete'

export interface RequestInfo {
  readonly verb: Verb
  /** Plural of the resource; empty for discovery. */
  readonly resource: string
  /** HTTP status; 0 when there was no answer. */
  readonly status: number
  readonly ms: number
}

export interface ConnectionOptions {
  readonly userAgent: string
  /** Ends every call of the connection. */
  readonly signal?: AbortSignal | undefined
  /** How long a call is retried; 60 s unless told. */
  readonly retryDeadlineMs?: number | undefined
  /** Longest time without a byte of an answer; 30 s unless told. A server's own limit for a call is 60 s. */
  readonly requestTimeoutMs?: number | undefined
  /** Told every request once it has ended, retries included; a watch when the server accepts or refuses it. */
  readonly onRequest?: ((info: RequestInfo) => void) | undefined
  readonly log?: Log | undefined
  readonly clock?: Clock | undefined
  readonly random?: (() => number) | undefined
}

const PAGE_SIZE = 500
const MANAGER = 'fsop'
const JSON_TYPE = 'application/json'

interface Call {
  readonly verb: Verb
  readonly method: 'GET' | 'POST' | 'PUT' | 'PATCH' | 'DELETE'
  readonly path: string
  readonly resource?: string
  readonly query?: Record<string, string>
  readonly body?: string
  readonly contentType?: string
  readonly accept?: string
  readonly idempotent: boolean
  readonly options: CallOptions | undefined
}

interface ListBody {
  readonly kind?: string
  readonly metadata?: { readonly resourceVersion?: string; readonly continue?: string }
  readonly items?: readonly KubeObject[] | null
}

/** `KubeApi` and `WatchApi` over HTTP. */
export class Connection implements KubeApi, WatchApi {
  readonly #access: Access
  readonly #options: ConnectionOptions
  readonly #clock: Clock
  readonly #log: Log
  readonly #closed = new AbortController()

  constructor(access: Access, options: ConnectionOptions) {
    this.#access = access
    this.#options = options
    this.#clock = options.clock ?? systemClock
    this.#log = options.log ?? silent
  }

  get<T extends KubeObject>(resource: Resource, at: ObjectName, options?: CallOptions): Promise<T> {
    return this.#object({
      verb: 'get',
      method: 'GET',
      resource: resource.plural,
      path: () => objectPath(resource, at),
      idempotent: true,
      options,
    })
  }

  async list<T extends KubeObject>(
    resource: Resource,
    options: ListOptions<T> = {},
  ): Promise<{ items: T[]; resourceVersion: string }> {
    const { pageSize = PAGE_SIZE } = options
    // A list that takes longer than etcd keeps its state would expire again and again: the last try is in one piece.
    for (const size of [pageSize, pageSize]) {
      try {
        return await this.#pages(resource, options, size)
      } catch (error) {
        if (!isGone(error)) throw error
      }
    }
    return this.#pages(resource, options, 0)
  }

  async #pages<T extends KubeObject>(
    resource: Resource,
    options: ListOptions<T>,
    pageSize: number,
  ): Promise<{ items: T[]; resourceVersion: string }> {
    const { project = (object: KubeObject) => object as T } = options
    const given = { apiVersion: apiVersionOf(resource), kind: resource.kind }
    const items: T[] = []
    let from: string | undefined
    for (;;) {
      const page: ListBody = await this.#object({
        verb: 'list',
        method: 'GET',
        resource: resource.plural,
        path: () => collectionPath(resource, options.namespace),
        query: {
          ...selectors(options),
          ...(pageSize > 0 ? { limit: String(pageSize) } : {}),
          ...(from === undefined ? {} : { continue: from }),
        },
        accept: acceptOf(options.metadataOnly, 'PartialObjectMetadataList'),
        idempotent: true,
        options,
      })
      const resourceVersion = versionOf(page, collectionPath(resource, options.namespace))
      // Objects of a list do not say what they are.
      for (const item of page.items ?? []) items.push(project({ ...item, ...given }))
      from = page.metadata?.continue
      if (from !== undefined && from !== '') continue
      return { items, resourceVersion }
    }
  }

  apply<T extends KubeObject>(resource: Resource, object: KubeObject, options: ApplyOptions = {}): Promise<T> {
    const { force = false, dryRun = false, fieldManager = MANAGER } = options
    return this.#object({
      verb: 'patch',
      method: 'PATCH',
      resource: resource.plural,
      path: () => objectPath(resource, object.metadata),
      query: { fieldManager, force: String(force), ...dryRunOf(dryRun) },
      body: toApplyPatch(object),
      contentType: 'application/apply-patch+yaml',
      idempotent: true,
      options,
    })
  }

  create<T extends KubeObject>(resource: Resource, object: KubeObject, options: CreateOptions = {}): Promise<T> {
    return this.#object({
      verb: 'create',
      method: 'POST',
      resource: resource.plural,
      path: () => collectionPath(resource, namespaceOf(resource, object.metadata)),
      query: { fieldManager: MANAGER, ...dryRunOf(options.dryRun) },
      body: JSON.stringify(object),
      idempotent: options.dryRun === true,
      options,
    })
  }

  update<T extends KubeObject>(resource: Resource, object: KubeObject, options?: CallOptions): Promise<T> {
    return this.#object({
      verb: 'update',
      method: 'PUT',
      resource: resource.plural,
      path: () => objectPath(resource, object.metadata),
      query: { fieldManager: MANAGER },
      body: JSON.stringify(object),
      // The second of two would be a conflict with the first.
      idempotent: false,
      options,
    })
  }

  async delete(resource: Resource, at: ObjectName, options: DeleteOptions = {}): Promise<void> {
    const { uid, resourceVersion, dryRun = false } = options
    const preconditions = {
      ...(uid === undefined ? {} : { uid }),
      ...(resourceVersion === undefined ? {} : { resourceVersion }),
    }
    const named = Object.keys(preconditions).length > 0
    try {
      await this.#object({
        verb: 'delete',
        method: 'DELETE',
        resource: resource.plural,
        path: () => objectPath(resource, at),
        query: dryRunOf(dryRun),
        body: JSON.stringify({ apiVersion: 'v1', kind: 'DeleteOptions', ...(named ? { preconditions } : {}) }),
        // Without a precondition a second try could hit an object that was made anew in between.
        idempotent: named || dryRun,
        options,
      })
    } catch (error) {
      if (!isNotFound(error)) throw error
    }
  }

  async canI(verb: string, resource: Resource, namespace?: string): Promise<boolean> {
    const { group, version, plural } = resource
    const review: { status?: { allowed?: boolean } } = await this.#object({
      verb: 'create',
      method: 'POST',
      resource: 'selfsubjectaccessreviews',
      path: () => '/apis/authorization.k8s.io/v1/selfsubjectaccessreviews',
      body: JSON.stringify({
        apiVersion: 'authorization.k8s.io/v1',
        kind: 'SelfSubjectAccessReview',
        spec: {
          resourceAttributes: {
            verb,
            group,
            version,
            resource: plural,
            ...(namespace === undefined ? {} : { namespace }),
          },
        },
      }),
      // It is a question; nothing is stored.
      idempotent: true,
      options: undefined,
    })
    return review.status?.allowed === true
  }

  async served(group: string): Promise<readonly ServedVersion[]> {
    try {
      const versions = await this.#versions(group)
      const lists = await Promise.all(versions.map(({ version }) => this.#plurals(group, version)))
      return versions.map(({ version, preferred }, index) => ({ version, preferred, plurals: lists[index] ?? [] }))
    } catch (error) {
      if (isNotFound(error)) return []
      throw error
    }
  }

  async #versions(group: string): Promise<{ version: string; preferred: boolean }[]> {
    if (group === '') return [{ version: 'v1', preferred: true }]
    const found = await this.#discover<{
      versions?: { version: string }[]
      preferredVersion?: { version: string }
    }>(groupPath(group))
    const preferred = found.preferredVersion?.version
    const versions = (found.versions ?? []).map(({ version }) => ({ version, preferred: version === preferred }))
    return versions.toSorted((one, other) => Number(other.preferred) - Number(one.preferred))
  }

  /** Without subresources such as `pods/log`. */
  async #plurals(group: string, version: string): Promise<string[]> {
    const path = groupVersionPath({ group, version })
    const { resources = [] } = await this.#discover<{ resources?: { name: string }[] }>(path)
    return resources.map(({ name }) => name).filter((name) => !name.includes('/'))
  }

  #discover<T>(path: string): Promise<T> {
    return this.#object({ verb: 'get', method: 'GET', path: () => path, idempotent: true, options: undefined })
  }

  async watch(resource: Resource, options: WatchOptions): Promise<void> {
    const call: Call = {
      verb: 'watch',
      method: 'GET',
      resource: resource.plural,
      path: collectionPath(resource, options.namespace),
      query: {
        ...selectors(options),
        watch: 'true',
        allowWatchBookmarks: 'true',
        resourceVersion: options.resourceVersion,
        timeoutSeconds: String(options.timeoutSeconds),
      },
      accept: acceptOf(options.metadataOnly, 'PartialObjectMetadata'),
      idempotent: true,
      options,
    }
    await this.#whileOpen(options.signal, (signal) =>
      this.#authenticated('watch', signal, (target) => this.#stream(target, call, options, signal)),
    )
  }

  /** Ends every call with an error and closes all connections. */
  close(): void {
    this.#closed.abort(new Error('the connection to the API server was closed'))
    this.#access.close()
  }

  async #stream(target: Target, call: Call, options: WatchOptions, signal: AbortSignal): Promise<void> {
    const lines = new LineSplitter(options.maxLineBytes)
    const refusal: Buffer[] = []
    const startedAt = this.#clock.now()
    let status = 0
    let headers = {}
    const told = (): void => this.#told(call, status, startedAt)
    try {
      await exchange(
        target,
        { ...this.#http(call, signal), idleTimeoutMs: options.idleTimeoutMs },
        {
          head: (response) => {
            status = response.statusCode ?? 0
            headers = response.headers
            if (status !== 200) return
            told()
            options.onOpen()
          },
          data: (chunk) => {
            if (status !== 200) refusal.push(chunk)
            else pushLines(lines, chunk, options.onLine, call)
          },
        },
      )
    } catch (error) {
      if (status === 0) told()
      throw error
    }
    if (status !== 200) {
      told()
      throw statusError(call, status, headers, Buffer.concat(refusal).toString('utf8'))
    }
    if (lines.pending > 0) throw transportError(call, 'ConnectionError', 'the watch ended within a line')
  }

  /** Makes a call with its retries and gives the JSON of the answer. */
  async #object<T>(call: Omit<Call, 'path'> & { readonly path: () => string }): Promise<T> {
    // A name that no object can have is the caller's error: thrown here, it rejects like every other.
    const whole: Call = { ...call, path: call.path() }
    return this.#whileOpen(whole.options?.signal, (signal) =>
      retry(() => this.#authenticated('call', signal, (target) => this.#answer<T>(target, whole, signal)), {
        idempotent: whole.idempotent,
        deadlineMs: whole.options?.retryDeadlineMs ?? this.#options.retryDeadlineMs ?? 60_000,
        backoff: CALL_BACKOFF,
        clock: this.#clock,
        random: this.#options.random ?? Math.random,
        signal,
        onRetry: (error, waitMs) =>
          this.#log('debug', error.message, { status: error.status, reason: error.reason, waitMs: Math.round(waitMs) }),
      }),
    )
  }

  /**
   * Gives work one signal for the end of the connection, of its owner and of the call. AbortSignal.any would do so too,
   * but leaves something behind in the long-lived ones for every call (Node 20).
   */
  async #whileOpen<T>(own: AbortSignal | undefined, work: (signal: AbortSignal) => Promise<T>): Promise<T> {
    const ended = new AbortController()
    const sources = [this.#closed.signal, this.#options.signal, own].filter((signal) => signal !== undefined)
    // Many calls at a time are no leak: every one takes its listener away again.
    setMaxListeners(0, ...sources)
    const abort = (): void => ended.abort(sources.find((signal) => signal.aborted)?.reason)
    for (const source of sources) source.addEventListener('abort', abort, { once: true })
    if (sources.some((signal) => signal.aborted)) abort()
    try {
      ended.signal.throwIfAborted()
      return await work(ended.signal)
    } finally {
      for (const source of sources) source.removeEventListener('abort', abort)
    }
  }

  /** A 401 can mean a token that was replaced on disk: read it anew and try once more. */
  async #authenticated<T>(
    kind: 'call' | 'watch',
    signal: AbortSignal,
    send: (target: Target) => Promise<T>,
  ): Promise<T> {
    const target = await orAbort(this.#access.target(kind), signal)
    try {
      return await send(target)
    } catch (error) {
      if (!isApiError(error) || error.status !== 401) throw error
      if (!(await orAbort(this.#access.refused(target), signal))) throw error
      return send(await orAbort(this.#access.target(kind), signal))
    }
  }

  async #answer<T>(target: Target, call: Call, signal: AbortSignal): Promise<T> {
    const chunks: Buffer[] = []
    const startedAt = this.#clock.now()
    let status = 0
    let headers = {}
    try {
      await exchange(target, this.#http(call, signal), {
        head: (response) => {
          status = response.statusCode ?? 0
          headers = response.headers
        },
        data: (chunk) => chunks.push(chunk),
      })
    } catch (error) {
      this.#told(call, 0, startedAt)
      throw error
    }
    this.#told(call, status, startedAt)
    const body = Buffer.concat(chunks).toString('utf8')
    if (status < 200 || status > 299) throw statusError(call, status, headers, body)
    try {
      return JSON.parse(body) as T
    } catch (error) {
      throw transportError(call, 'InvalidResponse', 'the answer is no JSON', error)
    }
  }

  #http(call: Call, signal: AbortSignal) {
    return {
      method: call.method,
      path: call.path,
      query: call.query,
      headers: {
        Accept: call.accept ?? JSON_TYPE,
        'User-Agent': this.#options.userAgent,
        ...(call.body === undefined ? {} : { 'Content-Type': call.contentType ?? JSON_TYPE }),
      },
      body: call.body,
      headTimeoutMs: this.#options.requestTimeoutMs ?? 30_000,
      idleTimeoutMs: this.#options.requestTimeoutMs ?? 30_000,
      signal,
      clock: this.#clock,
    }
  }

  #told({ verb, resource = '' }: Call, status: number, startedAt: number): void {
    const info: RequestInfo = { verb, resource, status, ms: this.#clock.now() - startedAt }
    guarded(this.#log, 'onRequest', () => this.#options.onRequest?.(info))
  }
}

/**
 * An empty JSON object from something in between must not pass for a list of nothing: callers delete by it.
 *
 * @throws ApiError `InvalidResponse` for what is no list
 */
function versionOf({ kind, metadata, items }: ListBody, path: string): string {
  const version = metadata?.resourceVersion
  const isList = typeof kind === 'string' && kind.endsWith('List') && (Array.isArray(items) || items === null)
  if (isList && typeof version === 'string' && version !== '') return version
  throw transportError({ method: 'GET', path }, 'InvalidResponse', 'the answer is no list')
}

function pushLines(lines: LineSplitter, chunk: Buffer, onLine: (line: string) => void, call: Call): void {
  try {
    lines.push(chunk, onLine)
  } catch (error) {
    if (!(error instanceof RangeError)) throw error
    throw transportError(call, 'InvalidResponse', error.message, error)
  }
}

function selectors({ labelSelector, fieldSelector }: Selection): Record<string, string> {
  return {
    ...(labelSelector === undefined ? {} : { labelSelector }),
    ...(fieldSelector === undefined ? {} : { fieldSelector }),
  }
}

function dryRunOf(dryRun: boolean | undefined): Record<string, string> {
  return dryRun === true ? { dryRun: 'All' } : {}
}

function acceptOf(metadataOnly: boolean | undefined, as: string): string {
  return metadataOnly === true ? `application/json;as=${as};g=meta.k8s.io;v=v1` : JSON_TYPE
}

/** @throws ApiError `InvalidName` when the object of a namespaced resource names no namespace */
function namespaceOf(resource: Resource, metadata: ObjectName): string | undefined {
  objectPath(resource, metadata)
  return metadata.namespace
}
