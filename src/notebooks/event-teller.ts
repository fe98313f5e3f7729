import type { NotebookKind } from './desired.ts'
import { EVENT_COMPONENT, eventsOf } from './events.ts'
import type { Outcome } from './reconcile.ts'
import { events } from './resources.ts'
import { keyOf, type KubeApi, type KubeObject, isApiError } from '../kube/api.ts'

export interface EventTeller {
  /** Writes the Events that are not there yet. Never throws for what the API server refuses. */
  tell(outcomes: readonly Outcome[]): Promise<void>
}

export interface EventTellerOptions {
  readonly kind: NotebookKind
  /** Events of all namespaces may be read at once. */
  readonly isWide: boolean
  readonly now: () => Date
  readonly warn: (message: string) => void
}

/** How long an Event counts as told: the API server keeps one for an hour unless told otherwise. */
const TOLD_FOR_MS = 50 * 60_000
const MAX_AT_ONCE = 4

/**
 * Tells faults as Events, each once. What is there already, from an earlier run or another replica, is read first, so that
 * a run that finds nothing new writes nothing.
 */
export function createEventTeller(
  api: Pick<KubeApi, 'list' | 'create'>,
  { kind, isWide, now, warn }: EventTellerOptions,
): EventTeller {
  const told = new Map<string, number>()
  const loaded = new Set<string | undefined>()
  /** Namespaces where Events may not be written. */
  const closed = new Set<string>()

  const load = async (namespaces: readonly (string | undefined)[]) => {
    for (const namespace of namespaces) {
      loaded.add(namespace)
      const { items } = await api.list<KubeObject>(events, {
        ...(namespace === undefined ? {} : { namespace }),
        fieldSelector: `reportingComponent=${EVENT_COMPONENT}`,
        project: ({ apiVersion, kind, metadata: { name, namespace } }) => ({
          apiVersion,
          kind,
          metadata: { name, ...(namespace === undefined ? {} : { namespace }) },
        }),
      })
      for (const event of items) told.set(keyOf(event), now().getTime())
    }
  }

  const send = async (event: KubeObject) => {
    const namespace = event.metadata.namespace ?? ''
    if (closed.has(namespace)) return
    told.set(keyOf(event), now().getTime())
    try {
      await api.create(events, event)
    } catch (error) {
      if (!isApiError(error)) throw error
      if (error.status === 409) return
      told.delete(keyOf(event))
      if (error.status !== 403) return
      closed.add(namespace)
      if (!/being terminated/.test(error.message)) warn(`Events cannot be written: ${error.message}`)
    }
  }

  return {
    async tell(outcomes) {
      const time = now().getTime()
      const fresh = eventsOf(outcomes, kind, now()).filter((event) => {
        const last = told.get(keyOf(event))
        return last === undefined || time - last > TOLD_FOR_MS
      })
      if (fresh.length === 0) return
      const places = isWide ? [undefined] : new Set(fresh.map(({ metadata }) => metadata.namespace))
      // Without the right to list them each is tried: the names tell which are there.
      await load([...places].filter((place) => !loaded.has(place))).catch((error: unknown) => {
        if (!isApiError(error)) throw error
      })
      const waiting = fresh.filter((event) => !told.has(keyOf(event)))
      const next = async (): Promise<void> => {
        for (let event = waiting.shift(); event !== undefined; event = waiting.shift()) await send(event)
      }
      await Promise.all(Array.from({ length: MAX_AT_ONCE }, next))
    },
  }
}
