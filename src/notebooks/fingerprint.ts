import { createHash } from 'node:crypto'

/** Tells texts apart in 22 characters, so that memory holds no copy of what only has to be compared. */
export function fingerprint(text: string): string {
  return createHash('sha256').update(text).digest('base64').slice(0, 22)
}

/** A few hexadecimal digits that stand for a text in a name. */
export function shortHash(text: string): string {
  return createHash('sha256').update(text).digest('hex').slice(0, 10)
}

export function byteLength(text: string): number {
  return Buffer.byteLength(text)
}
