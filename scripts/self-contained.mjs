// One file an entry: what a module imports at once is inlined, what it imports on demand (`await import(…)`) becomes an entry of
// its own, and oclif is shared. esbuild's own splitting makes a chunk of every set of modules that some entries share; to
// find and open the thirty chunks of one command cost Node more than to read them.
import { isAbsolute, join, relative } from 'node:path'

/** How bundled files name each other, wherever they stand: `imports` in package.json. */
const prefix = '#dist/'

/** Modules that must be there once, whoever imports them. */
const shared = ['src/cli/oclif.ts']

/**
 * An esbuild plugin.
 *
 * @param root the package's folder
 * @param entries paths from `root`; entries that the build finds are added
 */
export function selfContained(root, entries) {
  return {
    name: 'self-contained',
    setup(build) {
      build.onResolve({ filter: /^[./]/ }, async ({ path, kind, importer, resolveDir, pluginData }) => {
        if (pluginData === 'resolving' || kind === 'entry-point') return undefined
        const resolved = await build.resolve(path, { kind, importer, resolveDir, pluginData: 'resolving' })
        const own = relative(root, resolved.path)
        if (!own.startsWith('src/') || isAbsolute(own) || !(kind === 'dynamic-import' || shared.includes(own)))
          return resolved
        entries.add(own)
        return { path: `${prefix}${outputOf(own)}`, external: true }
      })
    },
  }
}

/** Where an entry's bundle stands, from `dist/`. */
function outputOf(entry) {
  return join('.', relative('src', entry)).replace(/\.ts$/, '.js')
}
