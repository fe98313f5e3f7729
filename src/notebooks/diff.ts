import type { Decision } from './decide.ts'
import { maskUrls, looksSecret } from '../spec/secrets.ts'

const CONTEXT = 2
const MAX_LINES = 2000

/** What a decision changes in the texts of a ConfigMap, line by line, values of secret keys masked. */
export function diffOf(title: string, decision: Decision, live: Readonly<Record<string, string>>): readonly string[] {
  if (decision.action === 'none') return []
  const lines: string[] = []
  const wanted = 'data' in decision ? decision.data : new Map<string, never>()
  const removed =
    'changes' in decision
      ? decision.changes.filter(({ verb }) => verb === 'remove').map(({ what }) => what)
      : Object.keys(live)
  for (const key of new Set([...wanted.keys(), ...removed])) {
    const before = Object.hasOwn(live, key) ? (live[key] ?? '') : undefined
    const value = wanted.get(key)
    const after = value?.kind === 'text' ? value.text : value === undefined ? undefined : before
    if (before === after) continue
    lines.push(
      `--- ${before === undefined ? 'none' : `${title} ${key}`}`,
      `+++ ${after === undefined ? 'none' : `${title} ${key}`}`,
    )
    lines.push(...diffLines(linesOf(before), linesOf(after)))
  }
  return lines
}

function linesOf(text: string | undefined): string[] {
  if (text === undefined || text === '') return []
  return text.replace(/\n$/, '').split('\n').slice(0, MAX_LINES).map(masked)
}

function masked(line: string): string {
  const pair = /^(\s*(?:- )?["']?)([\w.-]+)(["']?\s*:\s+)(\S.*)$/.exec(line)
  if (pair?.[2] !== undefined && looksSecret(pair[2])) return `${pair[1]}${pair[2]}${pair[3]}***`
  return maskUrls(line)
}

/** Common start and end stay; what is between is replaced: client configs are short, and change in one place. */
function diffLines(before: readonly string[], after: readonly string[]): string[] {
  let start = 0
  while (start < before.length && start < after.length && before[start] === after[start]) start++
  let end = 0
  while (
    end < before.length - start &&
    end < after.length - start &&
    before[before.length - 1 - end] === after[after.length - 1 - end]
  )
    end++
  return [
    ...before.slice(Math.max(0, start - CONTEXT), start).map((line) => ` ${line}`),
    ...before.slice(start, before.length - end).map((line) => `-${line}`),
    ...after.slice(start, after.length - end).map((line) => `+${line}`),
    ...after.slice(after.length - end, after.length - end + CONTEXT).map((line) => ` ${line}`),
  ]
}
