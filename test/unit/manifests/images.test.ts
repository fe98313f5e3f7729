import { describe, expect, it } from 'vitest'
import { gitRefProblem, gitUrlProblem } from '../../../src/manifests/git-source.ts'
import { imageReferenceProblem } from '../../../src/manifests/image-reference.ts'
import { requirementProblem } from '../../../src/manifests/python-requirement.ts'
import { check, findings } from './check.ts'

const head = 'apiVersion: meteor.zone/v1alpha1\nkind: CustomNBImage\nmetadata:\n  name: sample\n'

/** The three samples of the proposal, as they stand there. */
const packageList = `---
apiVersion: meteor.zone/v1alpha1
kind: CustomNBImage
metadata:
  name: ubi8-py38-sample-3
spec:
  displayName: UBI8 Python 3.8 with Pandas
  creator: meteor
  runtimeEnvironment:
    osName: ubi
    osVersion: "8"
    pythonVersion: "3.8"
  packageVersions:
    - pandas
    - boto3>=1.24.0
  pipelines:
    - prepare
`
const previousDraft = `---
apiVersion: meteor.zone/v1alpha1
kind: CustomNBImage
metadata:
  name: ubi8-py38-pd
spec:
  action: build
  name: UBI8 Python 3.8 with Pandas
  creator: goern
  runtimeEnvironment:
    osName: ubi
    osVersion: "8"
    pythonVersion: "3.8"
  packageVersions:
    - pandas
    - boto3>=1.24.0
`
const byon = `---
apiVersion: meteor.zone/v1alpha1
kind: CustomNBImage
metadata:
  name: osc-pytorch
spec:
  displayName: OS-Climate image with Pytorch
  description: This image is expected to PASS import validation
  creator: thoth-station
  baseImage: quay.io/os-climate/aicoe-osc-demo:latest
  pipelines:
    - import
`

/** A CustomNBImage of an import or a build. */
function image(lines: readonly string[], base = ['displayName: A', 'creator: b']): string {
  return `${head}spec:\n${[...base, ...lines].map((line) => `  ${line}\n`).join('')}`
}

const build = (...lines: readonly string[]) => image(['pipelines: [prepare]', ...lines])
const ubi = 'runtimeEnvironment: { osName: ubi, osVersion: "9", pythonVersion: "3.11" }'

describe('CustomNBImage', () => {
  it('accepts the three samples of the proposal as they stand, the previous draft with a warning', async () => {
    expect(await check(packageList)).toEqual([])
    expect(await check(byon)).toEqual([])
    const [warning, ...rest] = await check(previousDraft)
    expect(rest).toEqual([])
    expect(warning).toMatchObject({ code: 'KM120', severity: 'warning', line: 7, column: 3 })
    expect(warning?.hint).toContain('pipelines: [prepare]')
  })

  it.each([
    ['a build from git', build('baseImage: quay.io/a/b:1', 'repoURL: https://github.com/a/b', 'ref: main', 'ttl: 60')],
    [
      'a build from packages on an image',
      build('baseImage: "localhost:5000/a/b@sha256:' + 'a'.repeat(64) + '"', 'packageVersions: [pandas]'),
    ],
  ])('accepts %s', async (_, text) => {
    expect(await check(text)).toEqual([])
  })

  it.each([
    ['nothing required', `${head}spec: {}\n`, ['KM102 spec.creator', 'KM102 spec.displayName', 'KM102 spec.pipelines']],
    [
      'an empty name',
      image(['pipelines: [import]', 'baseImage: a'], ['displayName: ""', 'creator: b']),
      ['KM105 spec.displayName'],
    ],
    ['no pipeline', image(['pipelines: []']), ['KM105 spec.pipelines']],
    ['an unknown pipeline', image(['pipelines: [biuld]']), ['KM104 spec.pipelines.0']],
    ['an unknown field', build(ubi, 'packageVersions: [a]', 'baseimage: a'), ['KM101 spec.baseimage']],
    [
      'a Python that is a number',
      build('runtimeEnvironment: { osName: ubi, osVersion: "9", pythonVersion: 3.10 }', 'packageVersions: [a]'),
      ['KM103 spec.runtimeEnvironment.pythonVersion'],
    ],
    ['an import of nothing', image(['pipelines: [import]']), ['KM122 spec.baseImage']],
    ['a build of nothing', build(ubi), ['KM122 spec.packageVersions']],
    ['a build from nothing', build('packageVersions: [a]'), ['KM122 spec.baseImage']],
    ['a build from two images', build('baseImage: a', ubi, 'packageVersions: [a]'), ['KM122 spec.runtimeEnvironment']],
    [
      'half an environment',
      build('runtimeEnvironment: { osName: ubi }', 'packageVersions: [a]'),
      ['KM122 spec.runtimeEnvironment.osVersion', 'KM122 spec.runtimeEnvironment.pythonVersion'],
    ],
    ['an image that is none', image(['pipelines: [import]', 'baseImage: https://quay.io/a']), ['KM123 spec.baseImage']],
    [
      'a requirement that is none',
      build(ubi, 'packageVersions: [pandas, "--index-url x"]'),
      ['KM124 spec.packageVersions.1'],
    ],
    ['a repository that is none', build(ubi, 'repoURL: ./here'), ['KM125 spec.repoURL']],
    ['a ref that is none', build(ubi, 'repoURL: https://h/r', 'ref: --upload-pack=x'), ['KM125 spec.ref']],
    ['a ref of nothing', build(ubi, 'packageVersions: [a]', 'ref: main'), ['KM126 spec.ref']],
    [
      'an import with packages',
      image(['pipelines: [import]', 'baseImage: a', 'packageVersions: [a]']),
      ['KM126 spec.packageVersions'],
    ],
    ['a ttl of nothing', build(ubi, 'packageVersions: [a]', 'ttl: 0'), ['KM105 spec.ttl']],
    [
      'the later form',
      `${head.replace('sample', 'a')}spec: { buildType: ImageImport, fromImage: a }\n`,
      [
        'KM127 metadata.annotations.opendatahub.io/notebook-image-name',
        'KM127 metadata.annotations.opendatahub.io/notebook-image-desc',
        'KM127 metadata.annotations.opendatahub.io/notebook-image-creator',
        'KM121 spec.buildType',
      ],
    ],
    [
      'the draft without its fields',
      `${head}spec: { action: build, creator: a, ${ubi}, packageVersions: [a] }\n`,
      ['KM102 spec.name', 'KM120 spec.action'],
    ],
  ])('refuses %s', async (_, text, wanted) => {
    expect(await findings(text)).toEqual(wanted)
  })

  it('warns of a login in a repository and does not show it', async () => {
    const found = await check(build(ubi, 'repoURL: https://me:hunter2hunter2@host/repo'))
    expect(found.map(({ code }) => code)).toEqual(['KM114'])
    expect(JSON.stringify(found)).not.toContain('hunter2')
  })
})

describe('CustomRuntimeEnvironment', () => {
  const metadata = `metadata:
  name: sample
  annotations:
    opendatahub.io/notebook-image-name: A
    opendatahub.io/notebook-image-desc: ""
    opendatahub.io/notebook-image-creator: me
`
  const environment = (spec: string) =>
    `apiVersion: meteor.zone/v1alpha1\nkind: CustomRuntimeEnvironment\n${metadata}spec: ${spec}\n`

  it.each([
    ['an import', '{ buildType: ImageImport, fromImage: quay.io/a/b:1, imagePullSecret: { name: pull } }'],
    ['packages', `{ buildType: PackageList, ${ubi}, packageVersions: [pandas] }`],
    ['git', '{ buildType: GitRepository, repository: https://h/r, gitRef: main }'],
  ])('accepts %s', async (_, spec) => {
    expect(await check(environment(spec))).toEqual([])
  })

  it.each([
    ['no build type', '{}', ['KM102 spec.buildType']],
    ['an unknown one', '{ buildType: Import }', ['KM104 spec.buildType']],
    ['an import of nothing', '{ buildType: ImageImport }', ['KM122 spec.fromImage']],
    ['an image that is none', '{ buildType: ImageImport, fromImage: "a b" }', ['KM123 spec.fromImage']],
    ['no packages', `{ buildType: PackageList, ${ubi} }`, ['KM122 spec.packageVersions']],
    ['no repository', '{ buildType: GitRepository }', ['KM122 spec.repository']],
    [
      'what the type does not take',
      '{ buildType: ImageImport, fromImage: a, repository: https://h/r }',
      ['KM126 spec.repository'],
    ],
  ])('refuses %s', async (_, spec, wanted) => {
    expect(await findings(environment(spec))).toEqual(wanted)
  })

  it('asks for the annotations of the webhook, and for a name that a PipelineRun can carry', async () => {
    const text = environment('{ buildType: ImageImport, fromImage: a }')
    expect(await findings(text.replace(/ {4}opendatahub.io\/notebook-image-desc.*\n/, ''))).toEqual([
      'KM127 metadata.annotations.opendatahub.io/notebook-image-desc',
    ])
    expect(await findings(text.replace('name: sample', `name: ${'a'.repeat(45)}`))).toEqual(['KM128 metadata.name'])
    expect(await findings(text.replace('name: sample', `name: ${'a'.repeat(44)}`))).toEqual([])
  })
})

describe('texts that end up on command lines', () => {
  it.each(['a', 'quay.io/a/b', 'localhost:5000/a/b:v1', 'a/b@sha256:' + '0'.repeat(64), 'Registry.io/a_b/c--d:V1.0'])(
    'takes the image %s',
    (text) => expect(imageReferenceProblem(text)).toBeUndefined(),
  )
  it.each([
    '',
    'a b',
    'docker://a',
    'a/B',
    'a:b:c',
    'a:',
    'a@sha256:12',
    'a//b',
    'a/$(x)',
    '-a',
    'a@b@c',
    'h:x/a',
    'a:$(x)',
  ])('refuses the image %j', (text) => expect(imageReferenceProblem(text)).toBeDefined())
  it.each([
    'pandas',
    'boto3>=1.24.0',
    'a[b,c]~=1.0',
    'a (>=1,<2)',
    "a==2.*; python_version < '3.9'",
    'a @ https://h/a.whl',
  ])('takes the requirement %s', (text) => expect(requirementProblem(text)).toBeUndefined())
  it.each(['', '-r x', 'a=1', 'a>', 'a b', 'https://h/a.whl', 'a[b', 'a==$(x)', 'a\nb', 'a @ x', 'a; '])(
    'refuses the requirement %j',
    (text) => expect(requirementProblem(text)).toBeDefined(),
  )
  it.each(['https://h/a/b.git', 'ssh://git@h/a', 'git@github.com:a/b.git'])('takes the repository %s', (text) =>
    expect(gitUrlProblem(text)).toBeUndefined(),
  )
  it.each(['', '-x', '/srv/a', 'file:///a', 'h/a', 'https://h', 'ext::sh -c x'])('refuses the repository %j', (text) =>
    expect(gitUrlProblem(text)).toBeDefined(),
  )
  it.each(['main', 'v1.0', 'feature/a-b', 'd15ea5e'])('takes the ref %s', (text) =>
    expect(gitRefProblem(text)).toBeUndefined(),
  )
  it.each(['', '-a', 'a b', 'a..b', 'a.lock', '/a', 'a//b', 'a~1', '@', '.a'])('refuses the ref %j', (text) =>
    expect(gitRefProblem(text)).toBeDefined(),
  )
})
