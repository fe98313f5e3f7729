import { checkCustomNbImage, customNbImageVersions } from './custom-nb-image.ts'
import { checkCustomRuntimeEnvironment, customRuntimeEnvironmentVersions } from './custom-runtime-environment.ts'
import { checkFeatureStore, featureStoreVersions } from './feature-store.ts'
import { isNull } from './kube-value.ts'
import { entriesOf, manifestObject, textOf, type ManifestObject } from './manifest-object.ts'
import { checkNotebook, notebookVersions } from './notebook.ts'
import type { Diagnostic } from '../diagnostics/diagnostic.ts'
import { suggest } from '../diagnostics/suggest.ts'
import { fileSecrets, maxDiagnostics, withExcerpts } from '../spec/excerpts.ts'
import { createReport, type Report } from '../spec/report.ts'
import type { MapEntry, MapNode, Span, YamlNode } from '../spec/yaml/nodes.ts'
import { readYaml } from '../spec/yaml/read-yaml.ts'

export interface ManifestInput {
  /** As the user named it. */
  readonly file: string
  readonly bytes: Uint8Array
}

interface Kind {
  readonly group: string
  readonly kind: string
  readonly versions: readonly string[]
  /** Whether other groups have kinds of this name. */
  readonly isCommonWord?: true
  readonly check: (object: ManifestObject) => void | Promise<void>
}

const kinds: readonly Kind[] = [
  { group: 'feast.dev', kind: 'FeatureStore', versions: featureStoreVersions, check: checkFeatureStore },
  { group: 'meteor.zone', kind: 'CustomNBImage', versions: customNbImageVersions, check: checkCustomNbImage },
  {
    group: 'meteor.zone',
    kind: 'CustomRuntimeEnvironment',
    versions: customRuntimeEnvironmentVersions,
    check: checkCustomRuntimeEnvironment,
  },
  { group: 'kubeflow.org', kind: 'Notebook', versions: notebookVersions, isCommonWord: true, check: checkNotebook },
]

/**
 * Finds what is wrong with the objects of a Kubernetes manifest that fsop knows: FeatureStore, CustomNBImage,
 * CustomRuntimeEnvironment, and Notebook where it names feature stores. Objects of other kinds are passed over.
 *
 * @returns in the order of the file, with excerpts; no secret is in any of them
 */
export async function checkManifest({ file, bytes }: ManifestInput): Promise<readonly Diagnostic[]> {
  const yaml = readYaml(bytes, file)
  const report = limited(createReport(file, (position) => position))
  report.addAll(yaml.diagnostics.filter(({ code }) => !isOfFeastOnly(code)).map(withoutFeast))
  const secrets = fileSecrets(yaml.documents)
  for (const root of yaml.documents) await checkDocument(root, { report, secrets })
  return withExcerpts(report.diagnostics, yaml.lines, yaml.documents)
}

/** A report that takes no more than anyone reads, so that a hostile file costs little. */
function limited(report: Report): Report {
  return {
    ...report,
    add(span, finding) {
      if (report.diagnostics.length < maxDiagnostics) report.add(span, finding)
    },
  }
}

type Shared = Pick<ManifestObject, 'report' | 'secrets'>

/** Dates, octal numbers and keys that are no texts: kubectl reads them, and file modes are octal. */
function isOfFeastOnly(code: string): boolean {
  return code === 'FS112' || code === 'FS113'
}

/** What the YAML reader says of Feast is about another file. */
function withoutFeast(diagnostic: Diagnostic): Diagnostic {
  const { why, ...rest } = diagnostic
  if (diagnostic.code === 'FS103') return { ...rest, why: 'kubectl refuses a mapping that has a key twice' }
  return why === undefined || /Feast|PyYAML/.test(why) ? rest : diagnostic
}

async function checkDocument(root: YamlNode, shared: Shared): Promise<void> {
  if (isNull(root)) return
  if (root.kind !== 'map') {
    shared.report.add(root.span, {
      code: 'KM100',
      message: 'this is not a Kubernetes object',
      why: 'an object is a mapping with apiVersion, kind and metadata',
      hint: 'correct it, or remove the document',
    })
    return
  }
  const entries = entriesOf(root)
  const [apiVersion, kind] = [entries.get('apiVersion'), entries.get('kind')]
  if (apiVersion === undefined || kind === undefined || !isText(apiVersion) || !isText(kind)) {
    for (const [name, entry] of Object.entries({ apiVersion, kind })) missing(name, entry, root, shared)
    return
  }
  const items = entries.get('items')?.value
  if (textOf(kind.value)?.endsWith('List') && items?.kind === 'seq') {
    for (const item of items.items) await checkDocument(item, shared)
    return
  }
  await checkKind(root, { apiVersion, kind }, shared)
}

function isText(entry: MapEntry | undefined): boolean {
  return (textOf(entry?.value) ?? '') !== ''
}

function missing(name: string, entry: MapEntry | undefined, root: MapNode, { report }: Shared) {
  if (isText(entry)) return
  report.add(entry?.value.span ?? root.entries[0]?.key.span ?? root.span, {
    code: 'KM100',
    message: entry === undefined ? `this object has no ${name}` : `${name} must be a text`,
    why: 'every Kubernetes object has an apiVersion and a kind',
    hint: name === 'kind' ? 'for instance `kind: FeatureStore`' : 'for instance `apiVersion: feast.dev/v1`',
    path: name,
  })
}

async function checkKind(root: MapNode, head: { apiVersion: MapEntry; kind: MapEntry }, shared: Shared) {
  const apiVersion = textOf(head.apiVersion.value) ?? ''
  const kind = textOf(head.kind.value) ?? ''
  const [version = '', group = ''] = apiVersion.split('/').toReversed()
  const known = kinds.find((candidate) => candidate.group === group && candidate.kind === kind)
  if (known?.versions.includes(version)) {
    await known.check(manifestObject(root, { apiVersion: head.apiVersion, kind, ...shared }))
    return
  }
  const refuse = (span: Span, message: string, supported: readonly Kind[], path: string, hint: string) =>
    shared.report.add(span, {
      code: 'KM108',
      message,
      why: `fsop knows: ${supported.map((one) => `${one.kind} ${one.versions.map((word) => `${one.group}/${word}`).join(', ')}`).join('; ')}`,
      hint,
      path,
    })
  if (known) {
    const hint = `write \`apiVersion: ${group}/${known.versions[0]}\``
    refuse(head.apiVersion.value.span, `${group} has no version "${version}" of ${kind}`, [known], 'apiVersion', hint)
    return
  }
  const namesake = kinds.find((candidate) => candidate.kind === kind && candidate.isCommonWord !== true)
  if (namesake) {
    const hint = `write \`apiVersion: ${namesake.group}/${namesake.versions[0]}\``
    refuse(head.apiVersion.value.span, `${kind} is not a kind of "${apiVersion}"`, [namesake], 'apiVersion', hint)
    return
  }
  const siblings = kinds.filter((candidate) => candidate.group === group)
  const guess = suggest(
    kind,
    siblings.map((sibling) => sibling.kind),
  )
  if (guess !== undefined)
    refuse(head.kind.value.span, `${group} has no kind "${kind}"`, siblings, 'kind', `did you mean "${guess}"?`)
}
