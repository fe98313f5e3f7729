import { relative, sep } from 'node:path'

/** A path as a person would type it from `cwd`: relative where it is below, absolute elsewhere. */
export function relativeTo(cwd: string, path: string): string {
  const short = relative(cwd, path)
  if (short === '') return '.'
  return short === '..' || short.startsWith(`..${sep}`) ? path : short
}
