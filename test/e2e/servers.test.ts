import { createServer, type Server } from 'node:net'
import { writeFileSync } from 'node:fs'
import { beforeAll, describe, expect, it } from 'vitest'
import { envelope, fsop, startFsop } from '../support/cli.ts'
import { freePort, makeProject, processesLeft, processesOf, watch, type Project } from '../support/project.ts'

describe('servers', () => {
  let project: Project
  const start = (kind: string, port: number, ...flags: string[]) =>
    watch(startFsop(['run', kind, '-f', project.spec, '--port', String(port), ...flags]))

  beforeAll(async () => {
    project = await makeProject()
    expect(await fsop(['apply', '-f', project.spec])).toMatchObject({ code: 0 })
    expect(await fsop(['run', 'materialize-incremental', '-f', project.spec])).toMatchObject({ code: 0 })
  })

  it('serve answers with the values of the sample data, and SIGINT frees its port', async () => {
    const port = await freePort()
    const server = start('serve', port)
    await server.until(`ready serve of shop at http://127.0.0.1:${port} (Ctrl-C stops it)`)
    const health = await fetch(`http://127.0.0.1:${port}/health`)
    expect(health.status).toBe(200)
    const response = await fetch(`http://127.0.0.1:${port}/get-online-features`, {
      method: 'POST',
      headers: { 'content-type': 'application/json' },
      body: JSON.stringify({
        features: ['customer_transactions:transactions_7d', 'customer_transactions:mean_amount_7d'],
        entities: { customer_id: [1001] },
      }),
    })
    const { metadata, results } = (await response.json()) as {
      metadata: { feature_names: string[] }
      results: { values: unknown[] }[]
    }
    const values = Object.fromEntries(metadata.feature_names.map((name, index) => [name, results[index]?.values[0]]))
    expect(values).toEqual({ customer_id: 1001, transactions_7d: 7, mean_amount_7d: 84.25 })

    server.child.kill('SIGINT')
    expect(await server.ended).toEqual({ code: 130, signal: null })
    expect(server.output()).toContain('stopped by SIGINT')
    expect(server.output()).not.toMatch(/Traceback|KeyboardInterrupt|\u001b\[\?25/)
    expect(await processesLeft(project.folder)).toEqual([])
    await listen(port).then((probe) => probe.close())
  })

  it.each(['serve-offline', 'serve-registry', 'ui'])('%s becomes ready, and SIGTERM stops it', async (kind) => {
    const port = await freePort()
    const server = start(kind, port)
    await server.until(new RegExp(`ready ${kind} of shop at \\w+://127.0.0.1:${port} `))
    await connectTo(port)
    server.child.kill('SIGTERM')
    expect(await server.ended).toEqual({ code: 143, signal: null })
    expect(await processesLeft(project.folder)).toEqual([])
    await listen(port).then((probe) => probe.close())
  })

  it('several workers are stopped with their parent', async () => {
    const port = await freePort()
    const server = watch(
      startFsop(['run', 'serve', '-f', project.spec, '--port', String(port), '--', '--workers', '2']),
    )
    await server.until('ready serve')
    expect(processesOf(project.folder).length).toBeGreaterThan(2)
    server.child.kill('SIGINT')
    expect(await server.ended).toMatchObject({ code: 130 })
    expect(await processesLeft(project.folder)).toEqual([])
  })

  it('a server whose fsop is told to end by a closed pipe does not outlive it', async () => {
    const server = start('serve', await freePort())
    await server.until('ready serve')
    server.child.stderr.destroy()
    server.child.kill('SIGHUP')
    await server.ended
    expect(await processesLeft(project.folder)).toEqual([])
  })

  it('a taken port is told before Python is started', async () => {
    const port = await freePort()
    const holder = await listen(port)
    const failed = await fsop(['run', 'serve', '-f', project.spec, '--port', String(port), '--json'], {
      env: { FSOP_PYTHON: '/nonexistent/python' },
    })
    holder.close()
    expect(failed.code).toBe(1)
    expect(envelope(failed)).toMatchObject({
      ok: false,
      error: { code: 'FS520', message: `port ${port} on 127.0.0.1 is taken` },
    })
  })

  it('a server that dies at once: its last words', async () => {
    const failed = await fsop([
      'run',
      'serve',
      '-f',
      project.spec,
      '--port',
      String(await freePort()),
      '--',
      '--no-such-flag',
    ])
    expect(failed.code).toBe(1)
    expect(failed.stderr).toContain('error FS521')
    expect(failed.stderr).toMatch(/FS521: serve did not stay up: .*no-such-flag/i)
    expect(failed.stderr).not.toContain('FS070')
  })

  it('a server that is killed from outside is a failure', async () => {
    const server = start('serve', await freePort())
    await server.until('ready serve')
    for (const line of processesOf(project.folder)) {
      const pid = Number(line.split(' ')[0])
      if (pid !== server.child.pid) process.kill(pid, 'SIGKILL')
    }
    expect(await server.ended).toMatchObject({ code: 1 })
    expect(server.output()).toContain('FS521')
    expect(server.output()).toContain('SIGKILL')
  })

  it('a store that was never applied', async () => {
    const empty = await makeProject('--minimal')
    writeFileSync(empty.path('feature_definitions.py'), '')
    const port = await freePort()
    const server = watch(startFsop(['run', 'serve', '-f', empty.spec, '--port', String(port)]))
    await Promise.race([server.ended, server.until('ready serve')])
    server.child.kill('SIGINT')
    await server.ended
    expect(server.output()).not.toContain('FS070')
    expect(await processesLeft(empty.folder)).toEqual([])
  })

  it('--dry-run prints the command and starts nothing', async () => {
    const dry = await fsop(
      ['run', 'serve', '-f', project.spec, '--port', '7001', '--dry-run', '--', '--workers', '2'],
      {
        env: { FSOP_PYTHON: '/nonexistent/python' },
      },
    )
    expect(dry.code).toBe(0)
    expect(dry.stdout).toMatch(/^python -m feast\.cli\.cli .*serve --host 127\.0\.0\.1 --port 7001 --workers 2$/m)
  })
})

function listen(port: number): Promise<Server> {
  return new Promise((resolve, reject) => {
    const server = createServer()
    server.once('error', reject)
    server.listen(port, '127.0.0.1', () => resolve(server))
  })
}

async function connectTo(port: number): Promise<void> {
  const { connect } = await import('node:net')
  await new Promise<void>((resolve, reject) => {
    const socket = connect(port, '127.0.0.1')
    socket.once('error', reject)
    socket.once('connect', () => {
      socket.destroy()
      resolve()
    })
  })
}
