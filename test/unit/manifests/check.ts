import { checkManifest } from '../../../src/manifests/check-manifest.ts'
import type { Diagnostic } from '../../../src/diagnostics/diagnostic.ts'

export function check(text: string): Promise<readonly Diagnostic[]> {
  return checkManifest({ file: 'store.yaml', bytes: new TextEncoder().encode(text) })
}

/** `code path` of each diagnostic. */
export async function findings(text: string): Promise<string[]> {
  return (await check(text)).map(({ code, path }) => `${code} ${path}`)
}

/** `code line:column` of each diagnostic. */
export async function places(text: string): Promise<string[]> {
  return (await check(text)).map(({ code, line, column }) => `${code} ${line}:${column}`)
}
