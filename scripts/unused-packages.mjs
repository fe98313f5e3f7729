// Packages that oclif loads at every start and that fsop never reaches: a fifth of its start-up. Each is replaced by as
// much as oclif asks of it while it is loaded; a call of what is not there would fail loudly in the e2e tests.

const replacements = {
  // Looks for command files; the manifest lists them.
  tinyglobby:
    'exports.glob = exports.globSync = () => { throw new Error("oclif.manifest.json is missing: run npm run build") }',
  // Matches the names of plugins that a package excludes; fsop takes no plugins.
  minimatch: 'exports.minimatch = () => false',
  // Looks for .oclifrc files; package.json has the configuration.
  lilconfig: 'exports.lilconfig = () => { throw new Error("package.json has no oclif section") }',
  // Spinners of `ux.action`; progress is listr2's.
  'cli-spinners': 'module.exports = { dots: { frames: [""], interval: 80 }, dots2: { frames: [""], interval: 80 } }',
  // Colours of oclif's own error texts; fsop prints its own.
  'supports-color': 'exports.stdout = exports.stderr = false',
  // DEBUG=oclif* shows what oclif itself does.
  debug: 'module.exports = () => Object.assign(() => {}, { enabled: false })',
  // The kind of shell and of system, for the user agent; it loads child_process.
  '../util/os':
    'const os = require("node:os"); exports.getHomeDir = os.homedir; exports.getPlatform = os.platform; exports.getShell = () => "unknown"',
}

/** An esbuild plugin. */
export const unusedPackages = {
  name: 'unused-packages',
  setup(build) {
    const filter = new RegExp(`^(${Object.keys(replacements).join('|')})$`)
    build.onResolve({ filter }, ({ path, importer }) =>
      /node_modules\/@oclif\//.test(importer.replaceAll('\\', '/')) ? { path, namespace: 'unused-package' } : undefined,
    )
    build.onLoad({ filter: /.*/, namespace: 'unused-package' }, ({ path }) => ({ contents: replacements[path] }))
  },
}
