/** What a file is for, as `fsop verify` treats it. */
export type FileKind = 'spec' | 'backend' | 'manifest' | 'unknown'

/** Kinds of backend files; `src/backends/backend-file.ts` says which of them can be used. */
const backendKinds = /^(?:operator\..*|job|dataflow|marketplace(?:\.local)?)$/

/** Keys that stand at the top of a feature_store.yaml and of hardly anything else. */
const specKeys = new Set(['project', 'registry', 'online_store', 'offline_store', 'entity_key_serialization_version'])

/** The head of a file says what it is. */
const scannedCharacters = 64 * 1024

/**
 * Tells what a file is by the keys at its top level, without parsing it: broken YAML is told apart as well, so that its
 * errors are reported by the right check.
 *
 * @param text the file, or its beginning
 */
export function fileKind(text: string): FileKind {
  const head = text.slice(0, scannedCharacters).replace(/^\uFEFF/, '')
  const keys = topLevelKeys(head)
  const kind = keys.get('kind') ?? ''
  const type = keys.get('type') ?? ''
  if (kind === 'operator') return 'spec'
  if (keys.has('apiversion')) return 'manifest'
  if (backendKinds.test(kind)) return 'backend'
  // A manifest whose apiVersion was forgotten.
  if (/^[A-Z]/.test(kind) && (keys.has('metadata') || keys.has('items'))) return 'manifest'
  if ([...keys.keys()].some((key) => specKeys.has(key)) || type.startsWith('feature_store')) return 'spec'
  return 'unknown'
}

/** Keys without indentation and the words behind them, of all documents; keys in lower case, the first of each. */
function topLevelKeys(text: string): ReadonlyMap<string, string> {
  const found = new Map<string, string>()
  const add = (key: string, value: string) => {
    const name = /^apiversion$/i.test(key) ? 'apiversion' : key
    if (!found.has(name)) found.set(name, value)
  }
  const indent = /^( *)(?:["']?[\w.-]+["']?\s*:)/m.exec(text)?.[1] ?? ''
  const line = new RegExp(
    `^${indent}["']?([A-Za-z_][\\w.-]*)["']?[ \\t]*:(?:[ \\t]+["']?([\\w./-]*)|[ \\t]*\\r?$)`,
    'gm',
  )
  for (const [, key = '', value = ''] of text.matchAll(line)) add(key, value)
  // `{"apiVersion": "v1", …}`: JSON, or a mapping in flow style.
  if (/^(?:\s|#.*\n|---)*\{/.test(text)) {
    for (const [, key = '', value = ''] of text.matchAll(/["']?\b([A-Za-z_]\w*)["']?\s*:\s*["']?([\w./-]*)/g))
      add(key, value)
  }
  return found
}
