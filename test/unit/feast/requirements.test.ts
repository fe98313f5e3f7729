import { expect, it } from 'vitest'
import { packageName } from '../../../src/feast/requirement.ts'
import { environmentKey, storeRequirements } from '../../../src/feast/requirements.ts'
import { feastVersionOf } from '../../../src/feast/versions.ts'
import type { StoreSpec } from '../../../src/spec/store-spec.ts'

const spec = {
  feastVersion: '0.67.0',
  extras: ['redis', 'gcp', 'redis'],
  requirements: ['scikit-learn>=1.4', 'feast[aws]==0.66.0', 'Pandas'],
} as unknown as StoreSpec

it('pins Feast with sorted extras, and leaves a Feast of the user out of the rest', () => {
  expect(storeRequirements(spec)).toEqual(['feast[gcp,redis]==0.67.0', 'Pandas', 'scikit-learn>=1.4'])
})

it.each([
  ['feast==0.66.0', '0.66.0'],
  ['Feast[aws] == 0.66.0', '0.66.0'],
  ['feast>=0.60', undefined],
  ['feast-extra==1.0', undefined],
])('%s pins %s', (requirement, version) => {
  expect(feastVersionOf([requirement])).toBe(version)
})

it('reads names as pip does', () => {
  expect(packageName('Scikit_Learn [x] >=1 ; python_version>"3"')).toBe('scikit-learn')
})

it('one environment for one set of requirements and one Python', () => {
  const python = { version: '3.11.7', platform: 'linux-x86_64' }
  const key = environmentKey(['feast==0.67.0'], python)
  expect(environmentKey(['feast==0.67.0'], { ...python })).toBe(key)
  expect(environmentKey(['feast==0.66.0'], python)).not.toBe(key)
  expect(environmentKey(['feast==0.67.0'], { ...python, version: '3.12.0' })).not.toBe(key)
})
