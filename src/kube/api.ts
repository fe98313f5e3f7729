/** A reference to an object that owns this one: it is collected once its owner is gone. */
export interface OwnerReference {
  apiVersion: string
  kind: string
  name: string
  uid: string
  controller?: boolean
  blockOwnerDeletion?: boolean
}

export interface ObjectMeta {
  name: string
  namespace?: string
  uid?: string
  resourceVersion?: string
  generation?: number
  labels?: Record<string, string>
  annotations?: Record<string, string>
  ownerReferences?: OwnerReference[]
  deletionTimestamp?: string
  creationTimestamp?: string
  managedFields?: unknown[]
}

/** Any Kubernetes object, as the API server gives it. */
export interface KubeObject {
  apiVersion: string
  kind: string
  metadata: ObjectMeta
  [field: string]: unknown
}

/** A kind of object and where the API server serves it. The core group is `''`. */
export interface Resource {
  readonly group: string
  readonly version: string
  readonly plural: string
  readonly kind: string
  readonly namespaced: boolean
}

/** Names one object; `namespace` is left out for objects of the whole cluster. */
export interface ObjectName {
  readonly namespace?: string | undefined
  readonly name: string
}

/** Which objects of a resource: no namespace means all of them. */
export interface Selection {
  readonly namespace?: string | undefined
  readonly labelSelector?: string | undefined
  readonly fieldSelector?: string | undefined
}

/** What every call takes. */
export interface CallOptions {
  /** Ends the call: it throws the signal's reason then. */
  readonly signal?: AbortSignal | undefined
  /** How long the call is retried; the connection's own limit unless told, 0 for one try. */
  readonly retryDeadlineMs?: number | undefined
}

export interface ListOptions<T extends KubeObject> extends Selection, CallOptions {
  /** Objects a page; 500 unless told. */
  readonly pageSize?: number | undefined
  /** Keeps only what the caller needs of each object, page by page, so that memory holds no more than that. */
  readonly project?: ((object: KubeObject) => T) | undefined
  /** Asks for `metadata` alone: the rest never leaves the API server. */
  readonly metadataOnly?: boolean | undefined
}

export interface ApplyOptions extends CallOptions {
  /** Takes fields over from other managers. Never the default. */
  readonly force?: boolean | undefined
  /** Runs admission and validation, stores nothing. */
  readonly dryRun?: boolean | undefined
  /** `fsop` unless told. */
  readonly fieldManager?: string | undefined
}

export interface CreateOptions extends CallOptions {
  readonly dryRun?: boolean | undefined
}

export interface DeleteOptions extends CallOptions {
  /** Delete only the object of this uid, so that one made anew under the name stays. */
  readonly uid?: string | undefined
  /** Delete only this state of the object. */
  readonly resourceVersion?: string | undefined
  readonly dryRun?: boolean | undefined
}

export interface ServedVersion {
  readonly version: string
  readonly preferred: boolean
  readonly plurals: readonly string[]
}

/**
 * What fsop asks of an API server. Every call throws `ApiError` when the server refuses or is not reachable, after the
 * retries of retry.ts are used up, and the reason of the call's or the connection's signal once one of them aborts.
 */
export interface KubeApi {
  get<T extends KubeObject>(resource: Resource, at: ObjectName, options?: CallOptions): Promise<T>
  /** Reads all pages. When the list expires half way (410) it starts over: the result is always whole. */
  list<T extends KubeObject>(
    resource: Resource,
    options?: ListOptions<T>,
  ): Promise<{ items: T[]; resourceVersion: string }>
  /** Server-side apply: `object` names its `apiVersion`, `kind` and `metadata.name`, and holds only what we own. */
  apply<T extends KubeObject>(resource: Resource, object: KubeObject, options?: ApplyOptions): Promise<T>
  create<T extends KubeObject>(resource: Resource, object: KubeObject, options?: CreateOptions): Promise<T>
  /** Replaces the object; with `metadata.resourceVersion` only when nobody changed it since (409 otherwise). */
  update<T extends KubeObject>(resource: Resource, object: KubeObject, options?: CallOptions): Promise<T>
  /** Deletes one object. That it is gone already counts as success; a precondition that does not hold is a 409. */
  delete(resource: Resource, at: ObjectName, options?: DeleteOptions): Promise<void>
  /** Asks the API server whether we may (SelfSubjectAccessReview); no namespace asks for all of them. */
  canI(verb: string, resource: Resource, namespace?: string): Promise<boolean>
  /** The served versions of a group, the preferred one first; none when the group is not served. */
  served(group: string): Promise<readonly ServedVersion[]>
}

/** What `reflect` (reflector.ts) needs of a connection. */
export interface WatchApi extends Pick<KubeApi, 'list'> {
  /**
   * Opens one watch and feeds it to `onLine`, a line of JSON each. Resolves when the server ends the stream, throws
   * `ApiError` when it cannot be opened or breaks, the signal's reason once that aborts, and what `onLine` throws.
   */
  watch(resource: Resource, options: WatchOptions): Promise<void>
}

export interface WatchOptions extends Selection {
  readonly resourceVersion: string
  /** The server ends the watch after this time. */
  readonly timeoutSeconds: number
  /** Breaks a stream on which nothing came for this long, bookmarks included: a dead connection looks the same. */
  readonly idleTimeoutMs: number
  /** Longest line that is taken in, in bytes; a longer one breaks the stream. */
  readonly maxLineBytes: number
  readonly metadataOnly?: boolean | undefined
  readonly signal: AbortSignal
  /** The server has accepted the watch. */
  readonly onOpen: () => void
  /** One line, without its end. */
  readonly onLine: (line: string) => void
}

/**
 * Reason of an `ApiError` that the server did not give itself.
 * - `ConnectionRefused`: there was no connection, so the server has not seen the call
 * - `ConnectionError`: the connection broke; the server may have seen the call
 * - `Timeout`: no answer in time, or a silent watch
 * - `TlsError`: the certificates do not fit; trying again does not help
 * - `InvalidResponse`: an answer that is no JSON, or a watch line that is too long
 * - `InvalidName`: a name that no object can have; nothing was sent
 * - `CredentialsError`: the token file or the credential plugin gave none; nothing was sent
 */
export type TransportReason =
  | 'ConnectionRefused'
  | 'ConnectionError'
  | 'Timeout'
  | 'TlsError'
  | 'InvalidResponse'
  | 'InvalidName'
  | 'CredentialsError'

/** The API server refused a call, or could not be reached. The message never holds credentials. */
export class ApiError extends Error {
  /** HTTP status; 0 when there was no answer. */
  readonly status: number
  /** The server's `reason` such as `Conflict`, else a `TransportReason`. */
  readonly reason: string
  /** From `Retry-After`. */
  readonly retryAfterMs?: number
  readonly method: string
  /** Path without the server and without the query. */
  readonly path: string
  /** `details` of the server's Status: field causes of a refused object, managers of a conflict. */
  readonly details?: unknown

  constructor(
    message: string,
    fields: {
      status: number
      reason: string
      method: string
      path: string
      retryAfterMs?: number | undefined
      details?: unknown
      cause?: unknown
    },
  ) {
    super(message, fields.cause === undefined ? undefined : { cause: fields.cause })
    this.name = 'ApiError'
    this.status = fields.status
    this.reason = fields.reason
    this.method = fields.method
    this.path = fields.path
    if (fields.retryAfterMs !== undefined) this.retryAfterMs = fields.retryAfterMs
    if (fields.details !== undefined) this.details = fields.details
  }
}

export function isNotFound(error: unknown): error is ApiError {
  return hasStatus(error, 404)
}

/** A write that lost: changed by somebody else, owned by another manager, exists already, or a precondition failed. */
export function isConflict(error: unknown): error is ApiError {
  return hasStatus(error, 409)
}

export function isForbidden(error: unknown): error is ApiError {
  return hasStatus(error, 403)
}

/** The resource version or continue token is too old: list anew. */
export function isGone(error: unknown): error is ApiError {
  return hasStatus(error, 410)
}

/** By name, not by class: two files of the bundle may each hold this module. */
export function isApiError(error: unknown): error is ApiError {
  return error instanceof Error && error.name === 'ApiError' && 'status' in error
}

function hasStatus(error: unknown, status: number): error is ApiError {
  return isApiError(error) && error.status === status
}

/** `namespace/name`, or the name alone for objects of the whole cluster. */
export function keyOf(object: { readonly metadata: ObjectName }): string {
  const { namespace, name } = object.metadata
  return namespace === undefined || namespace === '' ? name : `${namespace}/${name}`
}
