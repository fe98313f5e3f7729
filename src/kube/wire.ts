import type { IncomingHttpHeaders } from 'node:http'
import { ApiError, type KubeObject, type ObjectName, type Resource } from './api.ts'

/** What the server expects in `apiVersion` of a resource's objects. */
export function apiVersionOf({ group, version }: Pick<Resource, 'group' | 'version'>): string {
  return group === '' ? version : `${group}/${version}`
}

/** Path of a resource's collection: of one namespace, or of the cluster where none is named. */
export function collectionPath(resource: Resource, namespace?: string): string {
  const within = resource.namespaced && namespace !== undefined ? `/namespaces/${segment(namespace, 'namespace')}` : ''
  return `${groupVersionPath(resource)}${within}/${segment(resource.plural, 'resource')}`
}

/** Where the resources of a group and version are listed. */
export function groupVersionPath({ group, version }: Pick<Resource, 'group' | 'version'>): string {
  return group === '' ? `/api/${segment(version, 'version')}` : `${groupPath(group)}/${segment(version, 'version')}`
}

export function groupPath(group: string): string {
  return `/apis/${segment(group, 'API group')}`
}

/**
 * Path of one object.
 *
 * @throws ApiError `InvalidName` for a name that would address something else: an empty one is the whole collection
 */
export function objectPath(resource: Resource, { namespace, name }: ObjectName): string {
  if (resource.namespaced && namespace === undefined) throw invalidName(`a ${resource.kind} needs a namespace`)
  return `${collectionPath(resource, namespace)}/${segment(name, 'name')}`
}

function segment(text: string, what: string): string {
  if (text === '' || text === '.' || text === '..' || /[/%]/.test(text)) {
    throw invalidName(`${JSON.stringify(text)} is no ${what}`)
  }
  return encodeURIComponent(text)
}

function invalidName(message: string): ApiError {
  return new ApiError(message, { status: 0, reason: 'InvalidName', method: '', path: '' })
}

/**
 * An apply patch is read as YAML, whatever its content type says of JSON. YAML takes no control characters beyond ASCII
 * raw, and folds Unicode's line separators into spaces; escaped, both arrive as they are (YAML 1.2, 5.1 and 5.4).
 */
export function toApplyPatch(object: KubeObject): string {
  return JSON.stringify(object).replaceAll(
    /[\u007f-\u009f\u2028\u2029\ufeff\ufffe\uffff]/g,
    (character) => `\\u${character.charCodeAt(0).toString(16).padStart(4, '0')}`,
  )
}

/** The error of a response that is no success: the server's Status object where it sent one. */
export function statusError(
  call: { readonly method: string; readonly path: string },
  status: number,
  headers: IncomingHttpHeaders,
  body: string,
): ApiError {
  const given = readStatus(body)
  const details = given?.['details']
  const message = given?.['message']
  const reason = given?.['reason']
  return new ApiError(
    `${call.method} ${call.path}: ${typeof message === 'string' && message !== '' ? message : `HTTP ${status}`}`,
    {
      status,
      reason: typeof reason === 'string' && reason !== '' ? reason : (REASONS[status] ?? 'Unknown'),
      method: call.method,
      path: call.path,
      retryAfterMs: retryAfterMs(headers['retry-after']),
      details,
    },
  )
}

/** What the API server itself says with these. A proxy in between says nothing. */
const REASONS: Readonly<Record<number, string>> = {
  400: 'BadRequest',
  401: 'Unauthorized',
  403: 'Forbidden',
  404: 'NotFound',
  409: 'Conflict',
  410: 'Expired',
  413: 'RequestEntityTooLarge',
  422: 'Invalid',
  429: 'TooManyRequests',
  500: 'InternalError',
  503: 'ServiceUnavailable',
  504: 'Timeout',
}

function readStatus(body: string): Record<string, unknown> | undefined {
  try {
    const value: unknown = JSON.parse(body)
    if (typeof value !== 'object' || value === null || !('kind' in value) || value.kind !== 'Status') return undefined
    return { ...value }
  } catch {
    return undefined
  }
}

/** RFC 9110: seconds, or a date. A date is not honoured: it needs two clocks that agree, and API servers send none. */
function retryAfterMs(value: string | undefined): number | undefined {
  return value !== undefined && /^\s*\d+\s*$/.test(value) ? Number(value) * 1000 : undefined
}
