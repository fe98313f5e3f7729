import { suggest } from '../diagnostics/suggest.ts'
import type { MapEntry, ScalarNode, YamlNode } from './yaml/nodes.ts'

const secretWords =
  /(?:^|[_.])pass$|pass(?:word|wd|phrase|code)s?$|secret(?:s|_value)?$|secret\.|secrets?_?(?:access_?)?key$|(?:^|[_.])token$|[a-z]token$|api_?key$|access_?key$|account_?key$|private_key_content|credentials?$|credential[_-]|(?:^|[_.])pwd$/

/** Text that names a place and may carry a login: a secret only when it does. */
const connectionWords = /(?:^|_)connection_?string$|(?:^|_)conn_str$|(?:^|_)dsn$/

/** Keys that look like secrets by name but hold names, paths or numbers. */
const innocent = /(_path|_env_var|_name|_names|_file|_seconds|_id|_margin|_ttl|_key_name|_pull_secrets|_pull_secret)$/

/** Whether a key holds a credential, judged by its name alone; misspellings of the common words count too. */
export function looksSecret(key: string): boolean {
  if (key.length > 200) return false
  const name = key.toLowerCase().replaceAll('-', '_')
  if (innocent.test(name)) return false
  if (secretWords.test(name) || connectionWords.test(name)) return true
  const words = [name, name.split(/[_.]/).at(-1) ?? '']
  if (words.some((word) => misspelt.some((pattern) => pattern.test(word.replaceAll('_', ''))))) return true
  // Long words only: short ones have too many honest neighbours.
  return words.some((word) => word.length >= 6 && !honest.has(word) && suggest(word, longWords) !== undefined)
}

const longWords = ['password', 'passphrase', 'private_key_content', 'credential']
const honest = new Set(['passport'])

/** `pasword`, `passwrod`, `pwd`, `tokn`, `secert`, … */
const misspelt = [
  /^p+a?s*w+o*r*d*$/,
  /^pas{1,3}w?[ord]{1,4}$/,
  /(?:^|[a-z])se(?:cert|crt|crte|ret|ccret|crect)$/,
  /^tok?e?n$/,
  /apiky$|apikey/,
  /^con+[a-z]*string$/,
]

/** Whether a key holds an address that may carry a login, such as a connection string. */
export function looksLikeConnection(key: string): boolean {
  return connectionWords.test(key.toLowerCase().replaceAll('-', '_'))
}

/** `${NAME}`, or `$NAME` as the whole value: what Feast replaces, and people may see. */
const reference = /\$\{[A-Za-z_]\w*\}/
const pureReference = /^["']?\s*(?:\$\w+|\$\{[A-Za-z_]\w*\})\s*["']?$/

/** Whether a value, as it stands in the file, is nothing but a variable. */
export function isReference(raw: string): boolean {
  return pureReference.test(raw)
}

/** A login inside a text: `scheme://user:PASSWORD@`, `password=PASSWORD`, `AccountKey=…`, a private key. */
const credentials = [
  // Without the scheme's own letters: looking for their start takes quadratic time on a long line.
  /(:\/\/[^\s:/@]*):([^\s/]*)@/g,
  /((?:^|[\s,;?&"'])(?:[a-z_.]*(?:password|passwd|pwd|passphrase|secret|token|api_?key|access_?key|account_?key|shared_?access_?signature))\s*=\s*)()([^\s,;&"']+)/gi,
  /(-----BEGIN [A-Z ]*PRIVATE KEY-----)()([^]*)/g,
]

/** Masks the passwords inside URLs and connection strings. */
export function maskUrls(text: string): string {
  const [urls, pairs, keys] = credentials
  if (urls === undefined || pairs === undefined || keys === undefined) return text
  return text
    .replaceAll(urls, (whole, before: string, password: string) =>
      password === '' || isReference(password) ? whole : `${before}:***@`,
    )
    .replaceAll(pairs, (whole, before: string, _: string, password: string) =>
      isReference(password) ? whole : `${before}***`,
    )
    .replaceAll(keys, (_, before: string) => `${before}***`)
}

/** The credentials that stand literally inside a text. */
export function credentialsIn(text: string): string[] {
  return credentials.flatMap((pattern) =>
    [...text.matchAll(pattern)].flatMap((match) => {
      const secret = match[3] ?? match[2] ?? ''
      return secret === '' || reference.test(secret) || isReference(secret) ? [] : [secret]
    }),
  )
}

/** A scalar that is, or may be, a credential. */
export interface SecretValue {
  readonly node: ScalarNode
  /** The key that makes it one, such as `password`. */
  readonly key: string
  readonly path: string
  /** `value`: all of it is secret; `login`: it carries a password among other things. */
  readonly kind: 'value' | 'login'
  /** Whether the secret itself stands in the file. */
  readonly isLiteral: boolean
}

/**
 * Finds the credentials of a document: values behind keys that look secret by name (`looksSecret`), at whatever level,
 * of whatever type, misspelt or not; the `value` beside a `name` that looks secret, as Kubernetes' EnvVar has it; and
 * texts that carry a login.
 *
 * @param raw a value as it stands in the file, before variables were put in
 */
export function findSecrets(root: YamlNode, raw: (node: ScalarNode) => string): SecretValue[] {
  const found: SecretValue[] = []
  const visit = (node: YamlNode, path: string, key: string, owner: string | undefined) => {
    if (node.kind === 'scalar') {
      const secret = scalarSecret(node, { key, owner, path }, raw)
      if (secret) found.push(secret)
    } else if (node.kind === 'seq') {
      node.items.forEach((item, index) => visit(item, join(path, String(index)), key, owner))
    } else {
      const variable = environmentName(node.entries)
      for (const { name, value } of node.entries) {
        const secretKey =
          owner ??
          (looksSecret(name)
            ? name
            : name === 'value' && variable !== undefined && looksSecret(variable)
              ? variable
              : undefined)
        visit(value, join(path, name), name, secretKey)
      }
    }
  }
  visit(root, '', '', undefined)
  return found
}

/** `name` of an EnvVar: `{ name: DB_PASSWORD, value: … }`. */
function environmentName(entries: readonly MapEntry[]): string | undefined {
  const name = entries.find((entry) => entry.name === 'name')?.value
  return name?.kind === 'scalar' && typeof name.value === 'string' ? name.value : undefined
}

function scalarSecret(
  node: ScalarNode,
  { key, owner, path }: { key: string; owner: string | undefined; path: string },
  raw: (node: ScalarNode) => string,
): SecretValue | undefined {
  if (owner === undefined || looksLikeConnection(owner)) {
    if (typeof node.value !== 'string' || !/[:=]|-----BEGIN/.test(node.value)) return undefined
    const written = raw(node)
    if (isReference(written)) return undefined
    const isLiteral = credentialsIn(written).length > 0
    // A value that a variable filled in may carry a login as well.
    if (!isLiteral && credentialsIn(node.value).length === 0) return undefined
    return { node, key: owner ?? key, path, kind: 'login', isLiteral }
  }
  const written = raw(node)
  if (node.value === null || node.value === '' || isReference(written)) return undefined
  const isNumberLike = typeof node.value === 'boolean'
  return { node, key: owner, path, kind: 'value', isLiteral: !isNumberLike && !reference.test(written) }
}

function join(path: string, name: string): string {
  return path === '' ? name : `${path}.${name}`
}
