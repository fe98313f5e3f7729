import { createAccess } from './access.ts'
import { systemClock } from './clock.ts'
import { Connection, type ConnectionOptions } from './connection.ts'
import type { KubeconfigOptions } from './kubeconfig.ts'

export interface ConnectOptions extends KubeconfigOptions, ConnectionOptions {
  /** Connections at the same time for calls; 8 unless told. Each watch has one of its own beside them. */
  readonly maxSockets?: number | undefined
  /** How long a credential plugin may take; 60 s unless told. */
  readonly pluginTimeoutMs?: number | undefined
  /** How long a token file is trusted before it is read again; 60 s unless told. */
  readonly tokenFileMs?: number | undefined
}

/** A connection to one API server, as one context of a kubeconfig has it. */
export class ClusterConnection extends Connection {
  /** Namespace of the context; `default` when it names none. */
  readonly namespace: string
  /** URL of the API server, without credentials. */
  readonly server: string
  readonly context: string

  constructor(
    { namespace, server, context }: { namespace: string; server: URL; context: string },
    ...connection: ConstructorParameters<typeof Connection>
  ) {
    super(...connection)
    this.namespace = namespace
    this.server = server.href
    this.context = context
  }
}

/**
 * Reads the kubeconfig. Nothing is sent yet: a server that is not there shows with the first call.
 *
 * @throws KubeconfigError when there is no kubeconfig, or it does not lead to a server
 */
export async function connect(options: ConnectOptions): Promise<ClusterConnection> {
  const { loadContext } = await import('./kubeconfig.ts')
  const first = await loadContext(options)
  const { env, clock = systemClock, maxSockets = 8, pluginTimeoutMs = 60_000, tokenFileMs = 60_000 } = options
  const access = createAccess(first, {
    // The context by its name: another one may be the current one by then.
    load: () => loadContext({ ...options, context: first.context }),
    env,
    clock,
    maxSockets,
    pluginTimeoutMs,
    tokenFileMs,
  })
  return new ClusterConnection(first, access, options)
}
