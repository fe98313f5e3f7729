import { checkObject } from './check-object.ts'
import { checkCustomRuntimeEnvironment } from './custom-runtime-environment.ts'
import { checkBase, checkTexts, givenFields, isGiven, needField, warnOfUnused } from './image-rules.ts'
import { isObject, toKube } from './kube-value.ts'
import type { ManifestObject } from './manifest-object.ts'
import type { Schema } from './schema.ts'
import { checkSecretLiterals } from './secret-literals.ts'
import type { MapEntry } from '../spec/yaml/nodes.ts'

export const customNbImageVersions = ['v1alpha1']

const text: Schema = { type: 'string' }
/** An empty name of a person or image says nothing. */
const someText: Schema = { type: 'string', minLength: 1 }

const common: Readonly<Record<string, Schema>> = {
  baseImage: text,
  creator: someText,
  description: text,
  packageVersions: { type: 'array', items: text },
  ref: text,
  repoURL: text,
  runtimeEnvironment: { type: 'object', properties: { osName: text, osVersion: text, pythonVersion: text } },
  ttl: { type: 'integer', minimum: 1 },
}

/** The fields and the required set that `kubectl explain customnbimage.spec` prints in the proposal of the resource. */
const proposal: Schema = {
  type: 'object',
  required: ['creator', 'displayName', 'pipelines'],
  properties: {
    ...common,
    displayName: someText,
    pipelines: { type: 'array', minItems: 1, items: { type: 'string', enum: ['import', 'prepare'] } },
  },
}

/** The draft before it, which the proposal keeps for comparison: `action` and `name` in place of two of its fields. */
const previousDraft: Schema = {
  type: 'object',
  required: ['action', 'creator', 'name'],
  properties: { ...common, action: { type: 'string', enum: ['build', 'import'] }, name: someText },
}

/** A CustomNBImage: a notebook image to be imported, or built from packages or a git repository. */
export async function checkCustomNbImage(object: ManifestObject): Promise<void> {
  const fields = givenFields(object)
  const later = fields.get('buildType')
  if (later && !fields.has('pipelines')) {
    object.report.add(later.key.span, {
      code: 'KM121',
      message: 'spec.buildType is of the later form of this resource',
      why: 'a CustomNBImage has pipelines; buildType, fromImage, repository and gitRef are fields of CustomRuntimeEnvironment',
      hint: 'write `kind: CustomRuntimeEnvironment`',
      path: 'spec.buildType',
    })
    return checkCustomRuntimeEnvironment({ ...object, kind: 'CustomRuntimeEnvironment' })
  }
  const action = fields.get('action')
  const isDraft = action !== undefined && !fields.has('pipelines') && !fields.has('displayName')
  checkObject(object, { group: 'meteor.zone', spec: isDraft ? previousDraft : proposal })
  if (isDraft) warnOfDraft(object, action)
  checkTexts(object, { image: 'baseImage', url: 'repoURL', ref: 'ref' })
  checkSecretLiterals(object)
  const asked = isDraft ? [toKube(action.value)] : pipelines(fields.get('pipelines'))
  const isBuild = asked.includes('prepare') || asked.includes('build')
  if (asked.includes('import') && !isBuild) {
    needField(object, 'baseImage', 'an import needs the image to import')
    warnOfUnused(
      object,
      ['packageVersions', 'repoURL', 'runtimeEnvironment', 'ref'],
      'an import takes an image as it is',
    )
  }
  if (isBuild) {
    checkBase(object, 'a build')
    if (!isGiven(fields.get('packageVersions')) && !isGiven(fields.get('repoURL'))) {
      object.report.add(object.spec?.key.span, {
        code: 'KM122',
        message: 'spec has neither packageVersions nor repoURL',
        why: 'a build needs packages to install, or a git repository to build',
        hint: 'add `packageVersions: [pandas]`, or `repoURL: …`',
        path: 'spec.packageVersions',
      })
    }
    if (!isGiven(fields.get('repoURL'))) warnOfUnused(object, ['ref'], 'it is a branch, tag or commit of repoURL')
  }
}

function pipelines(entry: MapEntry | undefined): readonly unknown[] {
  const value = entry && toKube(entry.value)
  return Array.isArray(value) ? value : isObject(value) || value === undefined ? [] : [value]
}

function warnOfDraft({ report }: ManifestObject, action: MapEntry) {
  const word = toKube(action.value) === 'import' ? 'import' : 'prepare'
  report.add(action.key.span, {
    severity: 'warning',
    code: 'KM120',
    message: 'this is the previous draft of CustomNBImage',
    why: 'action and name were replaced by pipelines and displayName',
    hint: `write \`pipelines: [${word}]\` in place of action, and displayName in place of name`,
    path: 'spec.action',
  })
}
