import { describe, expect, it } from 'vitest'
import { check, findings } from './check.ts'

const label = 'opendatahub.io/feast-integration'
const annotation = 'opendatahub.io/feast-config'

function notebook({ labels = '', annotations = '', name = 'nb', template = '' }): string {
  return [
    `apiVersion: kubeflow.org/v1\nkind: Notebook\nmetadata:\n  name: ${name}`,
    `  labels: { ${labels} }\n  annotations: { ${annotations} }`,
    `spec:\n  template:${template}\n    spec: { containers: [{ name: ${name}, image: a, anything: goes }] }\n`,
  ].join('\n')
}

const on = `${label}: "true"`
const config = (names: string) => `${annotation}: ${JSON.stringify(names)}`

describe('a Notebook', () => {
  it.each([
    ['without Feast, whatever else', notebook({ labels: 'A B: c' })],
    ['with one project', notebook({ labels: on, annotations: config('fraud') })],
    ['with projects and names of stores', notebook({ labels: on, annotations: config('fraud, my-store') })],
    ['with the integration off', notebook({ labels: `${label}: "false"` })],
    ['with an empty list and no label, as the dashboard leaves it', notebook({ annotations: config('') })],
  ])('is right %s', async (_, text) => {
    expect(await check(text)).toEqual([])
  })

  it.each([
    [
      'a label in capitals',
      notebook({ labels: `${label}: "True"`, annotations: config('a') }),
      [`KM130 metadata.labels.${label}`, `KM133 metadata.annotations.${annotation}`],
    ],
    [
      'a label that is a boolean',
      notebook({ labels: `${label}: true`, annotations: '' }),
      [`KM103 metadata.labels.${label}`],
    ],
    [
      'a misspelt label',
      notebook({ labels: 'opendatahub.io/feast-integraton: "true"' }),
      ['KM130 metadata.labels.opendatahub.io/feast-integraton'],
    ],
    [
      'the label on the pod',
      notebook({ template: `\n    metadata: { labels: { ${on} } }` }),
      [`KM130 spec.template.metadata.labels.${label}`],
    ],
    ['the label as an annotation', notebook({ annotations: on }), [`KM130 metadata.annotations.${label}`]],
    [
      'a project twice',
      notebook({ labels: on, annotations: config('a,a') }),
      [`KM131 metadata.annotations.${annotation}`],
    ],
    [
      'a comma too many',
      notebook({ labels: on, annotations: config('a,') }),
      [`KM131 metadata.annotations.${annotation}`],
    ],
    ['semicolons', notebook({ labels: on, annotations: config('a;b') }), [`KM132 metadata.annotations.${annotation}`]],
    ['spaces', notebook({ labels: on, annotations: config('a b') }), [`KM132 metadata.annotations.${annotation}`]],
    ['a label alone', notebook({ labels: on }), [`KM133 metadata.labels.${label}`]],
    ['an annotation alone', notebook({ annotations: config('a') }), [`KM133 metadata.annotations.${annotation}`]],
    ['a long name', notebook({ labels: on, annotations: config('a'), name: 'n'.repeat(64) }), ['KM134 metadata.name']],
    [
      'a container of another name',
      notebook({ labels: on, annotations: config('a') }).replace('[{ name: nb', '[{ name: main'),
      ['KM135 spec.template.spec.containers.0.name'],
    ],
  ])('is told of %s', async (_, text, wanted) => {
    expect(await findings(text)).toEqual(wanted)
  })

  it('is shown how to write the list', async () => {
    const [found] = await check(notebook({ labels: on, annotations: config('a; b') }))
    expect(found?.hint).toBe('write "a,b"')
    expect((await check(notebook({ labels: on, annotations: config('a,,b') })))[0]?.hint).toBe('write "a,b"')
  })

  it('of a version that there is not is refused', async () => {
    expect(await findings(notebook({ labels: on }).replace('kubeflow.org/v1', 'kubeflow.org/v2'))).toEqual([
      'KM108 apiVersion',
    ])
    expect(await findings(notebook({ labels: on }).replace('kubeflow.org/v1', 'example.com/v1'))).toEqual([])
  })
})
