import { Ajv2020 } from 'ajv/dist/2020.js'
import { spawn, spawnSync } from 'node:child_process'
import { join } from 'node:path'
import { beforeAll, describe, expect, inject, it } from 'vitest'
import { emptyFolder, envelope, fsop, sharedCache } from '../support/cli.ts'
import { makeProject, type Project } from '../support/project.ts'

const colour = /\u001b\[/

describe('wrong usage', () => {
  it.each<[string, string[], string, string]>([
    ['an unknown command', ['bogus'], 'FS003', 'there is no command "bogus"'],
    ['a misspelt command', ['aply'], 'FS003', 'there is no command "aply"'],
    ['a flag in place of a command', ['--bogus'], 'FS003', '--bogus stands where a command belongs'],
    ['an unknown flag', ['plan', '--bogus'], 'FS002', 'nonexistent flag: --bogus'],
    ['a word too many', ['plan', 'extra'], 'FS002', 'unexpected argument: extra'],
    ['a flag without its value', ['verify', '--file'], 'FS002', 'flag --file expects a value'],
    ['a number that is none', ['run', 'serve', '--port', 'abc'], 'FS002', 'parsing --port: expected an integer'],
    ['a missing argument', ['run', 'materialize'], 'FS002', 'missing 2 required args'],
    ['an unknown task', ['run', 'bogus'], 'FS004', 'there is no task "bogus"'],
    ['a misspelt task', ['run', 'materialise'], 'FS004', 'there is no task "materialise"; did you mean "materialize"?'],
    ['an unknown operator', ['init', '-t', 'feature_stor'], 'FS005', 'there is no operator type "feature_stor"'],
    ['an unknown backend', ['plan', '-b', 'locl'], 'BK001', 'there is no backend "locl"; did you mean "local"?'],
    ['an unknown schema', ['schema', '--type', 'foo'], 'FS002', 'expected --type=foo to be one of'],
  ])('%s: exit code 2 with and without --json', async (_, words, code, message) => {
    const { folder: cwd } = await makeProject('--minimal')
    const text = await fsop(words, { cwd })
    const json = await fsop([...words, '--json'], { cwd })
    expect([text.code, json.code]).toEqual([2, 2])
    expect(text.stderr.toLowerCase()).toContain(`error ${code}: ${message}`.toLowerCase())
    expect(text.stdout).toBe('')
    expect(text.stderr).not.toMatch(/^ +at |Note: --/m)
    expect(envelope(json)).toMatchObject({ ok: false, error: { code, exitCode: 2 } })
    expect(json.stderr).toBe('')
  })

  it('hints lead on', async () => {
    expect((await fsop(['aply'])).stderr).toContain('did you mean "fsop apply"?')
    expect((await fsop(['--json', 'list'])).stdout).toContain('fsop list --json')
    expect((await fsop(['help', 'plan'])).stderr).toContain('fsop plan --help')
    const behind = await fsop(['run', '-f', 'x.yaml', 'serve'])
    expect(behind).toMatchObject({ code: 2 })
    expect(behind.stderr).toContain('fsop run serve -f x.yaml')
  })
})

describe('help and environment', () => {
  it('help of fsop lists commands and exit codes, on stdout', async () => {
    for (const words of [[], ['--help'], ['-h']]) {
      const { code, stdout, stderr } = await fsop(words)
      expect({ code, stderr }).toEqual({ code: 0, stderr: '' })
      for (const part of ['EXIT CODES', '128+n', 'init ', 'verify ', 'apply ']) expect(stdout).toContain(part)
    }
  })

  it('every command has help that names no command which is missing', async () => {
    const { stdout } = await fsop(['--help'])
    const commands = stdout.slice(stdout.indexOf('\nCOMMANDS')).match(/^ {2}[a-z-]+/gm) ?? []
    expect(commands.length).toBeGreaterThan(8)
    for (const command of commands) {
      const help = await fsop([command.trim(), '--help'])
      expect(help).toMatchObject({ code: 0, stderr: '' })
      expect(help.stdout).toContain('USAGE')
      expect(help.stdout).toContain('EXAMPLES')
    }
  })

  it('FSOP_FILE names the spec', async () => {
    const project = await makeProject('--minimal')
    const verified = await fsop(['verify', '--json'], { cwd: emptyFolder(), env: { FSOP_FILE: project.spec } })
    expect(envelope(verified)).toMatchObject({ ok: true, result: { valid: true, files: [{ file: project.spec }] } })
  })

  it('colours are for terminals, for those who force them, and never under NO_COLOR', async () => {
    const failing = ['verify', '-f', '/nonexistent/feature_store.yaml']
    expect((await fsop(failing)).stderr).not.toMatch(colour)
    expect((await fsop(failing, { env: { FORCE_COLOR: '1', NO_COLOR: '1' } })).stderr).not.toMatch(colour)
    expect((await fsop(failing, { env: { FORCE_COLOR: '1' } })).stderr).toMatch(colour)
  })

  it('NODE_ENV has no say', async () => {
    for (const NODE_ENV of ['development', 'test', 'production']) {
      expect(await fsop(['list'], { env: { NODE_ENV } })).toMatchObject({ code: 0, stderr: '' })
    }
  })
})

describe('a closed pipe', () => {
  const shell = (line: string) =>
    spawnSync('bash', ['-c', `set -o pipefail; ${line}`], {
      encoding: 'utf8',
      env: { ...process.env, FSOP: inject('fsop'), FSOP_CACHE_DIR: sharedCache },
    })

  it('on stdout ends quietly', () => {
    const { stdout, stderr, status } = shell('"$FSOP" schema | head -1; echo "code ${PIPESTATUS[0]}"')
    expect({ stdout, stderr, status }).toEqual({ stdout: '{\ncode 0\n', stderr: '', status: 0 })
  })

  it('before anything is written', () => {
    const { stderr } = shell('"$FSOP" list | true')
    expect(stderr).toBe('')
  })

  it('on stderr ends as SIGPIPE does', async () => {
    const project = await makeProject('--minimal')
    const { stdout } = shell(`"$FSOP" apply -f '${project.spec}' 2>&1 >/dev/null | true; echo "code \${PIPESTATUS[0]}"`)
    expect(stdout).toBe('code 141\n')
  })

  it('stdout to a full disk is no success', async () => {
    const child = spawn('bash', ['-c', '"$FSOP" list > /dev/full; echo "code $?"'], {
      env: { ...process.env, FSOP: inject('fsop') },
    })
    let stdout = ''
    for await (const chunk of child.stdout.setEncoding('utf8')) stdout += chunk
    expect(stdout).not.toContain('code 0')
  })
})

describe('--json', () => {
  let valid: (text: string) => unknown
  let project: Project

  beforeAll(async () => {
    const schema = JSON.parse((await fsop(['schema', '--type', 'output'])).stdout) as object
    const validate = new Ajv2020({ strict: true, strictRequired: false, allErrors: true }).compile(schema)
    valid = (text) => {
      const value: unknown = JSON.parse(text)
      return validate(value) ? [] : validate.errors
    }
    project = await makeProject()
  })

  it.each<[string[], number]>([
    [['list'], 0],
    [['info'], 0],
    [['info', '-t', 'nothing'], 2],
    [['doctor'], 0],
    [['schema'], 0],
    [['schema', '--output', 'SPEC'], 1],
    [['init', '--output', 'NEW'], 0],
    [['init', '--output', 'HERE'], 1],
    [['verify', '-f', 'SPEC'], 0],
    [['verify', '-f', 'MISSING'], 3],
    [['plan', '-f', 'SPEC'], 0],
    [['plan', '-f', 'SPEC', '--detailed-exitcode'], 5],
    [['plan', '-f', 'MISSING'], 3],
    [['run', 'get-online-features', '-f', 'SPEC', '--features', 'a:b', '--entity', 'customer_id=1'], 1],
    [['apply', '-f', 'SPEC', '--dry-run'], 0],
    [['apply', '-f', 'SPEC'], 0],
    [['apply', '-f', 'SPEC'], 0],
    [['apply', '-f', 'MISSING'], 3],
    [['run', '-f', 'SPEC'], 0],
    [['status', '-f', 'SPEC'], 0],
    [['status', '-f', 'MISSING'], 3],
    [['run', 'materialize', '2020-01-01', '2020-01-02', '-f', 'SPEC', '--dry-run'], 0],
    [['run', 'materialize', '2020-01-02', '2020-01-01', '-f', 'SPEC'], 2],
    [['run', 'materialize-incremental', '-f', 'SPEC', '--views', 'customer_transaction'], 2],
    [['run', 'push', 'customer_transactions_push', '-f', 'SPEC', '--row', 'customer_id=1'], 1],
    [['run', 'serve', '-f', 'SPEC', '--dry-run'], 0],
    [['run', 'teardown', '-f', 'SPEC'], 2],
    [['run', 'teardown', '-f', 'SPEC', '--yes'], 0],
    [['bogus'], 2],
  ])('%j exits with %i and prints one object of the published schema', async (words, code) => {
    const names: Record<string, string> = {
      SPEC: project.spec,
      HERE: project.folder,
      NEW: join(emptyFolder(), 'new'),
      MISSING: join(project.folder, 'nothing.yaml'),
    }
    const run = await fsop([...words.map((word) => names[word] ?? word), '--json'])
    expect(run.code, run.stdout).toBe(code)
    expect(valid(run.stdout)).toEqual([])
    expect(envelope(run)).toMatchObject({ ok: code === 0 || code === 5 })
  })
})
