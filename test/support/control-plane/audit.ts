import { existsSync, readFileSync } from 'node:fs'

/** Requests by user, then by verb and resource. */
export type AuditCounts = Readonly<Record<string, Readonly<Record<string, number>>>>

interface AuditEvent {
  readonly auditID: string
  readonly verb: string
  readonly user: { readonly username: string }
  readonly objectRef?: { readonly resource?: string; readonly subresource?: string }
}

/** Counts what an API server has logged so far. A watch is logged twice, when it begins and when it ends. */
export function readAudit(file: string): AuditCounts {
  const counts: Record<string, Record<string, number>> = {}
  const seen = new Set<string>()
  for (const line of existsSync(file) ? readFileSync(file, 'utf8').split('\n') : []) {
    const event = readEvent(line)
    if (event === undefined || seen.has(event.auditID)) continue
    seen.add(event.auditID)
    const { resource = '', subresource } = event.objectRef ?? {}
    const what = `${event.verb} ${subresource === undefined ? resource : `${resource}/${subresource}`}`.trim()
    const ofUser = (counts[event.user.username] ??= {})
    ofUser[what] = (ofUser[what] ?? 0) + 1
  }
  return counts
}

/** The last line may be half written. */
function readEvent(line: string): AuditEvent | undefined {
  try {
    return JSON.parse(line) as AuditEvent
  } catch {
    return undefined
  }
}
