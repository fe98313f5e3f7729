import { spawn } from 'node:child_process'
import type { ChildProcessByStdio } from 'node:child_process'
import { createInterface } from 'node:readline'
import type { Readable, Writable } from 'node:stream'
import { fileURLToPath } from 'node:url'
import { isFloat, YamlBinary, YamlDate, YamlDateTime } from '../../../src/spec/yaml/nodes.ts'
import type { YamlNode } from '../../../src/spec/yaml/nodes.ts'
import { extraDocuments, readYaml } from '../../../src/spec/yaml/read-yaml.ts'
import { toPlain } from '../../../src/spec/yaml/to-plain.ts'
import { pythonWith } from '../../support/python.ts'

/** The version that the reader follows. */
const PYYAML = 'PyYAML==6.0.3'

export interface Answer {
  readonly value?: unknown
  readonly error?: string
}

/** One Python process that answers what PyYAML makes of documents. */
export class PyYaml {
  private readonly child: ChildProcessByStdio<Writable, Readable, null>
  private readonly lines: AsyncIterator<string>

  private constructor(child: ChildProcessByStdio<Writable, Readable, null>) {
    this.child = child
    this.lines = createInterface({ input: child.stdout })[Symbol.asyncIterator]()
  }

  static async start(): Promise<PyYaml> {
    const python = await pythonWith([PYYAML])
    const script = fileURLToPath(new URL('pyyaml-oracle.py', import.meta.url))
    return new PyYaml(spawn(python, [script], { stdio: ['pipe', 'pipe', 'inherit'] }))
  }

  async ask(documents: readonly Uint8Array[]): Promise<Answer[]> {
    for (const document of documents) this.child.stdin.write(`${Buffer.from(document).toString('base64')}\n`)
    const answers: Answer[] = []
    for (const _ of documents) {
      const { value, done } = await this.lines.next()
      if (done) throw new Error('the Python process ended')
      answers.push(JSON.parse(value) as Answer)
    }
    return answers
  }

  stop(): void {
    this.child.stdin.end()
    this.child.kill()
  }
}

/**
 * What we refuse though PyYAML takes it, on purpose: an empty file, a key given twice, a key that is no text, too deep,
 * too many values or a value inside itself.
 */
const STRICTER = new Set(['FS101', 'FS103', 'FS108', 'FS109', 'FS113'])
/** Of these, those after which there is no value to compare, or one that holds null for a part. */
const WITHOUT_VALUE = new Set(['FS101', 'FS108', 'FS109'])

/** Gives what our reading of a document has against PyYAML's; nothing where they agree. */
export function disagreement(document: Uint8Array, answer: Answer): string | undefined {
  const file = readYaml(document, 'x.yaml')
  const errors = [...file.diagnostics.filter(({ severity }) => severity === 'error'), ...extraDocuments(file, 'x.yaml')]
  const codes = errors.map(({ code }) => code)
  const own = errors.map(({ code, message }) => `${code} ${message}`).join('; ')
  if (answer.error !== undefined) {
    const isRefused =
      codes.some((code) => !STRICTER.has(code)) || (codes.includes('FS113') && /unhashable/.test(answer.error))
    const isPythonLimit = answer.error.startsWith('RecursionError') && codes.includes('FS108')
    return isRefused || isPythonLimit ? undefined : `PyYAML refuses (${answer.error}), we say: ${own || 'fine'}`
  }
  if (codes.some((code) => !STRICTER.has(code))) return `PyYAML takes it, we say: ${own}`
  if (codes.some((code) => WITHOUT_VALUE.has(code))) return undefined
  const [root] = file.documents
  if (!root) return 'no document'
  const expected = JSON.stringify(answer.value)
  // Of the keys 1, 1.0 and true, which are one to Python, its dict shows the first; we keep the one whose value counts.
  if (codes.includes('FS113')) return undefined
  const nodes = JSON.stringify(showNode(root))
  if (nodes !== expected) return `nodes: ${nodes}\nPyYAML: ${expected}`
  const plain = JSON.stringify(showPlain(toPlain(root), root))
  const inOrder = JSON.stringify(sortKeys(answer.value))
  return plain === inOrder ? undefined : `toPlain: ${plain}\nPyYAML: ${inOrder}`
}

function showNode(node: YamlNode): unknown {
  if (node.kind === 'scalar') return showScalar(node.value)
  if (node.kind === 'seq') return ['seq', node.items.map(showNode)]
  if (node.tag.endsWith(':set')) return ['set', sorted(node.entries.map(({ key }) => showNode(key)))]
  return ['map', node.entries.map(({ key, value }) => [showNode(key), showNode(value)])]
}

function showScalar(value: unknown): unknown {
  if (value === null) return ['null']
  if (typeof value === 'boolean') return ['bool', value]
  if (typeof value === 'bigint')
    return ['int', `${value < 0n ? '-' : ''}0x${(value < 0n ? -value : value).toString(16)}`]
  if (typeof value === 'number') return ['float', floatBits(value)]
  if (typeof value === 'string') return ['str', value]
  if (value instanceof YamlDateTime) return ['datetime', value.text]
  if (value instanceof YamlDate) return ['date', value.text]
  if (value instanceof YamlBinary) return ['bytes', Buffer.from(value.bytes).toString('hex')]
  throw new Error(`what is ${JSON.stringify(value)}?`)
}

function floatBits(value: number): string {
  if (Number.isNaN(value)) return 'nan'
  const bits = Buffer.alloc(8)
  bits.writeDoubleBE(value)
  return bits.toString('hex')
}

/** Shows a plain value; the node is asked only whether a number is a float. */
function showPlain(plain: unknown, node: YamlNode): unknown {
  if (plain instanceof Set && node.kind === 'map') {
    return ['set', sorted([...plain].map((item, index) => showPlain(item, node.entries[index]?.key ?? node)))]
  }
  if (Array.isArray(plain) && node.kind === 'seq') {
    return ['seq', plain.map((item, index) => showPlain(item, node.items[index] ?? node))]
  }
  if (typeof plain === 'number' && !isFloat(node)) return showScalar(BigInt(plain))
  if (typeof plain !== 'object' || plain === null || node.kind !== 'map') return showScalar(plain)
  const entries = new Map(node.entries.map(({ name, value }) => [name, value]))
  const shown = Object.entries(plain).map(([key, value]) => [['str', key], showPlain(value, entries.get(key) ?? node)])
  return ['map', sorted(shown)]
}

/** A JS object puts keys that look like numbers first; the order of a dict carries no meaning for a spec. */
function sortKeys(shown: unknown): unknown {
  if (!Array.isArray(shown)) return shown
  const [type, content] = shown
  if (type === 'seq' && Array.isArray(content)) return ['seq', content.map(sortKeys)]
  if (type === 'map' && Array.isArray(content))
    return ['map', sorted(content.map(([key, value]) => [key, sortKeys(value)]))]
  return shown
}

function sorted(items: unknown[]): unknown[] {
  return items
    .map((item) => ({ item, text: pythonJson(item) }))
    .toSorted((a, b) => (a.text < b.text ? -1 : a.text > b.text ? 1 : 0))
    .map(({ item }) => item)
}

/** Sorts as the Python side does, by `json.dumps`: ASCII only, a space behind each comma. */
function pythonJson(value: unknown): string {
  if (Array.isArray(value)) return `[${value.map(pythonJson).join(', ')}]`
  return JSON.stringify(value).replace(
    /[\x7f-\uffff]/g,
    (unit) => `\\u${unit.charCodeAt(0).toString(16).padStart(4, '0')}`,
  )
}
