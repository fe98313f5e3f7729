import { describe, expect, it } from 'vitest'
import { run } from './context.ts'
import { checkAdsForm, checkAdsValues, isAdsForm } from '../../../src/operators/feature_store/ads-form.ts'
import { ocidProblem, regionProblem } from '../../../src/operators/oci-names.ts'

const header = 'kind: operator\ntype: feature_store\nversion: v1\n'
const form = (...lines: readonly string[]) => `${header}spec:\n${lines.map((line) => `  ${line}\n`).join('')}`
const stack = 'stack_id: ocid1.ormstack.oc1.iad.aaaa'

describe('the ADS form', () => {
  it.each([
    [true, form('operation: create', stack)],
    [true, form('compartment_id: x')],
    [false, `${header}spec: {}\n`],
    [false, `${header}spec: { requirements: [pandas] }\n`],
    [false, `${form(stack)}project: a\n`],
    [false, header],
  ])('is told: %s', (wanted, text) => {
    expect(run(text, isAdsForm).value).toBe(wanted)
  })

  it('is read', () => {
    const { value, diagnostics } = run(
      form(
        'operation: update',
        stack,
        'tenancy_id: ocid1.tenancy.oc1..aaaa',
        'compartment_id: ocid1.tenancy.oc1..aaaa',
        'user_id: ocid1.user.oc1..aaaa',
        'region: us-ashburn-1',
        'service_version: "0.1"',
      ),
      checkAdsForm,
    )
    expect(diagnostics).toEqual([])
    expect(value).toEqual({
      operation: 'update',
      stackId: 'ocid1.ormstack.oc1.iad.aaaa',
      tenancyId: 'ocid1.tenancy.oc1..aaaa',
      compartmentId: 'ocid1.tenancy.oc1..aaaa',
      userId: 'ocid1.user.oc1..aaaa',
      region: 'us-ashburn-1',
      serviceVersion: '0.1',
    })
  })

  it.each([
    ['no stack', form('operation: create'), ['FS202 spec.stack_id']],
    ['an empty operation', form('operation: null', stack), ['FS202 spec.operation']],
    [
      'the OCID of something else',
      form('operation: create', 'stack_id: ocid1.compartment.oc1..aaaa'),
      ['OC101 spec.stack_id'],
    ],
    [
      'a placeholder',
      form('operation: create', stack, 'compartment_id: "<Provide compartment ID>"'),
      ['OC101 spec.compartment_id'],
    ],
    ['a region that there is not', form('operation: create', stack, 'region: Ashburn'), ['OC102 spec.region']],
    ['a misspelt region', form('operation: create', stack, 'region: us-asburn-1'), ['OC102 spec.region']],
  ])('is refused with %s', (_, text, wanted) => {
    expect(run(text, checkAdsForm).findings).toEqual(wanted)
  })

  it('has its values checked in a Feast configuration too', () => {
    const { diagnostics } = run(`${form('region: us-asburn-1')}project: a\n`, checkAdsValues)
    expect(diagnostics).toMatchObject([
      { code: 'OC102', severity: 'warning', line: 5, column: 11, hint: 'did you mean "us-ashburn-1"?' },
    ])
  })
})

describe('names of OCI', () => {
  it.each(['ocid1.user.oc1..aaaa', 'OCID1.user.oc19.iad.aaaa', 'ocid1.user.oc1.iad.x.aaaa'])('takes %s', (text) =>
    expect(ocidProblem(text.replace('OCID1', 'ocid1'), 'user')).toBeUndefined(),
  )
  it.each([
    '',
    'aaaa',
    'ocid1.user',
    'ocid1.user.oc1..',
    'ocid1.user.oc1..a b',
    'ocid1.vault.oc1..aaaa',
    'ocid1.user.xx..a',
  ])('refuses %j as a user', (text) => expect(ocidProblem(text, 'user')).toBeDefined())
  it('lets a region through that may be newer than fsop', () => {
    expect(regionProblem('zz-atlantis-7')).toBeUndefined()
    expect(regionProblem('atlantis')).toMatchObject({ unsure: false })
  })
})
