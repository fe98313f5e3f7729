import type { ConfigMapView } from './model.ts'
import { MANAGED_BY, MANAGED_BY_LABEL, SEED_LABEL } from './names.ts'

/**
 * Whether a ConfigMap is notebook-sync's, ours or the Go controller's: two of three signs must agree, the managed-by
 * label (either form), the Notebook as an owner, and our field manager. One may be missing, since people edit labels and
 * owners; what has only one may be anybody's, and is neither written nor deleted.
 */
export function isOurs(configMap: ConfigMapView, notebookName: string, notebookKind: string): boolean {
  const signs = [
    configMap.labels[SEED_LABEL] === MANAGED_BY || configMap.labels[MANAGED_BY_LABEL] === MANAGED_BY,
    configMap.owners.some(({ kind, name }) => kind === notebookKind && name === notebookName),
    configMap.claims.isApplied,
  ]
  return signs.filter(Boolean).length >= 2
}
