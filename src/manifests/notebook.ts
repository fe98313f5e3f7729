import { checkObjectMeta } from './check-object.ts'
import { kubeScalar, valueAt } from './kube-value.ts'
import { entriesOf, textOf, type ManifestObject } from './manifest-object.ts'
import { isSubdomain } from './metadata.ts'
import { suggest } from '../diagnostics/suggest.ts'
import { findNode } from '../spec/yaml/find-node.ts'
import type { MapEntry } from '../spec/yaml/nodes.ts'

export const notebookVersions = ['v1', 'v1beta1', 'v1alpha1']

const label = 'opendatahub.io/feast-integration'
const annotation = 'opendatahub.io/feast-config'

/** The label `source-resource` of the ConfigMap carries the notebook's name, and labels end at 63 characters. */
const longestName = 63

/**
 * The Feast side of a Kubeflow Notebook: the label and annotation that the notebook controller of Feast's operator reads,
 * and what the webhook that mounts the result looks at. A Notebook without them is not looked at.
 */
export function checkNotebook(object: ManifestObject): void {
  const integration = find(object.labels, label)
  const config = find(object.annotations, annotation)
  const strays = strayKeys(object)
  if (!integration && !config && strays.length === 0) return
  checkObjectMeta(object)
  for (const { entry, path, hint, message } of strays)
    object.report.add(entry.key.span, {
      severity: 'warning',
      code: 'KM130',
      message,
      why: 'Feast looks at this label of the Notebook itself, by this name, and at no other',
      hint,
      path,
    })
  const isOn = integration !== undefined && textOf(integration.value) === 'true'
  if (integration) checkLabel(integration, object)
  if (config) checkAnnotation(config, object)
  if (isOn && !config) warnOfMissingAnnotation(integration, object)
  if (config && !isOn && namesOf(config).some((name) => name !== '')) {
    object.report.add(config.key.span, {
      severity: 'warning',
      code: 'KM133',
      message: `the annotation ${annotation} has no effect without the label ${label}`,
      why: 'Feast looks at the label first; without it, or with another value than "true", it removes the ConfigMap',
      hint: `add \`${label}: "true"\` under metadata.labels`,
      path: `metadata.annotations.${annotation}`,
    })
  }
  if (isOn) checkPod(object)
}

function find(entries: readonly MapEntry[], name: string): MapEntry | undefined {
  return entries.find((entry) => entry.name === name)
}

interface Stray {
  readonly entry: MapEntry
  readonly path: string
  readonly message: string
  readonly hint: string
}

/** The label, or something like it, where nobody looks. */
function strayKeys({ labels, annotations, spec }: ManifestObject): readonly Stray[] {
  const template = spec && findNode(spec.value, ['template', 'metadata', 'labels'])?.value
  const places = [
    { entries: labels, path: 'metadata.labels', own: label },
    { entries: annotations, path: 'metadata.annotations', own: annotation },
    { entries: [...entriesOf(template).values()], path: 'spec.template.metadata.labels', own: undefined },
  ]
  return places.flatMap(({ entries, path, own }) =>
    entries
      .filter(({ name }) => name !== own && suggest(name, [label, annotation]) !== undefined && /feast/i.test(name))
      .map((entry) => {
        const meant = suggest(entry.name, [label, annotation]) ?? label
        const block = meant === label ? 'labels' : 'annotations'
        const message =
          entry.name === meant ? `${meant} stands under ${path}` : `${entry.name} is not a key that Feast knows`
        const hint = entry.name === meant ? `move it to metadata.${block}` : `did you mean "${meant}"?`
        return { entry, path: `${path}.${entry.name}`, message, hint }
      }),
  )
}

/** Only the exact text `true` switches the integration on. */
function checkLabel({ value }: MapEntry, { report }: ManifestObject) {
  const written = value.kind === 'scalar' ? kubeScalar(value) : undefined
  // What is no text is refused as a label (KM103).
  if (typeof written !== 'string' || written === 'true' || written === 'false') return
  report.add(value.span, {
    code: 'KM130',
    message: `the label ${label} is ${JSON.stringify(written)}, which does not switch it on`,
    why: 'Feast and the webhook that mounts the files take the exact text "true" and nothing else',
    hint: 'write "true", in quotes',
    path: `metadata.labels.${label}`,
  })
}

/** The names as the controller reads them: split at commas, trimmed; empty ones are dropped. */
function namesOf({ value }: MapEntry): readonly string[] {
  return (textOf(value) ?? '').split(',').map((name) => name.trim())
}

function checkAnnotation(entry: MapEntry, { report }: ManifestObject) {
  const path = `metadata.annotations.${annotation}`
  const warn = (message: string, why: string, hint: string) =>
    report.add(entry.value.span, {
      severity: 'warning',
      code: 'KM131',
      message: `${path}: ${message}`,
      why,
      hint,
      path,
    })
  const names = namesOf(entry)
  const given = names.filter((name) => name !== '')
  const distinct = [...new Set(given)]
  const twice = distinct.length < given.length ? given.find((name, index) => name !== distinct[index]) : undefined
  if (twice !== undefined) warn(`"${twice}" is named twice`, 'it gives one file all the same', 'name it once')
  if (given.length > 0 && given.length < names.length)
    warn('there is a comma too many', 'empty names are dropped', `write "${distinct.join(',').slice(0, 200)}"`)
  for (const name of distinct.slice(0, 50)) {
    if (/^[A-Za-z0-9][A-Za-z0-9_-]*$/.test(name) || isSubdomain(name)) continue
    report.add(entry.value.span, {
      code: 'KM132',
      message: `${path}: no feature store can be named ${JSON.stringify(name.slice(0, 100))}`,
      why: 'the annotation is a list of Feast projects, or names of FeatureStores, with commas between them',
      hint: /[;\s]/.test(name) ? `write "${name.split(/[;\s]+/).join(',')}"` : 'correct the name',
      path,
    })
  }
}

function warnOfMissingAnnotation(integration: MapEntry, { report }: ManifestObject) {
  report.add(integration.key.span, {
    severity: 'warning',
    code: 'KM133',
    message: `the label ${label} is set, and there is no annotation ${annotation}`,
    why: 'the notebook gets an empty folder: the annotation names the feature stores',
    hint: `add \`${annotation}: PROJECT,PROJECT\` under metadata.annotations`,
    path: `metadata.labels.${label}`,
  })
}

function checkPod({ name, metadata, spec, specValue, report }: ManifestObject) {
  if (name === undefined) return
  if (name.length > longestName) {
    report.add(metadata.get('name')?.value.span, {
      code: 'KM134',
      message: `metadata.name is longer than ${longestName} characters`,
      why: `the ConfigMap ${name.slice(0, 20)}…-feast-config carries the name as a label, which ends at 63 characters`,
      hint: 'shorten it',
      path: 'metadata.name',
    })
  }
  const containers = valueAt(specValue, 'template', 'spec', 'containers')
  if (!Array.isArray(containers) || containers.length === 0) return
  const names = containers.map((container) => valueAt(container, 'name'))
  if (names.includes(name)) return
  report.add(spec && findNode(spec.value, ['template', 'spec', 'containers', 0])?.value.span, {
    code: 'KM135',
    message: `no container is named ${name}, as the Notebook is`,
    why: 'the webhook mounts the files into the container of that name; without one there is a volume and no mount',
    hint: `name the notebook's container ${name}`,
    path: 'spec.template.spec.containers.0.name',
  })
}
