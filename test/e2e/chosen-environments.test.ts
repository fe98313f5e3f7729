import { dirname } from 'node:path'
import { beforeAll, describe, expect, it } from 'vitest'
import { fsop } from '../support/cli.ts'
import { pathBefore, pathWith } from '../support/programs.ts'
import { makeProject, type Project } from '../support/project.ts'
import { pythonWith } from '../support/python.ts'

/**
 * Environments that the user made. No registry that tests may use has conda, so a script stands in for its one answer that
 * fsop reads (`conda env list --json`); the environment behind it is real.
 */
let project: Project
let prefix: string

const backend = (environment: string) =>
  `kind: operator.local\ntype: python\nversion: v1\nspec:\n  environment: ${environment}\n`

const conda = () => ({ conda: `[ "$*" = "env list --json" ] && echo '{"envs": ["/opt/conda", "${prefix}"]}'` })

beforeAll(async () => {
  prefix = dirname(dirname(await pythonWith(['feast==0.67.0'])))
  project = await makeProject('--minimal')
})

describe('conda:NAME', () => {
  it('runs in the environment of that name', async () => {
    const name = prefix.split('/').at(-1) ?? ''
    project.write('backend_operator_local_python_config.yaml', backend(`"conda:${name}"`))
    const applied = await fsop(['apply', '-f', project.spec], { env: { PATH: pathBefore(conda()) } })
    expect(applied).toMatchObject({ code: 0 })
    expect(applied.stderr).not.toContain('Python environment with')
  })

  it('an unknown name: what conda has, and how to make it', async () => {
    project.write('backend_operator_local_python_config.yaml', backend('"conda:ads-feature-store"'))
    const failed = await fsop(['plan', '--no-cache', '-f', project.spec], { env: { PATH: pathBefore(conda()) } })
    expect(failed.code).toBe(4)
    expect(failed.stderr).toContain('FS406')
    expect(failed.stderr).toContain('conda env create -f environment.yaml --name ads-feature-store')
  })

  it('no conda at all', async () => {
    const failed = await fsop(['plan', '--no-cache', '-f', project.spec], { env: { PATH: pathWith() } })
    expect(failed.code).toBe(4)
    expect(failed.stderr).toContain('FS405')
  })
})

describe('current', () => {
  it('runs with the Python that is there', async () => {
    project.write('backend_operator_local_python_config.yaml', backend('current'))
    const env = { FSOP_PYTHON: `${prefix}/bin/python` }
    const planned = await fsop(['plan', '--no-cache', '-f', project.spec], { env })
    expect(planned).toMatchObject({ code: 0 })
    expect(planned.stdout).toContain('Nothing to change')
  })
})
