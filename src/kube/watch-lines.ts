import { ApiError, type KubeObject } from './api.ts'

const FIRST_CAPACITY = 64 * 1024
const LINE_END = 0x0a

/**
 * Cuts a stream of bytes into lines. Lines are decoded whole, so that a character split over two chunks is read right.
 * The buffer grows with the longest line and never beyond the limit.
 *
 * @param maxBytes longest line that is taken
 */
export class LineSplitter {
  #buffer = Buffer.allocUnsafe(0)
  #length = 0
  readonly #maxBytes: number

  constructor(maxBytes: number) {
    this.#maxBytes = maxBytes
  }

  /** Bytes of a line whose end has not come yet. */
  get pending(): number {
    return this.#length
  }

  /** @throws RangeError when a line is longer than the limit */
  push(chunk: Buffer, onLine: (line: string) => void): void {
    let start = 0
    for (let end = chunk.indexOf(LINE_END); end !== -1; end = chunk.indexOf(LINE_END, start)) {
      if (this.#length === 0) {
        this.#requireRoom(end - start)
        onLine(chunk.toString('utf8', start, end))
      } else {
        this.#append(chunk.subarray(start, end))
        const line = this.#buffer.toString('utf8', 0, this.#length)
        this.#clear()
        onLine(line)
      }
      start = end + 1
    }
    if (start < chunk.length) this.#append(chunk.subarray(start))
  }

  #append(bytes: Buffer): void {
    const length = this.#length + bytes.length
    this.#requireRoom(length)
    if (length > this.#buffer.length) {
      const grown = Buffer.allocUnsafe(Math.min(this.#maxBytes, Math.max(FIRST_CAPACITY, 2 * length)))
      this.#buffer.copy(grown, 0, 0, this.#length)
      this.#buffer = grown
    }
    bytes.copy(this.#buffer, this.#length)
    this.#length = length
  }

  /** A buffer made for one huge line is not kept for the small ones after it. */
  #clear(): void {
    this.#length = 0
    if (this.#buffer.length > 16 * FIRST_CAPACITY) this.#buffer = Buffer.allocUnsafe(0)
  }

  #requireRoom(length: number): void {
    if (length > this.#maxBytes) throw new RangeError(`a line of the watch is longer than ${this.#maxBytes} bytes`)
  }
}

/** One event of a watch (Kubernetes API concepts, "Efficient detection of changes"). */
export type WatchEvent =
  | { readonly type: 'set'; readonly object: KubeObject; readonly resourceVersion: string }
  | { readonly type: 'gone'; readonly object: KubeObject; readonly resourceVersion: string }
  | { readonly type: 'bookmark'; readonly resourceVersion: string }
  | { readonly type: 'error'; readonly error: ApiError }
  | { readonly type: 'garbage'; readonly problem: string }

/** Reads one line of a watch. Never throws: what is no event is `garbage`. */
export function parseWatchLine(line: string, path: string): WatchEvent {
  let value: unknown
  try {
    value = JSON.parse(line)
  } catch {
    return garbage('not JSON')
  }
  if (!isRecord(value) || typeof value['type'] !== 'string') return garbage('no type')
  const { type, object } = value
  if (!isRecord(object)) return garbage(`${type} without object`)
  if (type === 'ERROR') return { type: 'error', error: errorOf(object, path) }
  const metadata = object['metadata']
  if (!isRecord(metadata)) return garbage(`${type} without metadata`)
  const { name, resourceVersion } = metadata
  if (typeof resourceVersion !== 'string' || resourceVersion === '') return garbage(`${type} without resourceVersion`)
  if (type === 'BOOKMARK') return { type: 'bookmark', resourceVersion }
  if (typeof name !== 'string' || name === '') return garbage(`${type} without name`)
  const known = object as KubeObject
  if (type === 'ADDED' || type === 'MODIFIED') return { type: 'set', object: known, resourceVersion }
  if (type === 'DELETED') return { type: 'gone', object: known, resourceVersion }
  return garbage(`unknown type ${type.slice(0, 40)}`)
}

function garbage(problem: string): WatchEvent {
  return { type: 'garbage', problem }
}

/** The Status object of an ERROR event. */
function errorOf(status: Record<string, unknown>, path: string): ApiError {
  const { code, reason, message, details } = status
  return new ApiError(typeof message === 'string' ? message : 'the watch failed', {
    status: typeof code === 'number' ? code : 500,
    reason: typeof reason === 'string' ? reason : 'Unknown',
    method: 'GET',
    path,
    retryAfterMs: retryAfterOf(details),
    details,
  })
}

function retryAfterOf(details: unknown): number | undefined {
  const seconds = isRecord(details) ? details['retryAfterSeconds'] : undefined
  return typeof seconds === 'number' && seconds > 0 ? seconds * 1000 : undefined
}

function isRecord(value: unknown): value is Record<string, unknown> {
  return typeof value === 'object' && value !== null && !Array.isArray(value)
}
