import type { Diagnostic } from '../../diagnostics/diagnostic.ts'
import { Constructor } from './construct.ts'
import { decode } from './decode.ts'
import type { TextProblem } from './decode.ts'
import type { YamlNode } from './nodes.ts'
import type { Limits } from './parser.ts'
import { parseRecovering } from './recover.ts'
import type { ParseResult } from './recover.ts'
import { SourceText } from './source-text.ts'
import { surprises } from './surprises.ts'
import { syntaxDiagnostic } from './syntax-diagnostics.ts'
import { TooDeep, TooManyNodes } from './syntax-problem.ts'
import { textDiagnostic } from './text-diagnostics.ts'
import { aliasDiagnostic, constructDiagnostic, placed } from './value-diagnostics.ts'

export interface YamlFile {
  /**
   * The root of each document, merges and aliases applied. Empty when the file is empty, too large or has a syntax
   * error. A value that has a diagnostic of its own is the text as written, or null.
   */
  readonly documents: readonly YamlNode[]
  /** In the order of the file. */
  readonly diagnostics: readonly Diagnostic[]
  /** The lines of the file without their line breaks, for excerpts. */
  readonly lines: readonly string[]
}

/** What a ConfigMap or a Secret, and so a pod, can hold of a file; real specs have a thousandth of it. */
export const MAX_YAML_BYTES = 1024 * 1024
/** PyYAML itself dies of a RecursionError at about 300 levels. */
const LIMITS: Limits = { depth: 200, nodes: 100_000 }
const MAX_DIAGNOSTICS = 200

/**
 * Reads a YAML file as PyYAML's `yaml.safe_load_all` does, with the position of every key and value. Never throws:
 * what PyYAML refuses, and what it takes but no one can mean (a key given twice), becomes diagnostics FS101 to FS115.
 *
 * @param bytes the file's content
 * @param file the file as the user named it, for the diagnostics
 */
export function readYaml(bytes: Uint8Array, file: string): YamlFile {
  if (bytes.length > MAX_YAML_BYTES) return { documents: [], diagnostics: [tooLarge(bytes.length, file)], lines: [] }
  const { text, problems } = decode(bytes)
  const source = new SourceText(text)
  const isReadable = !problems.some(({ kind }) => kind === 'broken-utf16')
  const parsed: ParsedFile = isReadable ? parse(source, file) : { documents: [], diagnostics: [] }
  const damaged = damagedLines(problems, source)
  const diagnostics = [
    ...problems.map((problem) => textDiagnostic(problem, source, file)),
    ...parsed.diagnostics.filter(({ code, line }) => code !== 'FS102' || line === undefined || !damaged.has(line)),
  ]
  return {
    documents: parsed.documents,
    diagnostics: diagnostics.toSorted(byPosition).slice(0, MAX_DIAGNOSTICS),
    lines: source.lines,
  }
}

/**
 * Tells of all documents but the first, which `safe_load` and so Feast refuses.
 *
 * @param file what `readYaml` gave for `name`
 */
export function extraDocuments({ documents }: YamlFile, name: string): Diagnostic[] {
  return documents.slice(1).map(({ span }) =>
    placed(
      'error',
      {
        code: 'FS107',
        message: 'The file holds more than one document',
        why: 'Feast reads files of one document only and refuses this one.',
        hint: 'Keep one document a file: remove the "---" between the two, or move this one to a file of its own.',
      },
      { start: span.start, end: span.start },
      name,
    ),
  )
}

type ParsedFile = Pick<YamlFile, 'documents' | 'diagnostics'>

function parse(source: SourceText, file: string): ParsedFile {
  let result: ParseResult
  try {
    result = parseRecovering(source, LIMITS)
  } catch (error) {
    if (error instanceof TooDeep) return { documents: [], diagnostics: [tooDeep(error, source, file)] }
    if (error instanceof TooManyNodes) return { documents: [], diagnostics: [tooManyNodes(error, source, file)] }
    throw error
  }
  const hasSyntaxError = result.problems.length > 0
  // With a syntax error, the entry that has an alias's anchor may have been passed over.
  const passedOver = hasSyntaxError ? anchorNames(source) : new Set()
  const parts = result.documents.map(({ root, aliasProblems }) => {
    const constructor = new Constructor(source)
    const document = constructor.construct(root)
    const diagnostics = [
      ...aliasProblems
        .filter(({ name }) => !passedOver.has(name))
        .map((problem) => aliasDiagnostic(problem, source, file)),
      ...constructor.problems.map((problem) => constructDiagnostic(problem, source, file)),
    ]
    return { document, diagnostics }
  })
  const errors = [
    ...result.problems.map((problem) => syntaxDiagnostic(problem, source, file)),
    ...parts.flatMap(({ diagnostics }) => diagnostics),
  ]
  if (hasSyntaxError) return { documents: [], diagnostics: errors }
  const documents = parts.map(({ document }) => document)
  const isEmpty = documents.every((root) => root.kind === 'scalar' && root.value === null)
  const rest = isEmpty ? [empty(source, file)] : documents.flatMap((document) => surprises(document, file))
  return { documents, diagnostics: [...errors, ...rest] }
}

function anchorNames(source: SourceText): Set<string | undefined> {
  return new Set(Array.from(source.text.matchAll(/&([\w-]+)/g), ([, name]) => name))
}

/** Lines with characters that PyYAML refuses: what stands there instead may give syntax errors of its own. */
function damagedLines(problems: readonly TextProblem[], source: SourceText): Set<number> {
  const refused = problems.filter(({ kind }) => kind === 'control' || kind === 'not-utf8')
  return new Set(refused.map(({ offset }) => source.lineAt(offset)))
}

function byPosition(a: Diagnostic, b: Diagnostic): number {
  return (a.line ?? 0) - (b.line ?? 0) || (a.column ?? 0) - (b.column ?? 0)
}

function empty(source: SourceText, file: string): Diagnostic {
  const words = {
    code: 'FS101',
    message: 'The file is empty',
    why: 'It holds no value, only comments or blank lines at most; Feast needs a mapping with at least a project.',
    hint: 'Write a new file with "fsop init", or fill in the keys.',
  }
  return placed('error', words, source.span(0, 0), file)
}

function tooLarge(length: number, file: string): Diagnostic {
  return {
    severity: 'error',
    code: 'FS110',
    message: `The file is too large: ${(length / 1024 / 1024).toFixed(1)} MiB`,
    why: `fsop reads YAML files of up to ${MAX_YAML_BYTES / 1024 / 1024} MiB, as much as a ConfigMap or Secret can hold.`,
    hint: 'Check that this is the file you mean. Keep data in files of its own and name their paths.',
    file,
  }
}

function tooDeep({ at }: TooDeep, source: SourceText, file: string): Diagnostic {
  const words = {
    code: 'FS108',
    message: `The file nests more than ${LIMITS.depth} levels deep`,
    why: 'PyYAML, and so Feast, ends in a RecursionError on such a file.',
    hint: 'Remove the levels from here on.',
  }
  return placed('error', words, source.span(at, at + 1), file)
}

function tooManyNodes({ at, alias }: TooManyNodes, source: SourceText, file: string): Diagnostic {
  const words = {
    code: 'FS109',
    message: `The file holds more than ${LIMITS.nodes} values`,
    why:
      alias === ''
        ? "A feature store's file has a few hundred."
        : 'Each alias counts as the value that it stands for: aliases of aliases multiply.',
    hint:
      alias === ''
        ? 'Check that this is the file you mean.'
        : 'Remove the aliases, or write out the values that are needed.',
  }
  return placed('error', words, source.span(at, at + 1), file)
}
