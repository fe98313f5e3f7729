import { faultReasons } from './faults.ts'
import type { Outcome } from './reconcile.ts'
import { plural } from '../output/plural.ts'
import type { Style } from '../output/style.ts'
import { formatTable } from '../output/table.ts'

/** What there is to say of one project of one notebook. */
export interface ProjectStatus {
  readonly notebook: string
  /** None for what concerns the whole ConfigMap. */
  readonly project: string | undefined
  /** `right`, `to be written`, or the reason of a fault such as `ProjectNotFound`. */
  readonly state: string
  readonly code?: string
  /** The key is there: right, or the last good value. */
  readonly isPresent: boolean
  readonly message?: string
  readonly hint?: string
}

/** One entry for each project that a notebook asks for, and for what keeps its ConfigMap from being right. */
export function statusOf(outcomes: readonly Outcome[]): readonly ProjectStatus[] {
  return outcomes.flatMap(({ notebook, asked, projects, changes, faults, action }) => {
    const present = new Set(action === 'created' ? [] : projects)
    const changing = new Set(changes.map(({ what }) => what))
    const faulty = new Set(faults.map(({ project }) => project))
    const keys = asked
      .filter((key) => !faulty.has(key))
      .map((project): ProjectStatus => {
        const isRight = present.has(project) && !changing.has(project)
        return { notebook, project, state: isRight ? 'right' : 'to be written', isPresent: isRight }
      })
    const wrong = faults.map(({ code, project, message, hint }): ProjectStatus => {
      const isPresent = project !== undefined && present.has(project)
      const more = { message, ...(hint === undefined ? {} : { hint }) }
      return { notebook, project, state: faultReasons[code], code, isPresent, ...more }
    })
    const rest = changes.filter(({ what, verb }) => verb === 'remove' || what.startsWith('label ') || what === 'owner')
    const repairs = rest.map(({ what, verb }): ProjectStatus => ({
      notebook,
      project: undefined,
      state: `to ${verb}: ${what}`,
      isPresent: true,
    }))
    return [...keys, ...wrong, ...repairs]
  })
}

export function formatStatus(statuses: readonly ProjectStatus[], notebooks: number, style: Style): string {
  const wrong = statuses.filter(({ state }) => state !== 'right')
  const rows = statuses.map(({ notebook, project, state, code, isPresent }) => ({
    notebook,
    project: project ?? '-',
    state: code === undefined ? state : `${code} ${state}`,
    file: project === undefined ? '-' : isPresent ? (code === undefined ? 'there' : 'there, last good') : 'not there',
  }))
  const verdict =
    wrong.length > 0
      ? style.yellow(`${plural(notebooks, 'notebook')}: ${wrong.length} not right`)
      : style.green(`${plural(notebooks, 'notebook')}: all right`)
  return [...(rows.length > 0 ? [formatTable(rows, style), ''] : []), verdict].join('\n')
}
