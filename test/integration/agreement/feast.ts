import { execFile } from 'node:child_process'
import { join } from 'node:path'
import { promisify } from 'node:util'
import { pythonWith } from '../../support/python.ts'

const run = promisify(execFile)
const slicer = join(import.meta.dirname, '../../../scripts/generate-schema')

export interface Question {
  readonly text: string
  readonly env: Readonly<Record<string, string>>
}

export interface Verdict {
  /** `missing`: Feast cannot tell without a package or module that is not there. */
  readonly verdict: 'accepts' | 'refuses' | 'missing'
  readonly why: string
}

/** What Feast 0.67 does with each file; all in one process. */
export async function askFeast(questions: readonly Question[]): Promise<readonly Verdict[]> {
  const python = await pythonWith(['feast==0.67.0'])
  const running = run(python, [join(import.meta.dirname, 'feast_loader.py')], {
    env: { ...process.env, PYTHONPATH: slicer, PYTHONDONTWRITEBYTECODE: '1', PYTHONWARNINGS: 'ignore' },
    maxBuffer: 256 * 1024 * 1024,
  })
  running.child.stdin?.end(JSON.stringify(questions))
  const verdicts: unknown = JSON.parse((await running).stdout)
  return verdicts as readonly Verdict[]
}
