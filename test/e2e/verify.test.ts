import { mkdirSync, readFileSync, renameSync, writeFileSync } from 'node:fs'
import { join } from 'node:path'
import { describe, expect, it } from 'vitest'
import { emptyFolder, envelope, fsop } from '../support/cli.ts'

const good = 'project: fraud\nprovider: local\nregistry: data/registry.db\n'

function folderWith(files: Record<string, string>): string {
  const folder = emptyFolder()
  for (const [path, text] of Object.entries(files)) {
    mkdirSync(join(folder, path, '..'), { recursive: true })
    writeFileSync(join(folder, path), text)
  }
  return folder
}

describe('verify', () => {
  it('all problems in one run, each with place, excerpt, why and fix', async () => {
    const cwd = folderWith({
      'feature_store.yaml': `${good}onlinestore:\n  type: redis\noffline_store: { type: duckdbb }\n`,
    })
    const { code, stdout, stderr } = await fsop(['verify'], { cwd })
    expect(code).toBe(3)
    expect(stdout).toBe('not valid feature_store.yaml: 2 errors\n')
    expect(stderr).toContain(
      [
        'error FS201: unknown key "onlinestore" in the spec',
        '  --> feature_store.yaml:4:1',
        '  |',
        '4 | onlinestore:',
        '  | ^^^^^^^^^^^',
        '  why: Feast ignores keys that it does not know, without a word',
        '  fix: did you mean "online_store"?',
        '  see: docs/errors.md#fs201',
      ].join('\n'),
    )
    expect(stderr).toContain('  --> feature_store.yaml:6:24')
  })

  it('a folder: each file by its kind, and nobody else’s', async () => {
    const cwd = folderWith({
      'deploy/feature_store.yaml': good,
      'deploy/backend.yaml': 'kind: operator.local\ntype: pyhton\nversion: v1\n',
      'deploy/store.yaml':
        'apiVersion: feast.dev/v1\nkind: FeatureStore\nmetadata: { name: a }\nspec: { feastProjekt: a }\n',
      'deploy/compose.yaml': 'services: {}\n',
      'deploy/.hidden/feature_store.yaml': 'project: [\n',
    })
    const result = await fsop(['verify', 'deploy', '--json'], { cwd })
    expect(result.code).toBe(3)
    const { files } = envelope(result).result as { files: { file: string; errors: number }[] }
    expect(files.map(({ file }) => file)).toEqual([
      'deploy/backend.yaml',
      'deploy/feature_store.yaml',
      'deploy/store.yaml',
    ])
    expect(envelope(result).diagnostics.map(({ code }) => code)).toEqual(['BK004', 'KM102', 'KM101'])
  })

  it.each(['junit', 'sarif', 'github'])('--format %s is all that stands on stdout', async (format) => {
    const cwd = folderWith({ 'feature_store.yaml': `${good}foo: 1\n` })
    const { code, stdout, stderr } = await fsop(['verify', '--format', format], { cwd })
    expect({ code, stderr }).toEqual({ code: 3, stderr: '' })
    expect(stdout).toMatch(
      { junit: /^<\?xml .*FS201/s, sarif: /^\{.*"FS201"/s, github: /^::error file=feature_store.yaml,line=4,/ }[
        format
      ] as RegExp,
    )
  })

  it('--explain-env lists what a spec reads, never a value', async () => {
    const cwd = folderWith({
      'feature_store.yaml': 'project: fraud\nprovider: local\nregistry: "${REGISTRY}/$REGISTRY_FILE"\n',
    })
    const { stdout, stderr } = await fsop(['verify', '--explain-env'], { cwd, env: { REGISTRY: '/canary-value' } })
    expect(stdout).toMatch(/^REGISTRY +set +feature_store.yaml:3:12 +registry$/m)
    expect(stdout).toMatch(/^REGISTRY_FILE +unset +feature_store.yaml:3:24 +registry$/m)
    expect(stdout + stderr).not.toContain('canary')
  })

  it('--fix shows, asks, and mends what is certain; comments and order stay', async () => {
    const text = `# top\nproject: fraud # name\nprovdier: local\nregistry: data/registry.db\nonline_store:\n  type: reddis\n  pasword: hunter2\n`
    const cwd = folderWith({ 'feature_store.yaml': text })
    const refused = await fsop(['verify', '--fix'], { cwd })
    expect(refused.code).toBe(2)
    expect(refused.stderr).toContain('+ 3 | provider: local')
    expect(readFileSync(join(cwd, 'feature_store.yaml'), 'utf8')).toBe(text)
    const fixed = await fsop(['verify', '--fix', '--yes', '--json'], { cwd })
    expect(envelope(fixed).result).toMatchObject({ fixed: 2 })
    expect(readFileSync(join(cwd, 'feature_store.yaml'), 'utf8')).toBe(
      text.replace('provdier', 'provider').replace('reddis', 'redis'),
    )
    expect(refused.stdout + refused.stderr + fixed.stdout + fixed.stderr).not.toContain('hunter2')
  })

  it('--live runs the definitions and looks for the data', async () => {
    const folder = join(emptyFolder(), 'live')
    await fsop(['init', '--output', folder])
    const spec = join(folder, 'feature_store.yaml')
    expect(await fsop(['verify', '-f', spec, '--live'])).toMatchObject({ code: 0 })
    renameSync(join(folder, 'data/customer_transactions.parquet'), join(folder, 'data/elsewhere.parquet'))
    const missing = await fsop(['verify', '-f', spec, '--live'])
    expect(missing.code).toBe(3)
    expect(missing.stderr).toContain(
      'error FD305: the data file of the source "customer_transactions_source" does not exist',
    )
    writeFileSync(join(folder, 'feature_definitions.py'), 'import nothing_of_that_name\n')
    const broken = await fsop(['verify', '-f', spec, '--live'])
    expect(broken.stderr).toContain('error FD302')
    expect(broken.code).toBe(3)
  })
})
