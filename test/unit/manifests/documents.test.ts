import { describe, expect, it } from 'vitest'
import { check, findings, places } from './check.ts'

const good = 'apiVersion: feast.dev/v1\nkind: FeatureStore\nmetadata: { name: a }\nspec: { feastProject: a }\n'

describe('the documents of a manifest', () => {
  it('passes over what is not its own', async () => {
    const text = [
      'apiVersion: v1\nkind: ConfigMap\nmetadata: { name: A_B }\ndata: { 8080: x }\n',
      'apiVersion: apps/v1\nkind: Deployment\nspec: { nonsense: 1 }\n',
      'apiVersion: meteor.zone/v1alpha1\nkind: Meteor\nmetadata: { name: demo }\nspec: { ttl: 5000 }\n',
      'apiVersion: kubeflow.org/v1\nkind: Profile\nmetadata: { name: demo }\n',
      '# nothing\n',
    ].join('---\n')
    expect(await check(text)).toEqual([])
  })

  it('checks each document, at its place in the file', async () => {
    const wrong = good.replace('feastProject: a', 'feastProject: a, x: 1')
    expect(await places(`${good}---\n${wrong}---\n${wrong}`)).toEqual(['KM101 9:26', 'KM101 14:26'])
  })

  it('keeps the words of its texts where a Secret beside it has one of them as a password', async () => {
    const secret = 'apiVersion: v1\nkind: Secret\nmetadata: { name: db }\nstringData: { DB_PASSWORD: feast }\n'
    const [found] = await check(`${secret}---\n${good.replace('feastProject: a', '')}`)
    expect(found).toMatchObject({ code: 'KM102', message: 'spec.feastProject is missing' })
    expect(found?.why).toContain('FeatureStore feast.dev/v1')
  })

  it('checks the items of a list', async () => {
    const text = `apiVersion: v1\nkind: List\nitems:\n  - apiVersion: feast.dev/v1\n    kind: FeatureStore\n    metadata: { name: a }\n    spec: {}\n`
    expect(await places(text)).toEqual(['KM102 7:5'])
  })

  it('reads JSON', async () => {
    const text = JSON.stringify({ apiVersion: 'feast.dev/v1', kind: 'FeatureStore', metadata: { name: 'a' }, spec: {} })
    expect(await findings(text)).toEqual(['KM102 spec.feastProject'])
  })

  it.each([
    ['no mapping', '- a\n', ['KM100 undefined']],
    ['neither apiVersion nor kind', 'metadata: { name: a }\n', ['KM100 apiVersion', 'KM100 kind']],
    ['a kind that is no text', 'apiVersion: v1\nkind: [a]\n', ['KM100 kind']],
    ['a version that there is not', good.replace('feast.dev/v1', 'feast.dev/v2'), ['KM108 apiVersion']],
    ['a kind of another group', good.replace('feast.dev/v1', 'feats.dev/v1'), ['KM108 apiVersion']],
    ['a misspelt kind', good.replace('FeatureStore', 'Featurestore'), ['KM108 kind']],
    ['an unknown top-level field', `${good}sepc: {}\n`, ['KM101 sepc']],
    ['an unknown field of metadata', good.replace('{ name: a }', '{ name: a, lables: {} }'), ['KM101 metadata.lables']],
    [
      'a label that is a boolean',
      good.replace('{ name: a }', '{ name: a, labels: { b: true } }'),
      ['KM103 metadata.labels.b'],
    ],
    [
      'a namespace that is none',
      good.replace('{ name: a }', '{ name: a, namespace: A }'),
      ['KM109 metadata.namespace'],
    ],
    ['a key that is there twice', `${good}kind: FeatureStore\n`, ['FS103 kind']],
  ])('refuses %s', async (_, text, wanted) => {
    expect(await findings(text)).toEqual(wanted)
  })

  it('names what is supported', async () => {
    const [found] = await check(good.replace('feast.dev/v1', 'feast.dev/v2'))
    expect(found).toMatchObject({
      message: 'feast.dev has no version "v2" of FeatureStore',
      why: 'fsop knows: FeatureStore feast.dev/v1, feast.dev/v1alpha1',
      line: 1,
      column: 13,
    })
  })

  it('takes a file of a megabyte and hostile files without throwing', async () => {
    const deep = `${good}x: ${'['.repeat(150)}${']'.repeat(150)}\n`
    expect(await findings(deep)).toEqual(['KM101 x'])
    for (const text of [
      '',
      '\0',
      '{',
      '&a [*a]',
      '!!set { a }',
      'apiVersion: 99999999999999999999\nkind: 1.5\n',
      'a: !!binary YQ==',
    ]) {
      expect((await check(text)).length).toBeGreaterThan(0)
    }
  })
})
