import { checkObject } from './check-object.ts'
import { checkBase, checkTexts, givenFields, needField, warnOfUnused } from './image-rules.ts'
import { textOf, type ManifestObject } from './manifest-object.ts'
import type { KindSchema } from './schema.ts'
import { checkSecretLiterals } from './secret-literals.ts'

export const customRuntimeEnvironmentVersions = ['v1alpha1']

/** What meteor-operator's webhook asks for; an empty text will do. */
const annotations = ['name', 'desc', 'creator'].map((word) => `opendatahub.io/notebook-image-${word}`)

/** The PipelineRun is `cre-NAME-GENERATION-package-list`, and Tekton refuses names of more than 63 characters. */
const longestName = 63 - 'cre--1-package-list'.length

/** What each build type takes from the spec, the other fields being ignored. */
const uses: Readonly<Record<string, readonly string[]>> = {
  ImageImport: ['fromImage'],
  PackageList: ['baseImage', 'runtimeEnvironment', 'packageVersions'],
  GitRepository: ['repository', 'gitRef'],
}

/**
 * A CustomRuntimeEnvironment of meteor-operator, the later name and form of CustomNBImage: its CRD, the rules of its
 * webhook, and what neither asks for and then fails in the pipeline.
 */
export async function checkCustomRuntimeEnvironment(object: ManifestObject): Promise<void> {
  const { default: schema } = await import('./schema/customruntimeenvironment.v1alpha1.ts')
  checkObject(object, schema as unknown as KindSchema)
  checkTexts(object, { image: 'baseImage', url: 'repository', ref: 'gitRef' })
  checkTexts(object, { image: 'fromImage', url: '', ref: '' })
  checkSecretLiterals(object)
  checkAnnotations(object)
  checkName(object)
  const buildType = textOf(givenFields(object).get('buildType')?.value)
  if (buildType === 'ImageImport') needField(object, 'fromImage', 'an import needs the image to import')
  if (buildType === 'PackageList') {
    checkBase(object, 'a build from packages')
    needField(object, 'packageVersions', 'a build from packages needs at least one')
  }
  if (buildType === 'GitRepository') needField(object, 'repository', 'a build from git needs the repository')
  const used = buildType === undefined ? undefined : uses[buildType]
  if (used === undefined) return
  const unused = Object.values(uses)
    .flat()
    .filter((name) => !used.includes(name))
  warnOfUnused(object, unused, `buildType ${buildType} takes ${used.join(', ')}`)
}

function checkAnnotations({ annotations: given, metadata, entries, root, report }: ManifestObject) {
  for (const name of annotations.filter((name) => !given.some((entry) => entry.name === name))) {
    report.add((metadata.get('annotations') ?? entries.get('metadata'))?.key.span ?? root.span, {
      code: 'KM127',
      message: `the annotation ${name} is missing`,
      why: "meteor-operator's webhook refuses a CustomRuntimeEnvironment without it",
      hint: `add \`${name}: …\` under metadata.annotations`,
      path: `metadata.annotations.${name}`,
    })
  }
}

function checkName({ name, metadata, report }: ManifestObject) {
  if (name === undefined || name.length <= longestName) return
  report.add(metadata.get('name')?.value.span, {
    severity: 'warning',
    code: 'KM128',
    message: `metadata.name is longer than ${longestName} characters`,
    why: 'meteor-operator names the PipelineRun cre-NAME-GENERATION-package-list, and Tekton takes 63 characters at most',
    hint: 'shorten it',
    path: 'metadata.name',
  })
}
