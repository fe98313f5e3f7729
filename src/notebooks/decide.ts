import type { ClientConfig } from './client-config.ts'
import { desiredLabels, type NotebookKind } from './desired.ts'
import { fault, type Fault } from './faults.ts'
import { keyOf, type ConfigMapView, type Notebook } from './model.ts'
import { configMapName, isNameTooLong } from './names.ts'
import { isOurs } from './ownership.ts'

/** What one key of the annotation comes to. */
export interface Entry {
  readonly key: string
  readonly config: ClientConfig
}

export interface DecideOptions {
  readonly kind: NotebookKind
  /** Take over a ConfigMap that is not ours. */
  readonly adopt: boolean
  /** Take fields from managers that hold them by server-side apply. */
  readonly forceConflicts: boolean
  /** Delete and make anew an immutable ConfigMap that has to change. */
  readonly replaceImmutable: boolean
}

/** The value that a key gets: a text, or what is there now. */
export type Value = { readonly kind: 'text'; readonly text: string } | { readonly kind: 'last-good' }

export interface Change {
  readonly what: string
  readonly verb: 'add' | 'change' | 'remove'
}

export type Decision =
  | { readonly action: 'none'; readonly faults: readonly Fault[] }
  | {
      readonly action: 'create'
      readonly data: ReadonlyMap<string, Value>
      readonly changes: readonly Change[]
      readonly faults: readonly Fault[]
    }
  | {
      readonly action: 'update' | 'replace'
      readonly existing: ConfigMapView
      readonly data: ReadonlyMap<string, Value>
      readonly changes: readonly Change[]
      /** Keys that the Go controller holds and that must go: an apply cannot remove them. */
      readonly handOver: readonly string[]
      readonly faults: readonly Fault[]
    }
  | { readonly action: 'delete'; readonly existing: ConfigMapView; readonly faults: readonly Fault[] }

/** Most that a ConfigMap holds (apimachinery, core/validation, MaxSecretSize). */
export const MAX_BYTES = 1024 * 1024

/** What to do about the ConfigMap of an integrated notebook. */
export function decide(
  notebook: Notebook,
  entries: readonly Entry[],
  existing: ConfigMapView | undefined,
  options: DecideOptions,
): Decision {
  const faults = entries.flatMap(({ key, config }) => ('fault' in config ? [{ ...config.fault, project: key }] : []))
  const nothing = (...more: Fault[]): Decision => ({ action: 'none', faults: [...more, ...faults] })
  if (isNameTooLong(notebook.name)) {
    return nothing(
      fault(
        'NB304',
        `the name ${configMapName('…')} that the notebook mounts is longer than the 253 characters that a ConfigMap may have`,
        {
          hint: 'rename the notebook: at most 240 characters',
        },
      ),
    )
  }
  if (existing === undefined) return create(entries, faults)
  if (existing.isTerminating) return nothing()
  if (!isOurs(existing, notebook.name, options.kind.kind) && !options.adopt) return nothing(notOurs(existing))
  return update(notebook, entries, existing, { options, faults })
}

function notOurs(existing: ConfigMapView): Fault {
  return fault('NB301', `ConfigMap ${existing.name} exists and is not notebook-sync's: left as it is`, {
    hint: 'rename or delete it, or take it over with --adopt',
  })
}

function create(entries: readonly Entry[], faults: readonly Fault[]): Decision {
  const wanted = entries.flatMap(({ key, config }) => (config.kind === 'config' ? [{ key, config }] : []))
  const { kept, dropped } = fitting(
    wanted.map(({ key, config }) => ({ key, now: 0, wanted: config.bytes })),
    0,
  )
  const data = new Map<string, Value>(
    wanted.filter(({ key }) => kept.has(key)).map(({ key, config }) => [key, { kind: 'text', text: config.text }]),
  )
  const changes = [...data.keys()].map((key): Change => ({ what: key, verb: 'add' }))
  return { action: 'create', data, changes, faults: [...dropped, ...faults] }
}

function update(
  notebook: Notebook,
  entries: readonly Entry[],
  existing: ConfigMapView,
  { options, faults }: { options: DecideOptions; faults: readonly Fault[] },
): Decision {
  const { claims, data: current } = existing
  const differs = entries.filter(
    ({ key, config }) => config.kind === 'config' && current.get(key) !== config.fingerprint,
  )
  const ours = new Set([...claims.own, ...claims.inherited])
  const asked = new Set(entries.filter(({ config }) => config.kind !== 'gone').map(({ key }) => key))
  const gone = [...current.keys()].filter((key) => ours.has(key) && !asked.has(key))
  const { kept, dropped } = fitting(
    differs.flatMap(({ key, config }) =>
      config.kind === 'config' ? [{ key, now: sizeOf(existing, key), wanted: config.bytes }] : [],
    ),
    existing.bytes - gone.reduce((sum, key) => sum + sizeOf(existing, key), 0),
  )
  const labels = Object.entries(desiredLabels(notebook.name, options.kind)).filter(
    ([label, value]) => existing.labels[label] !== value,
  )
  // An owner of the same name and another uid is the notebook's former life; the garbage collector takes it out.
  const hadOwner = existing.owners.some(({ kind, name }) => kind === options.kind.kind && name === notebook.name)
  const isOwned = existing.owners.some(({ uid }) => uid === notebook.uid)
  const written = differs.filter(({ key }) => kept.has(key))
  const changes: Change[] = [
    ...written.map(({ key }): Change => ({ what: key, verb: current.has(key) ? 'change' : 'add' })),
    ...gone.map((key): Change => ({ what: key, verb: 'remove' })),
    ...labels.map(([label]): Change => ({ what: `label ${label}`, verb: label in existing.labels ? 'change' : 'add' })),
    ...(isOwned ? [] : [{ what: 'owner', verb: hadOwner ? 'change' : 'add' } satisfies Change]),
  ]
  const all = [...dropped, ...faults]
  if (changes.length === 0) return { action: 'none', faults: all }
  const fields = [...written.map(({ key }) => `data.${key}`), ...labels.map(([label]) => `labels.${label}`)]
  const rivals = fields.flatMap((field) =>
    claims.rivals.has(field) ? [{ field, manager: claims.rivals.get(field) ?? '' }] : [],
  )
  if (rivals.length > 0 && !options.forceConflicts)
    return { action: 'none', faults: [heldByOther(existing, rivals), ...all] }
  if (existing.isImmutable && !options.replaceImmutable)
    return { action: 'none', faults: [immutable(existing), ...all] }
  return {
    action: existing.isImmutable ? 'replace' : 'update',
    existing,
    data: values(entries, { current, kept }),
    changes,
    handOver: gone.filter((key) => !claims.own.has(key)),
    faults: all,
  }
}

/** What the whole ConfigMap says of our keys after the write: new texts, and last good ones where there is nothing better. */
function values(
  entries: readonly Entry[],
  { current, kept }: { current: ReadonlyMap<string, string>; kept: ReadonlySet<string> },
): ReadonlyMap<string, Value> {
  return new Map(
    entries.flatMap(({ key, config }): [string, Value][] => {
      if (config.kind === 'config' && (kept.has(key) || current.get(key) === config.fingerprint))
        return [[key, { kind: 'text', text: config.text }]]
      return config.kind !== 'gone' && current.has(key) ? [[key, { kind: 'last-good' }]] : []
    }),
  )
}

function sizeOf(existing: ConfigMapView, key: string): number {
  return existing.sizes.get(key) ?? 0
}

/**
 * Which of the changed keys may be written under the limit of a ConfigMap: the largest growth is kept back until the rest
 * fits, so that one large project does not stop the others.
 *
 * @param bytes what the ConfigMap holds before the changes
 */
function fitting(
  changed: readonly { readonly key: string; readonly now: number; readonly wanted: number }[],
  bytes: number,
): { kept: Set<string>; dropped: Fault[] } {
  const growth = (entry: { now: number; wanted: number }) => entry.wanted - entry.now
  const kept = new Set(changed.map(({ key }) => key))
  let total = changed.reduce((sum, entry) => sum + growth(entry), bytes)
  const dropped: Fault[] = []
  const largestFirst = changed.toSorted((a, b) => growth(b) - growth(a) || (a.key < b.key ? -1 : 1))
  for (const entry of largestFirst) {
    if (total <= MAX_BYTES || growth(entry) <= 0) break
    kept.delete(entry.key)
    const sizes = largestFirst.slice(0, 5).map(({ key, wanted }) => `${key} ${wanted}`)
    dropped.push(
      fault(
        'NB303',
        `project "${entry.key}" would bring the ConfigMap to ${total} bytes of at most ${MAX_BYTES} (${sizes.join(', ')})`,
        {
          project: entry.key,
          hint: 'name fewer projects in the annotation, or make their client configs smaller',
        },
      ),
    )
    total -= growth(entry)
  }
  return { kept, dropped }
}

function heldByOther(existing: ConfigMapView, rivals: readonly { field: string; manager: string }[]): Fault {
  const list = rivals.slice(0, 5).map(({ field, manager }) => `${field} by "${manager}"`)
  return fault(
    'NB305',
    `ConfigMap ${existing.name} has fields that another field manager applies: ${list.join(', ')}`,
    {
      hint: 'take them out of what that manager applies, or take them over with --force-conflicts',
    },
  )
}

function immutable(existing: ConfigMapView): Fault {
  return fault('NB302', `ConfigMap ${existing.name} is immutable, and has to change`, {
    hint: `delete it (kubectl delete configmap -n ${existing.namespace} ${existing.name}), or replace it with --replace-immutable`,
  })
}

/** What to do about a ConfigMap whose notebook was read and is not integrated: only what is ours goes. */
export function decideWithout(notebook: Notebook, existing: ConfigMapView, kind: NotebookKind): Decision {
  const isOwner = existing.owners.some(({ uid }) => uid === notebook.uid)
  if (existing.isTerminating || !isOwner || !isOurs(existing, notebook.name, kind.kind))
    return { action: 'none', faults: [] }
  return { action: 'delete', existing, faults: [] }
}

export function pausedFault(notebook: Notebook): Fault {
  return fault('NB308', `notebook ${keyOf(notebook)} is paused by its annotation fsop.dev/paused`, { severity: 'info' })
}
