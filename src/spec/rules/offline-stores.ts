import { innerSettings, isFilled, isGiven, reportAt, textOf, type BlockRule } from './block.ts'

/** `project_id_exists` of BigQueryOfflineStoreConfig in feast/infra/offline_stores/bigquery.py. */
const bigqueryProject: BlockRule = (block, context) => {
  if (!isFilled(block.settings.get('billing_project_id')) || isFilled(block.settings.get('project_id'))) return
  reportAt(block, 'billing_project_id', context, {
    code: 'FS302',
    message: `${block.path}: billing_project_id needs project_id`,
    why: 'Feast refuses a project to bill without the project that holds the data',
    hint: 'add `project_id: …`, or remove billing_project_id',
  })
}

/** `require_cluster_and_user_or_workgroup` of RedshiftOfflineStoreConfig in feast/infra/offline_stores/redshift.py. */
const redshiftCluster: BlockRule = (block, context) => {
  const has = (name: string) => isFilled(block.settings.get(name))
  if (has('cluster_id') && has('workgroup')) {
    reportAt(block, 'workgroup', context, {
      code: 'FS302',
      message: `${block.path} has both cluster_id and workgroup`,
      why: 'a cluster is provisioned or serverless, and Feast refuses both',
      hint: 'keep cluster_id and user for a provisioned cluster, or workgroup for a serverless one',
    })
    return
  }
  if ((has('cluster_id') && has('user')) || has('workgroup')) return
  reportAt(block, ['cluster_id', 'user'].find(has), context, {
    code: 'FS302',
    message: `${block.path} needs cluster_id and user, or workgroup`,
    why: 'Feast refuses a Redshift store without one of the two',
    hint: 'add cluster_id and user for a provisioned cluster, or workgroup for a serverless one',
  })
}

/** `_validate_connection_params` of OracleOfflineStoreConfig in …/contrib/oracle_offline_store/oracle.py. */
const oracleTarget: BlockRule = (block, context) => {
  const given = ['service_name', 'sid', 'dsn'].filter((name) => isGiven(block.settings.get(name)))
  if (given.length < 2) return
  reportAt(block, given[1], context, {
    code: 'FS302',
    message: `${block.path} has ${given.join(' and ')}`,
    why: 'Feast takes one of service_name, sid and dsn',
    hint: 'keep one of them',
  })
}

/** `config_only_nullable_for_oauth2` of AuthConfig in …/contrib/trino_offline_store/trino.py. */
export const trinoAuth: BlockRule = (block, context) => {
  const auth = innerSettings(block.settings.get('auth'), context)
  const type = textOf(auth?.get('type'))
  const config = auth?.get('config')
  if (type === undefined || type === 'oauth2' || config === undefined || isGiven(config)) return
  context.report.add(config.node.span, {
    code: 'FS302',
    message: `${block.path}.auth.config is empty`,
    why: `only oauth2 works without it; ${type} does not`,
    hint: `write the settings of ${type} below config, such as a user name`,
    path: `${block.path}.auth.config`,
  })
}

export const offlineStoreRules: Readonly<Record<string, readonly BlockRule[]>> = {
  'offline_store.bigquery': [bigqueryProject],
  'offline_store.redshift': [redshiftCluster],
  'offline_store.oracle': [oracleTarget],
  'offline_store.trino': [trinoAuth],
}
