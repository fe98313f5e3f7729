import { fault, type Fault } from './faults.ts'
import { byteLength, fingerprint } from './fingerprint.ts'
import { keyOf, type FeatureStore } from './model.ts'
import { CLIENT_CONFIG_KEY } from './names.ts'
import { findNode } from '../spec/yaml/find-node.ts'
import type { YamlNode } from '../spec/yaml/nodes.ts'
import { readYaml } from '../spec/yaml/read-yaml.ts'
import { findSecrets } from '../spec/secrets.ts'

/** What a read of a store's client ConfigMap gave. */
export type ClientRead =
  | { readonly kind: 'text'; readonly text: string }
  /** Read, and it has no `feature_store.yaml`. */
  | { readonly kind: 'no-key' }
  /** Read, and there is none. */
  | { readonly kind: 'none' }
  | { readonly kind: 'failed'; readonly message: string }

/** What a store gives its notebooks. */
export type ClientConfig =
  | { readonly kind: 'config'; readonly text: string; readonly fingerprint: string; readonly bytes: number }
  | { readonly kind: 'keep'; readonly fault: Fault }
  | { readonly kind: 'gone'; readonly fault: Fault }

/**
 * Judges a client config before any notebook gets it. What does not parse, speaks of another project or holds a password
 * is not handed on: notebooks keep what they have.
 *
 * @param allowSecrets hand on literal secrets too, for stores whose operator writes them (OIDC clients)
 */
export function judgeClientConfig(
  store: FeatureStore,
  read: ClientRead,
  { allowSecrets = false }: { readonly allowSecrets?: boolean } = {},
): ClientConfig {
  const place = `${store.namespace}/${store.clientConfigMap}`
  const about = { store, project: store.project ?? store.name }
  const of = `FeatureStore ${keyOf(store)}: `
  switch (read.kind) {
    case 'failed':
      return {
        kind: 'keep',
        fault: fault('NB210', `${of}its client ConfigMap ${place} could not be read: ${read.message}`, {
          ...about,
          isTransient: true,
        }),
      }
    case 'none':
      return {
        kind: 'gone',
        fault: fault('NB205', `${of}its client ConfigMap ${place} does not exist`, {
          ...about,
          hint: 'the Feast operator makes it anew; see its log when it does not',
        }),
      }
    case 'no-key':
      return {
        kind: 'gone',
        fault: fault('NB206', `${of}its client ConfigMap ${place} has no key ${CLIENT_CONFIG_KEY}`, about),
      }
    case 'text': {
      const problem = textProblem(store, read.text, { allowSecrets, of, place })
      if (problem !== undefined) return { kind: 'keep', fault: { ...problem, ...about } }
      return { kind: 'config', text: read.text, fingerprint: fingerprint(read.text), bytes: byteLength(read.text) }
    }
  }
}

function textProblem(
  store: FeatureStore,
  text: string,
  { allowSecrets, of, place }: { allowSecrets: boolean; of: string; place: string },
): Fault | undefined {
  const { documents, diagnostics } = readYaml(Buffer.from(text), CLIENT_CONFIG_KEY)
  const invalid = (why: string) =>
    fault('NB207', `${of}${CLIENT_CONFIG_KEY} in ConfigMap ${place} is not valid: ${why}`)
  const error = diagnostics.find(({ severity }) => severity === 'error')
  if (error) return invalid(`${error.code}${error.line === undefined ? '' : ` at line ${error.line}`}`)
  const [root, second] = documents
  if (root === undefined || second !== undefined) return invalid('it is not one YAML document')
  if (root.kind !== 'map') return invalid('it is no mapping')
  return projectProblem(store, root, of, place) ?? (allowSecrets ? undefined : secretProblem(root, of, place))
}

function projectProblem(store: FeatureStore, root: YamlNode, of: string, place: string): Fault | undefined {
  const node = findNode(root, ['project'])?.value
  // Feast itself demands a project; a text without one is the operator's to mend and harms no other project.
  if (node === undefined || store.project === undefined) return undefined
  const project = node.kind === 'scalar' ? String(node.value) : ''
  if (project === store.project) return undefined
  return fault(
    'NB208',
    `${of}the client config in ConfigMap ${place} is of project ${JSON.stringify(project.slice(0, 60))}, not "${store.project}"`,
  )
}

function secretProblem(root: YamlNode, of: string, place: string): Fault | undefined {
  const paths = findSecrets(root, ({ source }) => source)
    .filter(({ isLiteral }) => isLiteral)
    .map(({ path }) => path)
  if (paths.length === 0) return undefined
  return fault(
    'NB209',
    `${of}the client config in ConfigMap ${place} holds a secret in plain text: ${paths.slice(0, 5).join(', ')}`,
    {
      hint: 'refer to an environment variable (${NAME}), or hand it on all the same with --allow-secrets',
    },
  )
}
