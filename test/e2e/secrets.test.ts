import { readdirSync, readFileSync } from 'node:fs'
import { join } from 'node:path'
import { setTimeout as sleep } from 'node:timers/promises'
import { beforeAll, describe, expect, it } from 'vitest'
import { startFsop } from '../support/cli.ts'
import { filesIn, freePort, makeProject, watch, type Project } from '../support/project.ts'

const written = 'canary-written-7f3a'
const exported = 'canary-exported-91be'

/** Command lines of all processes of this machine. */
function commandLines(): string {
  return readdirSync('/proc')
    .filter((name) => /^\d+$/.test(name))
    .map((pid) => {
      try {
        return readFileSync(`/proc/${pid}/cmdline`, 'utf8')
      } catch {
        return ''
      }
    })
    .join('\n')
}

describe('secrets of a spec', () => {
  let project: Project

  beforeAll(async () => {
    project = await makeProject()
    const port = await freePort()
    const withPassword = (password: string) => `online_store:
  type: postgres
  host: 127.0.0.1
  port: ${port}
  database: shop
  db_schema: public
  user: shop
  password: ${password}
  sslmode: disable
  keepalives_idle: 60
`
    const text = project.read('feature_store.yaml')
    const block = /online_store:\n(?: .*\n)+/
    project.write(
      'written.yaml',
      text.replace(block, () => withPassword(written)),
    )
    project.write(
      'exported.yaml',
      text.replace(block, () => withPassword('${SHOP_PASSWORD}')),
    )
  })

  it.each([
    ['verify', 'written', ['--debug']],
    ['verify', 'exported', ['--json', '--debug']],
    ['plan', 'written', ['--debug']],
    ['plan', 'exported', ['--json', '--debug']],
    ['apply', 'written', ['--json', '--debug']],
    ['apply', 'exported', ['--debug']],
    ['status', 'exported', ['--debug']],
  ])('%s of the password %s %j shows it on no stream and in no command line', async (command, spec, flags) => {
    const env = { SHOP_PASSWORD: exported }
    const run = watch(startFsop([command, '-f', project.path(`${spec}.yaml`), ...flags], { env }))
    run.child.stdin.end()
    while (run.child.exitCode === null && run.child.signalCode === null) {
      const lines = commandLines()
      for (const canary of [written, exported]) expect(lines).not.toContain(canary)
      await sleep(100)
    }
    const { code } = await run.ended
    expect(run.output()).not.toContain('FS070')
    if (command === 'apply') {
      expect(code).toBe(4)
      expect(run.output()).toContain('FD405')
    }
    for (const canary of [written, exported]) expect(run.output()).not.toContain(canary)
  })

  it('verify masks the line that it shows', async () => {
    const text = project.read('written.yaml')
    project.write('wrong.yaml', text.replace(`password: ${written}`, `pasword: ${written}`))
    const run = watch(startFsop(['verify', '-f', project.path('wrong.yaml')]))
    expect(await run.ended).toMatchObject({ code: 3 })
    expect(run.output()).toContain('pasword: ****')
    expect(run.output()).not.toContain(written)
  })

  it('none is in a file that fsop wrote', () => {
    const own = filesIn(project.folder).filter((file) => !file.endsWith('.yaml'))
    for (const file of own) {
      const bytes = readFileSync(join(project.folder, file), 'latin1')
      for (const canary of [written, exported]) expect(bytes.includes(canary), file).toBe(false)
    }
  })
})
