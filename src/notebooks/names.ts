/**
 * Names that others read: the seed ("Notebook ConfigMap Integration"), the Go controller of Feast's operator
 * (notebook_configmap_controller.go) and the webhook that mounts the result (notebook_feast_config.go).
 */
export const INTEGRATION_LABEL = 'opendatahub.io/feast-integration'
export const PROJECTS_ANNOTATION = 'opendatahub.io/feast-config'
export const PAUSE_ANNOTATION = 'fsop.dev/paused'
export const CLIENT_CONFIG_KEY = 'feature_store.yaml'
export const CONFIG_MAP_SUFFIX = '-feast-config'

/** The seed's label, and the one that the Go code writes and selects by. We write both and take either. */
export const SEED_LABEL = 'managed-by'
export const MANAGED_BY_LABEL = 'app.kubernetes.io/managed-by'
export const MANAGED_BY = 'feast-operator'
export const SOURCE_LABEL = 'source-resource'
export const SOURCE_KIND_LABEL = 'source-kind'

export const FIELD_MANAGER = 'fsop'
/** The name of the Go controller's binary, under which the API server books what it writes. */
export const GO_FIELD_MANAGER = 'manager'

/** Longest name of a ConfigMap: a DNS-1123 subdomain. */
const MAX_NAME = 253

/** The name that the webhook mounts; it takes no other, so a notebook's name that is too long for it has none. */
export function configMapName(notebook: string): string {
  return `${notebook}${CONFIG_MAP_SUFFIX}`
}

export function isNameTooLong(notebook: string): boolean {
  return configMapName(notebook).length > MAX_NAME
}

/** The notebook of a ConfigMap by the name alone, as the Go controller maps them. */
export function notebookNameOf(configMap: string): string | undefined {
  return configMap.endsWith(CONFIG_MAP_SUFFIX) && configMap.length > CONFIG_MAP_SUFFIX.length
    ? configMap.slice(0, -CONFIG_MAP_SUFFIX.length)
    : undefined
}
