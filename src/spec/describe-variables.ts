import type { SpecCheck } from './check-spec.ts'
import type { Position } from '../diagnostics/diagnostic.ts'

/** What a spec reads from the environment, without any value. */
export interface VariableUse {
  readonly name: string
  /** `multiline`: set, but left out because its line breaks would add lines to the YAML. */
  readonly state: 'set' | 'unset' | 'multiline'
  /** Where the spec names it, in the order of the file. */
  readonly places: readonly (Position & { readonly path?: string })[]
}

/**
 * Lists the environment variables that a spec reads, by name. Those in comments are not read by anyone and are left out.
 */
export function describeVariables({ variables }: Pick<SpecCheck, 'variables'>): readonly VariableUse[] {
  const uses = new Map<string, { name: string; state: VariableUse['state']; places: VariableUse['places'][number][] }>()
  for (const { name: written, position, state, path, isComment } of variables) {
    if (isComment) continue
    // `${X:default}` is no form that Feast knows; what people mean by it is X.
    const name = /^[A-Za-z_]\w*/.exec(written)?.[0] ?? written
    const place = { ...position, ...(path === undefined ? {} : { path }) }
    const use = uses.get(name)
    if (use) use.places.push(place)
    else uses.set(name, { name, state, places: [place] })
  }
  return [...uses.values()].toSorted((a, b) => (a.name < b.name ? -1 : 1))
}
