import type { GeneratedFile, InitOptions, Operator } from '../operator.ts'
import { sampleTransactions } from './sample-data.ts'
import { defaultFeastVersion } from '../../feast/versions.ts'

const folder = 'feature_store'

/** The Feast feature store: what `fsop` is for. */
export const featureStore: Operator = {
  type: 'feature_store',
  version: 'v1',
  summary: 'A Feast feature store: registry, offline and online store, feature server',
  description: [
    'Takes a feature_store.yaml, which Feast itself reads unchanged, to a running feature store.',
    '`fsop init` writes one with sample definitions and data, `fsop verify` checks it, `fsop apply` makes the registry',
    'and the stores match the definitions, and `fsop run` does the daily work: materialize, push, read, serve.',
  ].join('\n'),
  backends: ['local'],
  tasks: [
    { name: 'materialize', summary: 'Load the features of an interval into the online store' },
    { name: 'materialize-incremental', summary: 'Load what is new since the last materialization' },
    { name: 'push', summary: 'Send fresh rows to a push source' },
    { name: 'get-online-features', summary: 'Read the newest feature values of some entities' },
    { name: 'get-historical-features', summary: 'Make a training set, point-in-time correct, as Parquet or CSV' },
    { name: 'serve', summary: 'Start the online feature server' },
    { name: 'serve-offline', summary: 'Start the offline feature server (Arrow Flight)' },
    { name: 'serve-registry', summary: 'Start the registry server' },
    { name: 'ui', summary: "Start Feast's web UI" },
    { name: 'teardown', summary: 'Remove the deployed infrastructure and the registry' },
  ],
  generate,
}

async function generate({ project, minimal, now, template }: InitOptions): Promise<readonly GeneratedFile[]> {
  const fill = async (name: string, values: Record<string, string> = {}) => {
    const text = await template(`${folder}/${name}`)
    return Object.entries({ PROJECT: project, ...values }).reduce(
      (filled, [key, value]) => filled.replaceAll(`__${key}__`, value),
      text,
    )
  }
  const kind = minimal ? '.minimal' : ''
  const requirements = [`feast==${defaultFeastVersion}`, 'oci-cli'].map((line) => `      - ${line}`).join('\n')
  const files: GeneratedFile[] = [
    { path: 'feature_store.yaml', content: await fill(`feature_store${kind}.yaml`) },
    { path: 'feature_definitions.py', content: await fill(`feature_definitions${kind}.py`) },
    {
      path: 'backend_operator_local_python_config.yaml',
      content: await fill('backend_operator_local_python_config.yaml'),
    },
    {
      path: 'backend_operator_local_container_config.yaml',
      content: await fill('backend_operator_local_container_config.yaml'),
    },
    {
      path: 'environment.yaml',
      content: (await fill('environment.yaml', { REQUIREMENTS: requirements })).trimEnd() + '\n',
    },
    { path: '.gitignore', content: await fill('gitignore') },
    { path: 'README.md', content: await fill(`README${kind}.md`) },
  ]
  if (!minimal) files.push({ path: 'data/customer_transactions.parquet', content: sampleTransactions(now) })
  return files
}
