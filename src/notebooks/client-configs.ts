import { judgeClientConfig, type ClientConfig, type ClientRead } from './client-config.ts'
import { keyOf, type ConfigMapView, type FeatureStore, type Key } from './model.ts'

export interface ClientConfigSources {
  /** From what was listed or is watched. */
  readonly seen: (at: Key) => ConfigMapView | undefined
  /** Asks the API server for one by name: those that lack the operator's label are in no list. */
  readonly fetch: (at: { namespace: string; name: string }) => Promise<ConfigMapView | undefined>
  readonly describe: (error: unknown) => string
  readonly allowSecrets: boolean
  /** How long a failed read stands for all who ask. */
  readonly failureTtlMs: number
  readonly now: () => number
  /** Told of each ConfigMap that had to be asked for. */
  readonly onFetched?: (at: { namespace: string; name: string }) => void
}

/** Gives the judged client config of a store: read once and judged once, however many notebooks ask. */
export interface ClientConfigs {
  of(store: FeatureStore): Promise<ClientConfig>
  /** Ask again. */
  forget(at: Key): void
}

export function createClientConfigs(sources: ClientConfigSources): ClientConfigs {
  const { seen, fetch, describe, allowSecrets, onFetched, failureTtlMs, now } = sources
  const fetched = new Map<Key, Promise<ClientRead>>()
  const failedAt = new Map<Key, number>()
  const judged = new Map<Key, { readonly store: FeatureStore; readonly text: string; readonly config: ClientConfig }>()

  const ask = async (at: { namespace: string; name: string }): Promise<ClientRead> => {
    try {
      return readOf(await fetch(at))
    } catch (error) {
      failedAt.set(keyOf(at), now())
      return { kind: 'failed', message: describe(error) }
    }
  }

  const read = (store: FeatureStore): ClientRead | Promise<ClientRead> => {
    const at = { namespace: store.namespace, name: store.clientConfigMap ?? '' }
    const view = seen(keyOf(at))
    if (view !== undefined) {
      fetched.delete(keyOf(at))
      return readOf(view)
    }
    const failed = failedAt.get(keyOf(at))
    if (failed !== undefined && now() - failed > failureTtlMs) {
      failedAt.delete(keyOf(at))
      fetched.delete(keyOf(at))
    }
    const known = fetched.get(keyOf(at))
    if (known !== undefined) return known
    const answer = ask(at)
    fetched.set(keyOf(at), answer)
    onFetched?.(at)
    return answer
  }

  return {
    forget: (at) => void fetched.delete(at),
    async of(store) {
      const answer = await read(store)
      if (answer.kind !== 'text') return judgeClientConfig(store, answer)
      const known = judged.get(keyOf(store))
      if (
        known?.text === answer.text &&
        known.store.project === store.project &&
        known.store.clientConfigMap === store.clientConfigMap
      )
        return known.config
      const config = judgeClientConfig(store, answer, { allowSecrets })
      judged.set(keyOf(store), { store, text: answer.text, config })
      return config
    },
  }
}

function readOf(view: ConfigMapView | undefined): ClientRead {
  if (view === undefined) return { kind: 'none' }
  return view.clientText === undefined ? { kind: 'no-key' } : { kind: 'text', text: view.clientText }
}
