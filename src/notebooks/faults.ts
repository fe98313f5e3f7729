import type { Diagnostic } from '../diagnostics/diagnostic.ts'

/** The codes of notebook-sync; a section each in docs/errors.md. */
export type FaultCode = keyof typeof faultReasons

/** A short word for each code: the `reason` of its Event and what the status table shows. */
export const faultReasons = {
  NB101: 'InvalidProjectName',
  NB102: 'ProjectNamedTwice',
  NB201: 'ProjectNotFound',
  NB202: 'ProjectAmbiguous',
  NB203: 'FeatureStoreNotReady',
  NB204: 'NoClientConfigMap',
  NB205: 'ClientConfigMapNotFound',
  NB206: 'ClientConfigKeyMissing',
  NB207: 'ClientConfigInvalid',
  NB208: 'ClientConfigWrongProject',
  NB209: 'ClientConfigHoldsSecret',
  NB210: 'ReadFailed',
  NB211: 'FeatureStoresUnreadable',
  NB301: 'ConfigMapNotOurs',
  NB302: 'ConfigMapImmutable',
  NB303: 'ConfigMapTooLarge',
  NB304: 'NameTooLong',
  NB305: 'FieldsHeldByOther',
  NB306: 'Contested',
  NB307: 'NamespaceTerminating',
  NB308: 'Paused',
  NB309: 'WriteFailed',
  NB310: 'WriteForbidden',
} as const

/** Why a ConfigMap, or one key of it, is not as the annotation asks. */
export interface Fault {
  readonly code: FaultCode
  readonly severity: Diagnostic['severity']
  /** One sentence without the notebook's name, so that the same fault of many notebooks reads the same. */
  readonly message: string
  readonly hint?: string
  /** The key of the ConfigMap that it is about. */
  readonly project?: string
  /** The FeatureStore where the cause is. */
  readonly store?: {
    readonly namespace: string
    readonly name: string
    readonly uid: string
    readonly apiVersion: string
  }
  /** A read or write failed that may go through next time. */
  readonly isTransient?: boolean
}

export function fault(
  code: FaultCode,
  message: string,
  rest: Omit<Fault, 'code' | 'message' | 'severity'> & { readonly severity?: Fault['severity'] } = {},
): Fault {
  return { code, message, ...rest, severity: rest.severity ?? 'error' }
}
