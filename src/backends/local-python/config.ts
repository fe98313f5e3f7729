/** A backend file of kind `operator.local`, type `python`. */
export interface LocalPythonConfig {
  readonly kind: 'operator.local'
  readonly type: 'python'
  readonly environment: EnvironmentChoice
  /** Interpreter to make a managed environment with: a path or a name on PATH. */
  readonly python: string | undefined
}

/** `managed`: fsop's own; `conda:NAME`; `current`: the python on PATH as it is. */
export type EnvironmentChoice =
  { readonly mode: 'managed' } | { readonly mode: 'current' } | { readonly mode: 'conda'; readonly name: string }

export const defaultLocalPython: LocalPythonConfig = {
  kind: 'operator.local',
  type: 'python',
  environment: { mode: 'managed' },
  python: undefined,
}

/** Reads `managed`, `current` or `conda:NAME`; undefined for anything else. */
export function parseEnvironmentChoice(text: string): EnvironmentChoice | undefined {
  if (text === 'managed' || text === 'current') return { mode: text }
  const name = /^conda:(\S.*)$/.exec(text)?.[1]
  return name === undefined ? undefined : { mode: 'conda', name }
}
