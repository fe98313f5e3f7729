import { Flags } from './oclif.ts'
import { storeFlags } from './store-session.ts'
import type { TaskResult } from './task-command.ts'
import type { Style } from '../output/style.ts'
import { formatTable } from '../output/table.ts'
import { dryRunFlag } from './flags.ts'

export const materializeFlags = {
  ...storeFlags,
  views: Flags.string({
    multiple: true,
    delimiter: ',',
    helpValue: 'NAME,…',
    summary: 'Feature views to load [default: all]',
  }),
  'dry-run': dryRunFlag,
}

/** One line a view: its interval and how many rows went into the online store. */
export function materializeText(result: TaskResult, style: Style): string {
  const views = Array.isArray(result['views']) ? (result['views'] as Record<string, unknown>[]) : []
  const rows = views.map(({ view, start, end, rows: count, seconds }) => ({
    'feature view': view,
    from: short(start),
    to: short(end),
    rows: count,
    seconds,
  }))
  return rows.length > 0 ? formatTable(rows, style) : 'Nothing to materialize'
}

function short(time: unknown): unknown {
  return typeof time === 'string' ? time.replace(/(\.\d+)?(\+00:00|Z)$/, 'Z') : time
}
