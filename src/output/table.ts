import type { Style } from './style.ts'

/** Rows as aligned columns under a heading; the columns are the keys of the first row and any that follow. */
export function formatTable(rows: readonly Readonly<Record<string, unknown>>[], style: Style): string {
  const columns = [...new Set(rows.flatMap((row) => Object.keys(row)))]
  const cells = rows.map((row) => columns.map((column) => show(row[column])))
  const widths = columns.map((column, index) => Math.max(column.length, ...cells.map((row) => row[index]?.length ?? 0)))
  const line = (row: readonly string[]) =>
    row
      .map((cell, index) => cell.padEnd(widths[index] ?? 0))
      .join('  ')
      .trimEnd()
  return [style.bold(line(columns)), ...cells.map(line)].join('\n')
}

function show(value: unknown): string {
  if (value === null || value === undefined) return '-'
  return typeof value === 'string' ? value : JSON.stringify(value)
}
