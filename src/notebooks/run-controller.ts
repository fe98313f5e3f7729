import { startController, type Controller, type ControllerOptions } from './controller.ts'
import { createMetrics } from './metrics.ts'
import { serveStatus, type StatusServer } from './status-server.ts'
import type { KubeApi, WatchApi } from '../kube/api.ts'
import { pause, type Clock } from '../kube/clock.ts'
import type { RequestInfo } from '../kube/connection.ts'
import { electLeader, type Election } from '../kube/lease.ts'
import type { Log } from '../kube/log.ts'

export interface RunControllerOptions extends Omit<ControllerOptions, 'metrics' | 'isLeader' | 'clock' | 'log'> {
  readonly metricsAddress: string | undefined
  readonly lease: { readonly namespace: string; readonly name: string; readonly identity: string } | undefined
  readonly clock: Clock
  readonly log: Log
  /** Ends it, in order. */
  readonly signal: AbortSignal
  /** Told once `/metrics` is served. */
  readonly onListening?: (address: string) => void
}

export interface ControllerRun {
  /** For the connection: counts its requests. */
  readonly onRequest: (info: RequestInfo) => void
  /** Runs until the signal aborts; then everything is stopped and the Lease given up. */
  run(api: KubeApi & WatchApi): Promise<void>
}

const writeVerbs = new Set(['create', 'update', 'patch', 'delete'])
/** A loop that is this late does not answer anybody. */
const STUCK_MS = 30_000
const BEAT_MS = 5000

/** The controller with all that a cluster expects around it: health, metrics, election, an orderly end. */
export function controllerRun(options: RunControllerOptions): ControllerRun {
  const { clock, log, signal } = options
  const metrics = createMetrics('fsop_notebook_sync_')
  const reconciles = metrics.counter('reconcile_total', 'Reconciles of a notebook by what they did.')
  const errors = metrics.counter('reconcile_errors_total', 'Reconciles that failed and are tried again.')
  const took = metrics.histogram('reconcile_duration_seconds', 'How long a reconcile took.')
  const waited = metrics.histogram('queue_latency_seconds', 'How long a notebook waited in the queue.')
  const writes = metrics.counter('writes_total', 'Writes by verb and resource.')
  const requests = metrics.counter('requests_total', 'Requests to the API server by verb, resource and status.')
  const lists = metrics.counter('relists_total', 'Full lists by resource.')
  const reconnects = metrics.counter('watch_connects_total', 'Watches opened by resource; the first of each included.')
  const reflectors = metrics.counter('reflector_total', 'What happened to watches, by resource.')
  const state: { controller: Controller | undefined; election: Election | undefined; isSettled: boolean } = {
    controller: undefined,
    election: undefined,
    isSettled: false,
  }
  metrics.gauge('queue_depth', 'Notebooks that wait for a worker.', () => [[{}, state.controller?.queue.depth ?? 0]])
  metrics.gauge('queue_waiting', 'Notebooks that wait for another try.', () => [
    [{}, state.controller?.queue.waiting ?? 0],
  ])
  metrics.gauge('faults', 'Notebooks that are not as they ask, by code.', () =>
    [...(state.controller?.faults() ?? [])].map(([code, count]) => [{ code }, count] as const),
  )
  metrics.gauge('objects', 'Objects in memory by resource.', () => {
    const sums = new Map<string, number>()
    for (const { resource, size } of state.controller?.watches() ?? [])
      sums.set(resource, (sums.get(resource) ?? 0) + size)
    return [...sums].map(([resource, size]) => [{ resource }, size] as const)
  })
  metrics.gauge(
    'last_event_age_seconds',
    'Time since the API server was last heard of, the longest by resource.',
    () => {
      const ages = new Map<string, number>()
      for (const { resource, status } of state.controller?.watches() ?? []) {
        const age = (clock.now() - (status.heardAt ?? status.since)) / 1000
        ages.set(resource, Math.max(ages.get(resource) ?? 0, age))
      }
      return [...ages].map(([resource, age]) => [{ resource }, age] as const)
    },
  )
  metrics.gauge('leader', 'Whether this replica does the work.', () => [[{}, isLeader() ? 1 : 0]])
  const isLeader = () => options.lease === undefined || state.election?.isLeader() === true

  const controllerOptions: ControllerOptions = {
    ...options,
    isLeader,
    metrics: {
      reconciled: (action, faults, tookMs) => {
        reconciles.add({ result: action })
        if (action === 'error' || action === 'failed' || faults.some(({ isTransient }) => isTransient)) errors.add()
        if (action !== 'error') took.observe(tookMs / 1000)
      },
      waited: (ms) => waited.observe(ms / 1000),
      reflector: (resource, name) => {
        reflectors.add({ resource, event: name })
        if (name === 'list') lists.add({ resource })
        if (name === 'watch') reconnects.add({ resource })
      },
    },
  }

  /** One term of work: until the signal says that it is over. */
  const work = async (api: KubeApi & WatchApi, until: AbortSignal) => {
    const controller = startController(api, controllerOptions)
    state.controller = controller
    controller.settled.then(
      () => {
        state.isSettled = true
        log('info', 'watching', {
          notebooks: controller.watches().find(({ resource }) => resource === options.notebooks.plural)?.size,
        })
      },
      () => undefined,
    )
    await aborted(until)
    await controller.stop()
    state.controller = undefined
    state.isSettled = false
  }

  const lead = async (api: KubeApi & WatchApi, election: Election) => {
    while (!signal.aborted) {
      const term = await Promise.race([election.lead(), aborted(signal)])
      if (term === undefined) return
      await work(api, AbortSignal.any([term, signal]))
    }
  }

  let beatAt = clock.now()
  const answers = {
    sick: () => (clock.now() - beatAt > STUCK_MS ? 'the process does not keep up' : undefined),
    unready: () => unready(state, options.lease !== undefined && !isLeader()),
    metrics: () => metrics.render(),
  }

  return {
    onRequest: ({ verb, resource, status }) => {
      requests.add({ verb, resource, code: String(status) })
      if (writeVerbs.has(verb) && resource !== 'selfsubjectaccessreviews') writes.add({ verb, resource })
    },
    async run(api) {
      let server: StatusServer | undefined
      const beat = (async () => {
        while (!signal.aborted) {
          beatAt = clock.now()
          await pause(clock, BEAT_MS, signal)
        }
      })()
      try {
        if (options.metricsAddress !== undefined) {
          server = await serveStatus(options.metricsAddress, answers)
          options.onListening?.(server.address)
        }
        if (options.lease === undefined) await work(api, signal)
        else {
          state.election = electLeader(api, { ...options.lease, clock, log })
          await lead(api, state.election)
        }
      } finally {
        await state.election?.stop()
        await server?.close()
        if (signal.aborted) await beat
      }
    },
  }
}

function unready(
  { controller, isSettled }: { controller: Controller | undefined; isSettled: boolean },
  isStandby: boolean,
): string | undefined {
  // A standby is as ready as it can be: a rollout must not wait for it to lead.
  if (isStandby) return undefined
  if (controller === undefined || !isSettled) return 'reading the cluster'
  const broken = controller.watches().find(({ status }) => status.phase === 'failing')
  return broken === undefined ? undefined : `${broken.resource}: the API server does not answer`
}

function aborted(signal: AbortSignal): Promise<undefined> {
  return new Promise((resolve) => {
    if (signal.aborted) resolve(undefined)
    else signal.addEventListener('abort', () => resolve(undefined), { once: true })
  })
}
