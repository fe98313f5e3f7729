import { faultReasons, type Fault } from './faults.ts'
import type { Outcome } from './reconcile.ts'
import type { Diagnostic } from '../diagnostics/diagnostic.ts'
import { withDocs } from '../diagnostics/errors.ts'
import { plural } from '../output/plural.ts'
import type { Style } from '../output/style.ts'
import { formatTable } from '../output/table.ts'

interface Report {
  readonly dryRun: boolean
  readonly notebooks: number
  readonly counts: Readonly<Record<Outcome['action'], number>>
  readonly outcomes: readonly Outcome[]
}

const MAX_ROWS = 50
const marks = { add: '+', change: '~', remove: '-' } as const

/** A row for each notebook that changed or is not right, then the sum. */
export function formatReport({ dryRun, notebooks, counts, outcomes }: Report, style: Style): string {
  // What is wrong is read first where not all fits.
  const sorted = outcomes.toSorted((a, b) => Number(a.faults.length === 0) - Number(b.faults.length === 0))
  const rows = sorted.slice(0, MAX_ROWS).map(({ notebook, configMap, action, changes, faults }) => ({
    notebook,
    configmap: configMap,
    action: dryRun && action !== 'unchanged' ? `to be ${action}` : action,
    changes: shorten(changes.map(({ verb, what }) => `${marks[verb]}${what}`)) || '-',
    'why not': shorten(faults.map(reasonOf)) || '-',
  }))
  const more = outcomes.length > rows.length ? [`and ${outcomes.length - rows.length} more (all with --json)`] : []
  const done = Object.entries(counts).flatMap(([action, count]) => (count > 0 ? [`${count} ${action}`] : []))
  const sum = `${plural(notebooks, 'notebook')}${done.length > 0 ? `: ${done.join(', ')}` : ''}`
  const wrong = outcomes.filter(({ faults }) => faults.some(({ severity }) => severity !== 'info')).length
  const verdict = wrong > 0 ? style.yellow(`; ${wrong} not as the annotation asks`) : ''
  const table = rows.length > 0 ? [formatTable(rows, style), ...more, ''] : []
  return [...table, `${dryRun ? 'Dry run, nothing written. ' : ''}${sum}${verdict}`].join('\n')
}

function reasonOf({ code, project }: Fault): string {
  return `${code} ${faultReasons[code]}${project === undefined ? '' : ` ${project}`}`
}

function shorten(parts: readonly string[]): string {
  return parts.length > 4 ? `${parts.slice(0, 4).join(', ')}, … ${parts.length - 4} more` : parts.join(', ')
}

/** One diagnostic for each fault, with the notebooks that have it: one broken store may concern a thousand. */
export function diagnosticsOf(outcomes: readonly Outcome[]): readonly Diagnostic[] {
  const groups = new Map<string, { fault: Fault; notebooks: string[] }>()
  for (const { notebook, faults } of outcomes) {
    for (const fault of faults) {
      const id = `${fault.code} ${fault.message}`
      const group = groups.get(id)
      if (group) group.notebooks.push(notebook)
      else groups.set(id, { fault, notebooks: [notebook] })
    }
  }
  return [...groups.values()].map(({ fault: { severity, code, message, hint }, notebooks }) => {
    const shown = notebooks.slice(0, 3).join(', ')
    const rest = notebooks.length > 3 ? ` and ${notebooks.length - 3} more` : ''
    const who = notebooks.length === 1 ? `notebook ${shown}` : `${notebooks.length} notebooks (${shown}${rest})`
    return withDocs({ severity, code, message: `${who}: ${message}`, ...(hint === undefined ? {} : { hint }) })
  })
}
