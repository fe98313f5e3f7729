/** The normalised name in a PEP 508 requirement (PEP 503: lower case, runs of `-_.` are one `-`). */
export function packageName(requirement: string): string {
  const name = /^\s*([A-Za-z0-9](?:[A-Za-z0-9._-]*[A-Za-z0-9])?)/.exec(requirement)?.[1] ?? ''
  return name.toLowerCase().replaceAll(/[-_.]+/g, '-')
}
