import { readdirSync } from 'node:fs'
import { beforeAll, describe, expect, it } from 'vitest'
import { envelope, fsop } from '../support/cli.ts'
import { makeProject, withFile, type Project } from '../support/project.ts'

const start = 'from feast import Entity, FileSource, ValueType\n'

describe('definitions that are wrong', () => {
  let project: Project
  /** Runs fsop with a second file of definitions beside the sample's. */
  const runWith = (text: string, command: string, ...flags: string[]) => {
    project.write('more.py', '')
    return withFile(project, 'more.py', text, () => fsop([command, '-f', project.spec, ...flags]))
  }

  beforeAll(async () => {
    project = await makeProject('--minimal')
  })

  it('an exception: exit code 1, the line of the user, and none of Feast', async () => {
    const text = `${start}\ndef rate(total):\n    return total / 0\n\nratio = rate(7)\n`
    const failed = await runWith(text, 'plan')
    expect(failed.code).toBe(1)
    expect(failed.stderr).toContain('error FD303: the definitions raise ZeroDivisionError')
    expect(failed.stderr).toContain(`--> ${project.path('more.py')}:4`)
    expect(failed.stderr).toContain('4 | return total / 0')
    expect(failed.stderr).toContain('division by zero')
    expect(failed.stderr).not.toMatch(/Traceback|site-packages|repo_operations/)
    expect(failed.stdout).toBe('')
  })

  it('an exception under --debug: with its traceback', async () => {
    const failed = await runWith('1 / 0\n', 'plan', '--debug')
    expect(failed.code).toBe(1)
    expect(failed.stderr).toContain('Traceback (most recent call last)')
    expect(failed.stderr).toContain('repo_operations')
  })

  it('an apply of definitions that raise changes nothing', async () => {
    const other = await makeProject('--minimal')
    other.append('feature_definitions.py', '\nraise ValueError("not today")\n')
    const failed = await fsop(['apply', '-f', other.spec, '--json'])
    expect(failed.code).toBe(1)
    expect(envelope(failed)).toMatchObject({ ok: false, error: { code: 'FD303', exitCode: 1 } })
    expect(failed.stdout).toContain('not today')
    expect(readdirSync(other.folder)).not.toContain('data')
  })

  it('a syntax error', async () => {
    const failed = await runWith(`${start}customer = Entity(name="c"\nother = 1\n`, 'plan')
    expect(failed.code).toBe(1)
    expect(failed.stderr).toContain('error FD301: python cannot read this file')
    expect(failed.stderr).toMatch(/more\.py:2:\d+/)
    expect(failed.stderr).not.toContain('Traceback')
  })

  it('a module that is not there: says where to name it', async () => {
    const failed = await runWith('import sklearn_of_tomorrow\n', 'plan')
    expect(failed.code).toBe(1)
    expect(failed.stderr).toContain('error FD302')
    expect(failed.stderr).toContain('sklearn_of_tomorrow')
    expect(failed.stderr).toContain('spec.requirements')
    expect(failed.stderr).toContain('more.py:1')
  })

  it('two objects of one name: both places', async () => {
    const failed = await runWith(`${start}other = Entity(name="customer", value_type=ValueType.STRING)\n`, 'plan')
    expect(failed.code).toBe(1)
    expect(failed.stderr).toContain('error FD304')
    expect(failed.stderr).toMatch(/"customer" \(.*feature_definitions\.py:5.*more\.py:2/)
  })

  it('a data file that is missing, where Feast must read it', async () => {
    const view = `from feast import FeatureView
view = FeatureView(
    name="v",
    entities=[],
    source=FileSource(
        name="away",
        path="data/away.parquet",
    ),
)
`
    const failed = await runWith(`${start}${view}`, 'apply')
    expect(failed.code).toBe(1)
    expect(failed.stderr).toContain('error FD305')
    expect(failed.stderr).toContain('data/away.parquet')
    expect(failed.stderr).toMatch(/more\.py:\d+/)
    expect(failed.stderr).not.toContain('Traceback')
  })

  it('sys.exit', async () => {
    const failed = await runWith('import sys\nsys.exit(0)\n', 'plan')
    expect(failed.code).toBe(1)
    expect(failed.stderr).toContain('error FD308: the definitions stop the program')
  })

  it('prints on stdout, from Python and from C, leave the one JSON object alone', async () => {
    const text =
      'import os, sys\nprint("chatter")\nprint({"event": "result", "result": {}})\nos.system("echo from C")\nsys.stdin.read()\n'
    const planned = await runWith(text, 'plan', '--json')
    expect(planned.code).toBe(0)
    expect(envelope(planned)).toMatchObject({ ok: true, command: 'plan', result: { plan: { counts: { create: 2 } } } })
    expect(planned.stdout).not.toContain('chatter')
  })

  it('a process that is killed from within says so', async () => {
    const failed = await runWith('import os\nos.kill(os.getpid(), 9)\n', 'plan')
    expect(failed.code).toBe(1)
    expect(failed.stderr).toContain('error FS590: Python was ended by SIGKILL')
  })
})
