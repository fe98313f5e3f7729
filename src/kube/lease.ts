import { isConflict, isNotFound, type KubeApi, type KubeObject, type Resource } from './api.ts'
import { type Clock, pause, systemClock } from './clock.ts'
import { type Log, messageOf, silent } from './log.ts'

export const LEASES: Resource = {
  group: 'coordination.k8s.io',
  version: 'v1',
  plural: 'leases',
  kind: 'Lease',
  namespaced: true,
}

export interface LeaseOptions {
  readonly namespace: string
  readonly name: string
  /** Who we are; no two processes may have the same. A pod's name, or host name and a random part. */
  readonly identity: string
  /** How long others wait after our last sign of life; 15 s unless told. */
  readonly leaseMs?: number | undefined
  /** We stop leading when no renewal has worked for so long; 10 s unless told. Less than `leaseMs`. */
  readonly renewDeadlineMs?: number | undefined
  /** Between two tries; 2 s unless told. */
  readonly retryMs?: number | undefined
  readonly clock?: Clock | undefined
  readonly random?: (() => number) | undefined
  readonly log?: Log | undefined
}

export interface Election {
  readonly identity: string
  /**
   * Waits until we lead. The signal that it gives aborts as soon as we do not any more; call it again then. Throws the
   * reason of the stop once stopped.
   */
  lead(): Promise<AbortSignal>
  /** Whether we lead now. Ask it before every write: after a pause of the process no timer has run yet. */
  isLeader(): boolean
  /** Who leads as far as we know, ourselves included. */
  holder(): string | undefined
  /** Ends the election, and gives the Lease up so that another need not wait. Never throws. */
  stop(): Promise<void>
}

interface Lease extends KubeObject {
  spec?: {
    holderIdentity?: string
    leaseDurationSeconds?: number
    acquireTime?: string
    renewTime?: string
    leaseTransitions?: number
  }
}

/** Another's lease, as long as it does not change. */
interface Observed {
  readonly resourceVersion: string | undefined
  readonly holder: string
  readonly leaseMs: number
  readonly at: number
}

/**
 * Elects one leader among processes with a Lease object, in the manner and with the times of client-go's leaderelection.
 * Nobody's time of day counts: another's Lease has run out when we have seen it unchanged for its whole duration, by a
 * clock that never jumps. That clock goes on while the process is paused (SIGSTOP), not while the machine sleeps.
 */
export function electLeader(api: Pick<KubeApi, 'get' | 'create' | 'update'>, options: LeaseOptions): Election {
  const election = new LeaseElection(api, options)
  void election.run()
  return election
}

class LeaseElection implements Election {
  readonly identity: string
  readonly #api: Pick<KubeApi, 'get' | 'create' | 'update'>
  readonly #options: LeaseOptions
  readonly #clock: Clock
  readonly #log: Log
  readonly #leaseMs: number
  readonly #renewDeadlineMs: number
  readonly #retryMs: number
  readonly #stopped = new AbortController()
  #lease: Lease | undefined
  #observed: Observed | undefined
  /** When the request of the last renewal that worked was sent: others count from later. */
  #renewedAt = Number.NEGATIVE_INFINITY
  #term: AbortController | undefined
  #waiting: ((end: { term?: AbortController; stopped?: unknown }) => void)[] = []
  #ended: Promise<void> = Promise.resolve()

  constructor(api: Pick<KubeApi, 'get' | 'create' | 'update'>, options: LeaseOptions) {
    const { leaseMs = 15_000, renewDeadlineMs = 10_000, retryMs = 2000 } = options
    if (!(retryMs > 0 && retryMs < renewDeadlineMs && renewDeadlineMs < leaseMs)) {
      throw new RangeError('a lease needs retryMs < renewDeadlineMs < leaseMs')
    }
    this.identity = options.identity
    this.#api = api
    this.#options = options
    this.#clock = options.clock ?? systemClock
    this.#log = options.log ?? silent
    this.#leaseMs = leaseMs
    this.#renewDeadlineMs = renewDeadlineMs
    this.#retryMs = retryMs
  }

  lead(): Promise<AbortSignal> {
    return new Promise((resolve, reject) => {
      if (this.#stopped.signal.aborted) reject(this.#stopped.signal.reason)
      else if (this.#term !== undefined && this.isLeader()) resolve(this.#term.signal)
      else this.#waiting.push(({ term, stopped }) => (term === undefined ? reject(stopped) : resolve(term.signal)))
    })
  }

  isLeader(): boolean {
    return this.#term !== undefined && this.#clock.now() - this.#renewedAt < this.#renewDeadlineMs
  }

  holder(): string | undefined {
    if (this.isLeader()) return this.identity
    const holder = this.#observed?.holder
    return holder === undefined || holder === '' || holder === this.identity ? undefined : holder
  }

  run(): Promise<void> {
    this.#ended = this.#loop()
    return this.#ended
  }

  async stop(): Promise<void> {
    if (!this.#stopped.signal.aborted) this.#stopped.abort(new Error('the election was stopped'))
    for (const end of this.#waiting.splice(0)) end({ stopped: this.#stopped.signal.reason })
    await this.#ended
  }

  async #loop(): Promise<void> {
    const { signal } = this.#stopped
    while (!signal.aborted) {
      const sentAt = this.#clock.now()
      try {
        await this.#withDeadline((limit) => this.#try(sentAt, limit))
      } catch (error) {
        if (!signal.aborted) this.#log('debug', `lease ${this.#options.name}: ${messageOf(error)}`)
        // Somebody else wrote it, or it is gone: what we know of it is old.
        if (isConflict(error) || isNotFound(error)) this.#lease = undefined
      }
      if (this.#term !== undefined && !this.isLeader()) this.#lose('it could not be renewed in time')
      await pause(this.#clock, this.#pauseMs(sentAt), signal)
    }
    await this.#release()
  }

  /** A renewal is due every `retryMs`, whatever the last one took; a candidate comes a little later, at random. */
  #pauseMs(sentAt: number): number {
    const tookMs = this.#clock.now() - sentAt
    // It wakes at the deadline at the latest, so that the end of our leadership is told at once.
    if (this.#term !== undefined) return Math.max(0, Math.min(this.#retryMs - tookMs, this.#leftMs()))
    const random = this.#options.random ?? Math.random
    return this.#retryMs * (1 + 0.2 * random())
  }

  /** How long we still lead without another renewal. */
  #leftMs(): number {
    return this.#renewedAt + this.#renewDeadlineMs - this.#clock.now()
  }

  /** A call that hangs must not outlast our leadership; a candidate's may take as long as a leader's. */
  async #withDeadline(work: (signal: AbortSignal) => Promise<void>): Promise<void> {
    const leftMs = this.#term === undefined ? this.#renewDeadlineMs : this.#leftMs()
    const limit = new AbortController()
    const abort = (): void => limit.abort(this.#stopped.signal.reason)
    const cancel = this.#clock.after(Math.max(0, leftMs), () => limit.abort(new Error('no answer in time')))
    this.#stopped.signal.addEventListener('abort', abort, { once: true })
    try {
      await work(limit.signal)
    } finally {
      cancel()
      this.#stopped.signal.removeEventListener('abort', abort)
    }
  }

  /** One try to get the Lease or to renew it. */
  async #try(sentAt: number, signal: AbortSignal): Promise<void> {
    const call = { signal, retryDeadlineMs: 0 }
    // A leader knows its Lease; if that is not so any more, the write fails and the next try reads it.
    if (this.#term === undefined) this.#lease = undefined
    const lease = this.#lease ?? (await this.#read(call))
    if (lease === undefined) {
      this.#lease = await this.#api.create<Lease>(LEASES, this.#claim(undefined), call)
      this.#renewed(sentAt)
      return
    }
    if (!this.#isFree(lease)) {
      if (this.#term !== undefined) this.#lose(`${lease.spec?.holderIdentity ?? 'another'} has taken it`)
      return
    }
    this.#lease = await this.#api.update<Lease>(LEASES, this.#claim(lease), call)
    this.#renewed(sentAt)
  }

  async #read(call: { signal: AbortSignal; retryDeadlineMs: number }): Promise<Lease | undefined> {
    const { namespace, name } = this.#options
    try {
      return await this.#api.get<Lease>(LEASES, { namespace, name }, call)
    } catch (error) {
      if (isNotFound(error)) return undefined
      throw error
    }
  }

  /** Whether it is ours, given up, or unchanged for as long as its holder has asked for. */
  #isFree(lease: Lease): boolean {
    const { holderIdentity = '', leaseDurationSeconds } = lease.spec ?? {}
    if (holderIdentity === '' || holderIdentity === this.identity) return true
    const now = this.#clock.now()
    const { resourceVersion } = lease.metadata
    if (this.#observed === undefined || this.#observed.resourceVersion !== resourceVersion) {
      const leaseMs = leaseDurationSeconds === undefined ? this.#leaseMs : leaseDurationSeconds * 1000
      this.#observed = { resourceVersion, holder: holderIdentity, leaseMs, at: now }
      return false
    }
    return now - this.#observed.at >= this.#observed.leaseMs
  }

  #claim(lease: Lease | undefined): Lease {
    const { namespace, name } = this.#options
    const time = microTime(this.#clock.date())
    const spec = lease?.spec ?? {}
    const ours = spec.holderIdentity === this.identity
    return {
      apiVersion: 'coordination.k8s.io/v1',
      kind: 'Lease',
      metadata: lease?.metadata ?? { namespace, name },
      spec: {
        ...spec,
        holderIdentity: this.identity,
        // The field takes whole seconds; rounded up, so that nobody takes over before we have given up.
        leaseDurationSeconds: Math.max(1, Math.ceil(this.#leaseMs / 1000)),
        acquireTime: ours ? (spec.acquireTime ?? time) : time,
        renewTime: time,
        leaseTransitions: (spec.leaseTransitions ?? 0) + (ours || lease === undefined ? 0 : 1),
      },
    }
  }

  #renewed(sentAt: number): void {
    this.#renewedAt = sentAt
    this.#observed = undefined
    if (this.#term !== undefined || !this.#isFresh()) return
    this.#term = new AbortController()
    this.#log('info', `lease ${this.#options.name}: leading as ${this.identity}`)
    for (const end of this.#waiting.splice(0)) end({ term: this.#term })
  }

  /** A claim whose answer came too late to lead on it is renewed first. */
  #isFresh(): boolean {
    return this.#clock.now() - this.#renewedAt < this.#renewDeadlineMs
  }

  #lose(why: string): void {
    const term = this.#term
    this.#term = undefined
    this.#lease = undefined
    this.#log('warn', `lease ${this.#options.name}: not leading any more: ${why}`)
    term?.abort(new Error(`the lease was lost: ${why}`))
  }

  async #release(): Promise<void> {
    const term = this.#term
    const lease = this.#lease
    this.#term = undefined
    term?.abort(this.#stopped.signal.reason)
    if (term === undefined) return
    const limit = new AbortController()
    const cancel = this.#clock.after(this.#retryMs, () => limit.abort(new Error('no answer in time')))
    const call = { signal: limit.signal, retryDeadlineMs: 0 }
    try {
      await this.#giveUp(lease, call)
      this.#log('info', `lease ${this.#options.name}: given up`)
    } catch (error) {
      this.#log('debug', `lease ${this.#options.name}: not given up: ${messageOf(error)}`)
    } finally {
      cancel()
    }
  }

  /** A renewal that the stop cut short may have been written: then what we know of the Lease is old. */
  async #giveUp(known: Lease | undefined, call: { signal: AbortSignal; retryDeadlineMs: number }): Promise<void> {
    const lease = known ?? (await this.#read(call))
    if (lease?.spec?.holderIdentity !== this.identity) return
    const renewTime = microTime(this.#clock.date())
    try {
      await this.#api.update(
        LEASES,
        { ...lease, spec: { ...lease.spec, holderIdentity: '', leaseDurationSeconds: 1, renewTime } },
        call,
      )
    } catch (error) {
      if (known === undefined || !isConflict(error)) throw error
      await this.#giveUp(undefined, call)
    }
  }
}

/** Kubernetes' MicroTime: RFC 3339 with six digits. */
function microTime(date: Date): string {
  return date.toISOString().replace('Z', '000Z')
}
