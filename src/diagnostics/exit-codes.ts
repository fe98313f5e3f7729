/**
 * The exit codes of every command, the same with and without `--json`. Part of the interface: printed in help,
 * listed in docs/exit-codes.md, changed only in a major version.
 */
export const ExitCode = {
  ok: 0,
  failed: 1,
  usage: 2,
  invalid: 3,
  missing: 4,
  differences: 5,
  partial: 6,
  bug: 70,
} as const

export type ExitCode = (typeof ExitCode)[keyof typeof ExitCode]

/** What each code means, in the order in which help lists them. */
export const exitCodeTable: readonly (readonly [string, string])[] = [
  ['0', 'done, or nothing to do'],
  ['1', 'a step failed or timed out'],
  ['2', 'wrong usage'],
  ['3', 'a spec or backend file is not valid'],
  ['4', 'a tool, package index, cluster or permission is missing'],
  ['5', 'differences found (with --detailed-exitcode)'],
  ['6', 'partly done'],
  ['70', 'a bug of fsop'],
  ['128+n', 'ended by signal n (130 Ctrl-C, 143 SIGTERM)'],
]
