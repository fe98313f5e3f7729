// Bundles the commands into dist/ (one file a command) and writes oclif.manifest.json from the bundle,
// so that `fsop --version` and help read one small file instead of loading every command.
import { Config } from '@oclif/core/config'
import { build } from 'esbuild'
import { readdir, rm, writeFile } from 'node:fs/promises'
import { dirname, join } from 'node:path'
import { fileURLToPath } from 'node:url'
import { compileValidators } from './compile-validators.mjs'
import { writeNotices } from './notices.mjs'
import { selfContained } from './self-contained.mjs'
import { unusedPackages } from './unused-packages.mjs'

const root = join(dirname(fileURLToPath(import.meta.url)), '..')

/** oclif's CommonJS code asks for `require`, which an ES module does not have. */
const banner = `import {createRequire as __createRequire} from 'node:module';const require=__createRequire(import.meta.url);`

async function main() {
  await compileValidators({ schemaDir: join(root, 'src/spec/schema'), outDir: join(root, 'src/generated') })
  await rm(join(root, 'dist'), { recursive: true, force: true })
  const commands = (await readdir(join(root, 'src/commands'), { recursive: true })).filter((file) =>
    file.endsWith('.ts'),
  )
  const entries = new Set(['src/cli/main.ts', 'src/cli/help.ts', ...commands.map((file) => `src/commands/${file}`)])
  let result
  let known
  do {
    known = entries.size
    result = await bundle(entries)
  } while (entries.size > known)
  await writeFile(join(root, 'dist/meta.json'), JSON.stringify(result.metafile))
  await writeNotices(root, result.metafile)
  await writeManifest()
}

/** Bundles the entries; the plugin adds those that it finds. */
function bundle(entries) {
  return build({
    absWorkingDir: root,
    entryPoints: [...entries],
    outbase: 'src',
    outdir: 'dist',
    bundle: true,
    minify: true,
    format: 'esm',
    platform: 'node',
    target: 'node20.19',
    banner: { js: banner },
    legalComments: 'none',
    // oclif loads these three only while it runs TypeScript sources.
    external: ['typescript', 'ts-node', 'tsx'],
    plugins: [unusedPackages, selfContained(root, entries)],
    metafile: true,
    logLevel: 'warning',
  })
}

async function writeManifest() {
  const file = join(root, 'oclif.manifest.json')
  await rm(file, { force: true })
  const config = await Config.load({ root, ignoreManifest: true })
  const plugin = config.plugins.get(config.name)
  await writeFile(file, `${JSON.stringify(plugin.manifest, null, 1)}\n`)
}

await main()
