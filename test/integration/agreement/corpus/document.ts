export type Agreement = 'both accept' | 'both refuse' | 'only fsop refuses' | 'Feast cannot tell'

/** A file, and what became of it when it was last looked at. */
export interface Document {
  readonly name: string
  readonly text: string
  readonly env: Readonly<Record<string, string>>
  readonly agreement: Agreement
  /** Why Feast is wrong to accept what only fsop refuses. */
  readonly reason?: string
}

/** The head of every file that is about something else. */
export const head = 'project: fraud\nprovider: local\nregistry: data/registry.db\n'

type Written = Readonly<Record<string, string | readonly [string, Readonly<Record<string, string>>]>>

/** Files by name, all of one kind. */
export function documents(agreement: Agreement, written: Written, reason?: string): Document[] {
  return Object.entries(written).map(([name, file]) => {
    const [text, env] = typeof file === 'string' ? [file, {}] : file
    return { name, text, env, agreement, ...(reason === undefined ? {} : { reason }) }
  })
}

/** As {@link documents}, for what stands below {@link head}. */
export function blocks(agreement: Agreement, written: Written, reason?: string): Document[] {
  const whole = Object.entries(written).map(([name, file]): [string, Written[string]] => [
    name,
    typeof file === 'string' ? `${head}${file}\n` : [`${head}${file[0]}\n`, file[1]],
  ])
  return documents(agreement, Object.fromEntries(whole), reason)
}

/** Files of which only the project and the registry block matter. */
export function registries(agreement: Agreement, written: Readonly<Record<string, string>>, reason?: string): Document[] {
  const whole = Object.entries(written).map(([name, block]) => [name, `project: fraud\nregistry: ${block}\n`])
  return documents(agreement, Object.fromEntries(whole), reason)
}
