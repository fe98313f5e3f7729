import { createHash } from 'node:crypto'
import type { Decision } from './decide.ts'
import { fault, type Fault } from './faults.ts'
import type { Key } from './model.ts'

const CONTEST_WINDOW_MS = 60_000
const MAX_RESTORES = 2
const BURST = 5
const REFILL_MS = 500

/** Keeps the controller from fighting: with somebody who writes the same ConfigMap, and with a notebook that never rests. */
export interface Restraint {
  /** How long a key has to wait because it was written so often; 0 when it need not. */
  waitMs(key: Key): number
  /** Holds back a write that would only put back what we wrote before, after two of those in a minute. */
  check(key: Key, decision: Decision): Fault | undefined
  wrote(key: Key): void
  forget(key: Key): void
}

interface History {
  tokens: number
  at: number
  /** What was written last. */
  wanted: string | undefined
  pending: string | undefined
  restores: number[]
}

/** @param now milliseconds of a clock that never jumps */
export function createRestraint(now: () => number): Restraint {
  const histories = new Map<Key, History>()
  const of = (key: Key): History => {
    const known = histories.get(key)
    if (known) return known
    const fresh = { tokens: BURST, at: now(), wanted: undefined, pending: undefined, restores: [] }
    histories.set(key, fresh)
    return fresh
  }
  const refill = (history: History) => {
    const gained = Math.floor((now() - history.at) / REFILL_MS)
    if (gained <= 0) return
    history.tokens = Math.min(BURST, history.tokens + gained)
    history.at += gained * REFILL_MS
  }
  return {
    waitMs(key) {
      const history = histories.get(key)
      if (history === undefined) return 0
      refill(history)
      return history.tokens > 0 ? 0 : Math.max(1, history.at + REFILL_MS - now())
    },
    check(key, decision) {
      const history = of(key)
      history.pending = wantedOf(decision)
      history.restores = history.restores.filter((time) => now() - time < CONTEST_WINDOW_MS)
      if (history.pending === undefined || history.pending !== history.wanted) return undefined
      if (history.restores.length < MAX_RESTORES) return undefined
      return fault('NB306', 'somebody else keeps changing the ConfigMap: it is put back at most twice a minute', {
        severity: 'warning',
        hint: 'see who with kubectl get configmap -o yaml --show-managed-fields; stop that, or the other controller',
      })
    },
    wrote(key) {
      const history = of(key)
      refill(history)
      if (history.tokens === BURST) history.at = now()
      history.tokens = Math.max(0, history.tokens - 1)
      if (history.pending !== undefined && history.pending === history.wanted) history.restores.push(now())
      history.wanted = history.pending
    },
    forget: (key) => void histories.delete(key),
  }
}

/** What a write wants the ConfigMap to say; the same again is a restoration. */
function wantedOf(decision: Decision): string | undefined {
  if (!('data' in decision)) return undefined
  const hash = createHash('sha256')
  for (const [key, value] of [...decision.data].sort(([a], [b]) => (a < b ? -1 : 1)))
    hash.update(`${key}\0${value.kind === 'text' ? value.text : ''}\0`)
  return hash.digest('base64')
}
