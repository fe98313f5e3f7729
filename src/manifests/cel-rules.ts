import { isObject, valueAt, type KubeValue } from './kube-value.ts'

/** A rule of a CRD in TypeScript. `self` is a mapping; its parts may have any type, which the schema judges. */
export interface Rule {
  readonly holds: (self: KubeValue) => boolean
  /** Where to point when it does not: a path from `self`, the first that exists; else `self` itself. */
  readonly at?: readonly (readonly string[])[]
  readonly hint?: string
}

const has = (self: KubeValue, ...path: readonly string[]) => valueAt(self, ...path) !== undefined

/** A rule about the beginning of a text; anything but a text is for the schema to refuse. */
const starts = (value: KubeValue | undefined, ...prefixes: readonly string[]) =>
  typeof value !== 'string' || prefixes.some((prefix) => value.startsWith(prefix))

const isBucket = (value: KubeValue | undefined) =>
  typeof value === 'string' && (value.startsWith('s3://') || value.startsWith('gs://'))

/** `spec` of a FeatureStore: more than one replica, fixed or by autoscaling. `replicas` is 1 by default. */
const scales = (self: KubeValue) => {
  const replicas = valueAt(self, 'replicas') ?? 1
  return (typeof replicas === 'number' && replicas > 1) || has(self, 'services', 'scaling', 'autoscaling')
}

const scaleAt = [['replicas'], ['services', 'scaling', 'autoscaling']]

/** The keys of mlflow's extraConfig that have fields of their own. */
const mlflowFields = [
  'enabled',
  'tracking_uri',
  'ui_url',
  'tracking_auth',
  'auto_log',
  'auto_log_entity_df',
  'entity_df_max_rows',
  'log_operations',
  'ops_experiment_suffix',
]

/** By the text of the rule in the CRD of Feast's operator: a changed text is a rule to be written anew. */
const rules: Readonly<Record<string, Rule>> = {
  'self.replicas <= 1 || !has(self.services) || !has(self.services.scaling) || !has(self.services.scaling.autoscaling)':
    {
      holds: (self) => {
        const replicas = valueAt(self, 'replicas') ?? 1
        return !(typeof replicas === 'number' && replicas > 1) || !has(self, 'services', 'scaling', 'autoscaling')
      },
      at: [['replicas']],
      hint: 'remove replicas, or remove services.scaling.autoscaling',
    },
  'self.replicas <= 1 && (!has(self.services) || !has(self.services.scaling) || !has(self.services.scaling.autoscaling)) || (has(self.services) && has(self.services.onlineStore) && has(self.services.onlineStore.persistence) && has(self.services.onlineStore.persistence.store))':
    {
      holds: (self) => !scales(self) || has(self, 'services', 'onlineStore', 'persistence', 'store'),
      at: scaleAt,
      hint: 'add services.onlineStore.persistence.store, such as `{ type: redis, secretRef: { name: … } }`, or keep one replica',
    },
  'self.replicas <= 1 && (!has(self.services) || !has(self.services.scaling) || !has(self.services.scaling.autoscaling)) || (!has(self.services) || !has(self.services.offlineStore) || (has(self.services.offlineStore.persistence) && has(self.services.offlineStore.persistence.store)))':
    {
      holds: (self) =>
        !scales(self) ||
        !has(self, 'services', 'offlineStore') ||
        has(self, 'services', 'offlineStore', 'persistence', 'store'),
      at: scaleAt,
      hint: 'add services.offlineStore.persistence.store, or remove services.offlineStore, or keep one replica',
    },
  "self.replicas <= 1 && (!has(self.services) || !has(self.services.scaling) || !has(self.services.scaling.autoscaling)) || (has(self.services) && has(self.services.registry) && (has(self.services.registry.remote) || (has(self.services.registry.local) && has(self.services.registry.local.persistence) && (has(self.services.registry.local.persistence.store) || (has(self.services.registry.local.persistence.file) && has(self.services.registry.local.persistence.file.path) && (self.services.registry.local.persistence.file.path.startsWith('s3://') || self.services.registry.local.persistence.file.path.startsWith('gs://')))))))":
    {
      holds: (self) =>
        !scales(self) ||
        has(self, 'services', 'registry', 'remote') ||
        has(self, 'services', 'registry', 'local', 'persistence', 'store') ||
        isBucket(valueAt(self, 'services', 'registry', 'local', 'persistence', 'file', 'path')),
      at: scaleAt,
      hint: 'add services.registry.local.persistence.store, or an s3:// or gs:// path, or keep one replica',
    },
  "has(self.featureRepoPath) ? !self.featureRepoPath.startsWith('/') : true": {
    holds: (self) => !has(self, 'featureRepoPath') || !startsWithSlash(valueAt(self, 'featureRepoPath')),
    at: [['featureRepoPath']],
    hint: 'write the path within the repository, without the leading /',
  },
  "self.featureRepoPath.startsWith('/') && self.featureRepoPath != '/' && !self.featureRepoPath.contains('//') && !self.featureRepoPath.endsWith('/') && !self.featureRepoPath.contains('/./') && !self.featureRepoPath.endsWith('/.') && !self.featureRepoPath.contains('/../') && !self.featureRepoPath.endsWith('/..')":
    {
      holds: (self) => {
        const path = valueAt(self, 'featureRepoPath')
        if (typeof path !== 'string') return true
        const steps = path.split('/')
        return steps.length > 1 && steps[0] === '' && steps.slice(1).every((step) => !['', '.', '..'].includes(step))
      },
      at: [['featureRepoPath']],
      hint: 'for instance /feature_repo',
    },
  [`!has(self.extraConfig) || ${mlflowFields.map((name) => `!('${name}' in self.extraConfig)`).join(' && ')}`]: {
    holds: (self) => {
      const extra = valueAt(self, 'extraConfig')
      return !isObject(extra) || mlflowFields.every((name) => !Object.hasOwn(extra, name))
    },
    at: mlflowFields.map((name) => ['extraConfig', name]),
    hint: 'use the field of spec.mlflow: tracking_uri is trackingUri, and so on',
  },
  '(!has(self.disable) || !self.disable) ? has(self.secretRef) : true': {
    holds: (self) => valueAt(self, 'disable') === true || has(self, 'secretRef'),
    hint: 'add `secretRef: { name: … }`, or write `disable: true`',
  },
  "self.mountPath.matches('^/[^:]*$')": {
    holds: (self) => {
      const path = valueAt(self, 'mountPath')
      return typeof path !== 'string' || /^\/[^:]*$/.test(path)
    },
    at: [['mountPath']],
    hint: 'for instance /data',
  },
  "(!has(self.pvc) && has(self.path)) ? self.path.startsWith('/') : true": {
    holds: (self) => has(self, 'pvc') || starts(valueAt(self, 'path'), '/'),
    at: [['path']],
    hint: 'write an absolute path, or add a pvc',
  },
  "(has(self.pvc) && has(self.path)) ? !self.path.startsWith('/') : true": {
    holds: (self) => !has(self, 'pvc') || !startsWithSlash(valueAt(self, 'path')),
    at: [['path']],
    hint: 'write the name of the file alone; the operator puts it under pvc.mountPath',
  },
  "has(self.path) ? !(self.path.startsWith('s3://') || self.path.startsWith('gs://')) : true": {
    holds: (self) => !isBucket(valueAt(self, 'path')),
    at: [['path']],
    hint: 'write a path of a file, or use persistence.store',
  },
  "(!has(self.pvc) && has(self.path)) ? (self.path.startsWith('/') || self.path.startsWith('s3://') || self.path.startsWith('gs://')) : true":
    {
      holds: (self) => has(self, 'pvc') || starts(valueAt(self, 'path'), '/', 's3://', 'gs://'),
      at: [['path']],
      hint: 'write an absolute path, an s3:// or gs:// URI, or add a pvc',
    },
  "(has(self.pvc) && has(self.path)) ? !(self.path.startsWith('s3://') || self.path.startsWith('gs://')) : true": {
    holds: (self) => !has(self, 'pvc') || !isBucket(valueAt(self, 'path')),
    at: [['path']],
    hint: 'remove the pvc: a bucket needs none',
  },
  "(has(self.s3_additional_kwargs) && has(self.path)) ? self.path.startsWith('s3://') : true": {
    holds: (self) => !has(self, 's3_additional_kwargs') || starts(valueAt(self, 'path'), 's3://'),
    at: [['s3_additional_kwargs']],
    hint: 'remove s3_additional_kwargs, or write an s3:// path',
  },
  'self.restAPI == true || self.grpc == true || !has(self.grpc)': {
    holds: (self) => valueAt(self, 'restAPI') === true || valueAt(self, 'grpc') !== false,
    at: [['grpc']],
    hint: 'set one of the two to true',
  },
  '!has(self.mcp) || !self.mcp.enabled || (has(self.restAPI) && self.restAPI == true)': {
    holds: (self) => valueAt(self, 'mcp', 'enabled') !== true || valueAt(self, 'restAPI') === true,
    at: [['mcp', 'enabled']],
    hint: 'write `restAPI: true`',
  },
}

function startsWithSlash(value: KubeValue | undefined): boolean {
  return typeof value === 'string' && value.startsWith('/')
}

/** The rule of a CEL text; undefined for one that fsop does not know. */
export function celRule(text: string): Rule | undefined {
  return exactlyOne(text) ?? (Object.hasOwn(rules, text) ? rules[text] : undefined)
}

/** `[has(self.a), has(self.b)].exists_one(c, c)` */
function exactlyOne(text: string): Rule | undefined {
  const list = /^\[(has\(self\.\w+\)(?:, has\(self\.\w+\))*)\]\.exists_one\(c, c\)$/.exec(text)?.[1]
  if (list === undefined) return undefined
  const names = Array.from(list.matchAll(/self\.(\w+)/g), ([, name]) => name ?? '')
  return {
    holds: (self) => names.filter((name) => has(self, name)).length === 1,
    hint: `keep exactly one of: ${names.join(', ')}`,
  }
}
