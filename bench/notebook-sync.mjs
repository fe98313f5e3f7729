// Measures notebook-sync on a real API server, beside a bare loop that does only the writes:
// `npm run bench:notebook-sync [-- NOTEBOOKS] [--write]`. Requests are counted from the API server's audit log, by user.
import { build } from 'esbuild'
import { mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { dirname, join } from 'node:path'
import { fileURLToPath, pathToFileURL } from 'node:url'

const root = join(dirname(fileURLToPath(import.meta.url)), '..')
const folder = mkdtempSync(join(tmpdir(), 'fsop-bench-'))
const outfile = join(folder, 'measure.mjs')
await build({
  absWorkingDir: root,
  entryPoints: ['bench/notebook-sync.ts'],
  outfile,
  bundle: true,
  format: 'esm',
  platform: 'node',
  target: 'node20.19',
  banner: { js: `import {createRequire as __r} from 'node:module';const require=__r(import.meta.url);` },
  // The control plane's Go module is found beside its own source.
  define: { 'import.meta.url': JSON.stringify(pathToFileURL(join(root, 'test/support/control-plane/build.ts')).href) },
  logLevel: 'error',
})
const { measure } = await import(pathToFileURL(outfile).href)
const count = Number(process.argv.find((word) => /^\d+$/.test(word)) ?? 1000)
const table = await measure(root, count)
console.log(table)
if (process.argv.includes('--write')) {
  const page = join(root, 'docs/performance.md')
  const text = readFileSync(page, 'utf8')
  const [head, rest = ''] = text.split('<!-- notebooks -->')
  const tail = rest.split('<!-- /notebooks -->')[1] ?? ''
  writeFileSync(page, `${head}<!-- notebooks -->\n\n${table}\n\n<!-- /notebooks -->${tail}`)
}
rmSync(folder, { recursive: true, force: true })
process.exit(0)
