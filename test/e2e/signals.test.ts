import { readFileSync } from 'node:fs'
import { beforeAll, describe, expect, it } from 'vitest'
import { setTimeout as sleep } from 'node:timers/promises'
import { spawn, type ChildProcessWithoutNullStreams } from 'node:child_process'
import { existsSync, readdirSync } from 'node:fs'
import { dirname, join } from 'node:path'
import { inject } from 'vitest'
import { emptyFolder, envelope, fsop, sharedCache, startFsop } from '../support/cli.ts'
import { filesIn, makeProject, processesLeft, processesOf, watch, type Project } from '../support/project.ts'

const signals = [
  ['SIGINT', 130],
  ['SIGTERM', 143],
  ['SIGHUP', 129],
] as const

describe('stopped by a signal', () => {
  let project: Project
  beforeAll(async () => {
    project = await makeProject()
    expect(await fsop(['apply', '-f', project.spec])).toMatchObject({ code: 0 })
    project.append('feature_definitions.py', '\nimport time\nprint("asleep", flush=True)\ntime.sleep(120)\n')
  })

  it.each(signals)('%s during an apply: exit code %i, nothing left, nothing changed', async (signal, code) => {
    const registry = readFileSync(project.path('data/registry.db'))
    const files = filesIn(project.folder)
    const run = watch(startFsop(['apply', '-f', project.spec, '--debug']))
    await run.until('asleep')
    expect(processesOf(project.folder)).not.toEqual([])
    const stopped = performance.now()
    run.child.kill(signal)
    expect(await run.ended).toEqual({ code, signal: null })
    expect(performance.now() - stopped).toBeLessThan(3000)
    expect(run.output()).toContain(`stopped by ${signal}`)
    expect(run.output()).not.toMatch(/Traceback|KeyboardInterrupt|^ +at |FS590|FS070/m)
    expect(run.output()).not.toContain('\u001b[')
    expect(await processesLeft(project.folder)).toEqual([])
    expect(readFileSync(project.path('data/registry.db')).equals(registry)).toBe(true)
    expect(filesIn(project.folder)).toEqual(files)
  })

  it('--json tells of it in the one object', async () => {
    const run = watch(startFsop(['plan', '-f', project.spec, '--json']))
    await run.until('Loading the definitions')
    run.child.kill('SIGINT')
    expect(await run.ended).toMatchObject({ code: 130 })
    expect(envelope({ code: 130, stdout: run.stdout(), stderr: '' })).toMatchObject({
      ok: false,
      command: 'plan',
      error: { code: 'FS001', exitCode: 130 },
    })
  })

  it('a reader of the progress that goes away leaves no process, however deaf', async () => {
    const deaf = await makeProject('--minimal')
    deaf.append(
      'feature_definitions.py',
      `
import time
for tick in range(600):
    try:
        print("tick", flush=True)
    except OSError:
        pass
    time.sleep(0.1)
`,
    )
    const run = watch(startFsop(['apply', '-f', deaf.spec, '--debug']))
    await run.until('tick')
    run.child.stderr.destroy()
    expect(await run.ended).toMatchObject({ code: 141 })
    expect(await processesLeft(deaf.folder)).toEqual([])
  })

  it.each(['SIGINT', 'SIGTERM'] as const)('%s during init leaves nothing, or everything', async (signal) => {
    for (const delay of [20, 60, 90, 120, 150]) {
      const folder = join(emptyFolder(), 'shop')
      const run = watch(startFsop(['init', '--output', folder]))
      await sleep(delay)
      run.child.kill(signal)
      await run.ended
      const made = existsSync(folder) ? filesIn(folder) : []
      expect([0, 9]).toContain(made.length)
      expect(made.filter((file) => file.endsWith('.tmp'))).toEqual([])
      if (made.length === 0) expect(readdirSync(dirname(folder))).toEqual([])
    }
  })
})

describe('two at once', () => {
  it('the second apply waits for the first, says so, and finds nothing to do', async () => {
    const project = await makeProject('--minimal')
    project.append('feature_definitions.py', '\nimport time\ntime.sleep(2)\n')
    const first = watch(startFsop(['apply', '-f', project.spec]))
    await first.until('Loading the definitions')
    const second = watch(startFsop(['apply', '-f', project.spec]))
    await second.until('Waiting for another fsop that writes to this store')
    expect(await first.ended).toMatchObject({ code: 0 })
    expect(await second.ended).toMatchObject({ code: 0 })
    expect(first.output()).toContain('2 created')
    expect(second.output()).toContain('Nothing to change')
  })

  it('a waiting apply can be stopped, and the first goes on', async () => {
    const project = await makeProject('--minimal')
    project.append('feature_definitions.py', '\nimport time\ntime.sleep(3)\n')
    const first = watch(startFsop(['apply', '-f', project.spec]))
    await first.until('Loading the definitions')
    const second = watch(startFsop(['apply', '-f', project.spec]))
    await second.until('Waiting for another fsop that writes to this store')
    second.child.kill('SIGINT')
    expect(await second.ended).toMatchObject({ code: 130 })
    expect(await first.ended).toMatchObject({ code: 0 })
  })
})

describe('killed', () => {
  /** fsop at the head of a process group of its own, as a job of a shell is. */
  const startGroup = (spec: string): ChildProcessWithoutNullStreams =>
    spawn(inject('fsop'), ['apply', '-f', spec], {
      detached: true,
      env: { ...process.env, FSOP_CACHE_DIR: sharedCache },
    })

  it.each([
    ['Importing Feast', 300],
    ['Loading the definitions', 0],
    ['Comparing', 20],
    ['Applying', 0],
    ['Applying', 30],
    ['Reading the registry back', 0],
  ])('with kill -9 after "%s" and %i ms: the next apply converges', async (phase, delay) => {
    const project = await makeProject()
    const group = startGroup(project.spec)
    const run = watch(group)
    await run.until(phase)
    await sleep(delay)
    // Python is in a group of its own: a machine that loses power spares neither.
    for (const line of processesOf(project.folder)) kill(Number(line.split(' ')[0]))
    kill(-(group.pid ?? 0))
    await run.ended
    const next = await fsop(['apply', '-f', project.spec])
    expect(next).toMatchObject({ code: 0 })
    expect(await fsop(['status', '-f', project.spec, '--detailed-exitcode'])).toMatchObject({ code: 0 })
    expect(filesIn(project.folder).filter((file) => /tmp|lock|journal|wal/.test(file))).toEqual([])
  })

  it('with kill -9 of fsop alone: the next apply converges', async () => {
    const project = await makeProject()
    const group = startGroup(project.spec)
    const run = watch(group)
    await run.until('Loading the definitions')
    kill(-(group.pid ?? 0))
    expect(await fsop(['apply', '-f', project.spec])).toMatchObject({ code: 0 })
    expect(await processesLeft(project.folder, 10_000)).toEqual([])
    expect(await fsop(['status', '-f', project.spec, '--detailed-exitcode'])).toMatchObject({ code: 0 })
  })
})

function kill(pid: number): void {
  try {
    process.kill(pid, 'SIGKILL')
  } catch {
    // It has ended already.
  }
}
