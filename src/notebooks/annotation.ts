import { fault, type Fault } from './faults.ts'

/** One project that a notebook asks for. */
export interface ProjectRef {
  /** The key in the ConfigMap and so the name of the file in the notebook: the name as written, without a namespace. */
  readonly key: string
  /** Set by the form `namespace/project`: only stores of that namespace are meant. */
  readonly namespace: string | undefined
}

export interface ParsedAnnotation {
  readonly projects: readonly ProjectRef[]
  readonly faults: readonly Fault[]
}

/** The CRD's pattern of `spec.feastProject`; names of FeatureStores (DNS-1123 subdomains) may have dots as well. */
const projectPattern = /^[A-Za-z0-9][A-Za-z0-9._-]*$/
const namespacePattern = /^[a-z0-9]([-a-z0-9]*[a-z0-9])?$/
/** Keys of a ConfigMap end here (apimachinery, util/validation, IsConfigMapKey). */
const MAX_KEY = 253

/**
 * Reads the annotation as the Go controller does: split at commas, trimmed, empty entries dropped, duplicates once,
 * case kept. Beyond it: `namespace/project` says which of several stores is meant, and what can be no project is
 * reported one by one, without keeping the good ones back.
 */
export function parseAnnotation(text: string | undefined): ParsedAnnotation {
  const projects = new Map<string, ProjectRef>()
  const faults: Fault[] = []
  const written = new Set((text ?? '').split(',').map((entry) => entry.trim()))
  for (const entry of written) {
    if (entry === '') continue
    const parts = entry.split('/')
    const key = parts.at(-1) ?? ''
    const namespace = parts.length === 2 ? parts[0] : undefined
    const problem = nameProblem(entry, { key, namespace, count: parts.length })
    if (problem !== undefined) {
      faults.push(problem)
      continue
    }
    const other = projects.get(key)
    if (other?.namespace !== undefined && namespace !== undefined) {
      faults.push(
        fault('NB102', `${show(entry)} and "${other.namespace}/${key}" would be the same file "${key}"`, {
          project: key,
          hint: 'name one of them in the annotation',
        }),
      )
    } else if (other === undefined || namespace !== undefined) {
      projects.set(key, { key, namespace })
    }
  }
  return { projects: [...projects.values()], faults }
}

function nameProblem(
  entry: string,
  { key, namespace, count }: { key: string; namespace: string | undefined; count: number },
): Fault | undefined {
  const bad = (why: string) =>
    fault('NB101', `${show(entry)} can be no Feast project: ${why}`, {
      hint:
        /[;\s]/.test(entry) && !entry.includes('/')
          ? `separate names with commas: ${entry
              .split(/[;\s]+/)
              .filter(Boolean)
              .slice(0, 5)
              .join(',')}`
          : 'correct the annotation opendatahub.io/feast-config',
    })
  if (key.length > MAX_KEY) return bad('keys of a ConfigMap end at 253 characters')
  if (count > 2 || (namespace !== undefined && !(namespacePattern.test(namespace) && namespace.length <= 63)))
    return bad('it is neither PROJECT nor NAMESPACE/PROJECT')
  if (!projectPattern.test(key))
    return bad('a name has letters, digits, "_", "-" and ".", and begins with a letter or digit')
  return undefined
}

/** Quoted, control characters escaped, cut short: the text comes from any author of a Notebook. */
function show(entry: string): string {
  const text = JSON.stringify(entry.slice(0, 60)).replaceAll(
    /[\u007f-\u009f\u2028\u2029\u202a-\u202e\u2066-\u2069]/g,
    '?',
  )
  return entry.length > 60 ? `${text.slice(0, -1)}…"` : text
}
