import { entriesOf, textOf, type ManifestObject } from './manifest-object.ts'
import { gitRefProblem, gitUrlProblem } from './git-source.ts'
import { imageReferenceProblem } from './image-reference.ts'
import { isNull } from './kube-value.ts'
import { requirementProblem } from './python-requirement.ts'
import { maskUrls } from '../spec/secrets.ts'
import type { MapEntry, YamlNode } from '../spec/yaml/nodes.ts'

/** The entries of `spec` whose value is not null. */
export function givenFields({ spec }: ManifestObject): ReadonlyMap<string, MapEntry> {
  return new Map([...entriesOf(spec?.value)].filter(([, { value }]) => !isNull(value)))
}

/** Whether a field holds something: a text or list that is empty says nothing. */
export function isGiven(entry: MapEntry | undefined): entry is MapEntry {
  if (entry === undefined) return false
  return entry.value.kind === 'seq' ? entry.value.items.length > 0 : textOf(entry.value) !== ''
}

type Check = (text: string) => string | undefined

/** Checks the texts that become words of a command line or names of images. */
export function checkTexts(
  object: ManifestObject,
  names: { readonly image: string; readonly url: string; readonly ref: string },
): void {
  const fields = givenFields(object)
  const refuse = (node: YamlNode, code: string, path: string, what: string, hint: string, check: Check) => {
    const text = textOf(node)
    const problem = text === undefined ? undefined : check(text)
    if (text === undefined || problem === undefined) return
    object.report.add(node.span, {
      code,
      message: `${path}: ${JSON.stringify(maskUrls(text.slice(0, 100)))} is not ${what}`,
      why: problem,
      hint,
      path,
    })
  }
  const field = (name: string) => fields.get(name)?.value
  const [image, url, ref, packages] = [field(names.image), field(names.url), field(names.ref), field('packageVersions')]
  const reference = 'for instance quay.io/team/image:tag, or …/image@sha256:…'
  if (image) refuse(image, 'KM123', `spec.${names.image}`, 'an image', reference, imageReferenceProblem)
  if (url)
    refuse(url, 'KM125', `spec.${names.url}`, 'a git repository', 'for instance https://host/team/repo', gitUrlProblem)
  if (ref) refuse(ref, 'KM125', `spec.${names.ref}`, 'a branch, tag or commit', 'for instance main', gitRefProblem)
  if (packages?.kind !== 'seq') return
  for (const [index, item] of packages.items.entries()) {
    const path = `spec.packageVersions.${index}`
    refuse(item, 'KM124', path, 'a Python requirement', 'for instance "pandas" or "boto3>=1.24.0"', requirementProblem)
  }
}

const environmentFields = ['osName', 'osVersion', 'pythonVersion']

/** A build starts from one image: that of `baseImage`, or the one that fits `runtimeEnvironment`. */
export function checkBase(object: ManifestObject, needs: string): void {
  const fields = givenFields(object)
  const [image, environment] = [fields.get('baseImage'), fields.get('runtimeEnvironment')]
  const at = object.spec?.key.span
  if (isGiven(image) && environment) {
    object.report.add(environment.key.span, {
      code: 'KM122',
      message: 'spec has both baseImage and runtimeEnvironment',
      why: `${needs} starts from one image`,
      hint: 'keep one of the two',
      path: 'spec.runtimeEnvironment',
    })
  } else if (!isGiven(image) && !environment) {
    object.report.add(at, {
      code: 'KM122',
      message: 'spec has neither baseImage nor runtimeEnvironment',
      why: `${needs} needs an image to start from`,
      hint: 'add `baseImage: …`, or `runtimeEnvironment: { osName: ubi, osVersion: "9", pythonVersion: "3.11" }`',
      path: 'spec.baseImage',
    })
  } else if (environment?.value.kind === 'map') {
    const given = entriesOf(environment.value)
    for (const name of environmentFields.filter((name) => !isGiven(given.get(name)) || isNullEntry(given.get(name)))) {
      object.report.add((given.get(name) ?? environment).key.span, {
        code: 'KM122',
        message: `spec.runtimeEnvironment has no ${name}`,
        why: 'the three together choose the image to start from',
        hint: `add \`${name}: "…"\``,
        path: `spec.runtimeEnvironment.${name}`,
      })
    }
  }
}

function isNullEntry(entry: MapEntry | undefined): boolean {
  return entry === undefined || isNull(entry.value)
}

/** Warns of fields that what was asked for does not use. */
export function warnOfUnused(object: ManifestObject, names: readonly string[], why: string): void {
  const fields = givenFields(object)
  for (const name of names) {
    const entry = fields.get(name)
    if (!isGiven(entry)) continue
    object.report.add(entry.key.span, {
      severity: 'warning',
      code: 'KM126',
      message: `spec.${name} has no effect here`,
      why,
      hint: 'remove it',
      path: `spec.${name}`,
    })
  }
}

/** Reports that a field is needed for what was asked for. */
export function needField(object: ManifestObject, name: string, why: string): void {
  const entry = entriesOf(object.spec?.value).get(name)
  if (isGiven(entry) && !isNullEntry(entry)) return
  object.report.add((entry ?? object.spec)?.key.span, {
    code: 'KM122',
    message: `spec.${name} is ${entry ? 'empty' : 'missing'}`,
    why,
    hint: `add \`${name}: …\``,
    path: `spec.${name}`,
  })
}
