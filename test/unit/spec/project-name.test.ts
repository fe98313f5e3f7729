import { expect, it } from 'vitest'
import { projectNameProblem } from '../../../src/spec/project-name.ts'

it.each(['fraud', 'fraud_2', '2fraud', 'Проект', 'a'.repeat(100)])('%s is taken', (name) => {
  expect(projectNameProblem(name)).toBeUndefined()
})

it.each(['', '_fraud', '-fraud', 'my-project', 'a b', 'a/b', '../x', 'a\n', 'a.b', 'a'.repeat(101)])(
  '%j is refused',
  (name) => {
    expect(projectNameProblem(name)).toMatchObject({ code: 'FS301', hint: expect.stringMatching(/./) })
  },
)

it('proposes a name that is taken', () => {
  expect(projectNameProblem('my-project v1')?.hint).toBe('for instance my_project_v1')
})
