import { join } from 'node:path'
import { compileValidators } from '../../../scripts/compile-validators.mjs'
import { feastPython, runGenerator } from '../../../scripts/generate-schema.mjs'

const root = join(import.meta.dirname, '../../..')

export interface Questions {
  readonly settings: readonly { readonly config: string; readonly settings: unknown }[]
  readonly documents: readonly unknown[]
  readonly values: Readonly<Record<string, readonly unknown[]>>
}

export interface Answers {
  /** The keys whose value Feast refuses, `*` for an unknown key or a validator's rule; null where it takes all. */
  readonly settings: readonly (readonly string[] | null)[]
  /** Why Feast's loader refuses the document, or null. */
  readonly documents: readonly (string | null)[]
  readonly values: Readonly<Record<string, readonly boolean[]>>
}

/** Asks a real Feast of that version. */
export async function askFeast(version: string, questions: Questions): Promise<Answers> {
  const script = join(import.meta.dirname, 'feast_verdicts.py')
  const answers: unknown = JSON.parse(
    await runGenerator(await feastPython(version), [script], JSON.stringify(questions)),
  )
  return answers as Answers
}

/** The compiled validators, made first where they are missing or old. */
export async function generated() {
  await compileValidators({ schemaDir: join(root, 'src/spec/schema'), outDir: join(root, 'src/generated') })
  return import('../../../src/generated/validators/index.js')
}
