import type { Diagnostic, Severity } from '../../diagnostics/diagnostic.ts'
import type { ConstructProblem } from './construct.ts'
import type { GraphNode } from './graph.ts'
import { YamlOpaque } from './nodes.ts'
import type { ScalarNode, Span } from './nodes.ts'
import type { AliasProblem } from './parser.ts'
import { pathText } from './path.ts'
import type { Path } from './path.ts'
import type { SourceText } from './source-text.ts'
import { shortTag, TAG } from './tags.ts'

/** The words of a diagnostic. Values are never quoted: one may be a secret. Keys are. */
interface Words {
  readonly code: string
  readonly message: string
  readonly why: string
  readonly hint: string
}

export function placed(severity: Severity, words: Words, span: Span, file: string, path: Path = []): Diagnostic {
  const text = pathText(path)
  return {
    severity,
    ...words,
    file,
    line: span.start.line,
    column: span.start.column,
    endLine: span.end.line,
    endColumn: span.end.column,
    ...(text === undefined ? {} : { path: text }),
  }
}

/** Turns a problem with an alias into a diagnostic. */
export function aliasDiagnostic(problem: AliasProblem, source: SourceText, file: string): Diagnostic {
  const span = source.span(problem.start, problem.end)
  if (problem.kind === 'inside-itself') {
    const words = {
      code: 'FS109',
      message: 'This alias stands inside the value that it stands for',
      why: 'The value would hold itself and never end.',
      hint: 'Remove the alias, or move the anchor.',
    }
    return placed('error', words, span, file)
  }
  const words = {
    code: 'FS111',
    message: 'This alias has no anchor above it',
    why: 'An alias (*name) stands for the value marked with the anchor (&name) earlier in the same document.',
    hint: 'Add the anchor, correct the name, or put the value in quotes if the "*" belongs to it.',
  }
  return placed('error', words, span, file)
}

/** Turns a problem met while making values into a diagnostic. */
export function constructDiagnostic(problem: ConstructProblem, source: SourceText, file: string): Diagnostic {
  if (problem.kind === 'duplicate-key') {
    const { first, pair, name, path } = problem
    const { line } = source.position(first.keyStart)
    const words = {
      code: 'FS103',
      message: `The key "${name}" is given twice, here and on line ${line}`,
      why: 'PyYAML, and so Feast, takes the last one and says nothing of the others.',
      hint: 'Remove one of the two, or join their values.',
    }
    return placed(
      'error',
      words,
      source.span(pair.keyStart, pair.keyStart + (pair.key.end - pair.key.start)),
      file,
      path,
    )
  }
  const { node, path } = problem
  const placeholder = problem.kind === 'unhashable-key' ? placeholderAt(node, source) : undefined
  if (placeholder) return placed('error', PLACEHOLDER, placeholder, file, path)
  return placed('error', wordsFor(problem), source.span(node.start, node.end), file, path)
}

const PLACEHOLDER: Words = {
  code: 'FS102',
  message: 'A template placeholder ({{ … }}) that was not filled in, or lacks quotes',
  why: 'To YAML, {{ … }} is a mapping whose key is a mapping, which PyYAML refuses.',
  hint: 'Fill in the placeholder, or put it in quotes.',
}

/** The whole of `{{ … }}`, of which the inner or the outer mapping is a key. */
function placeholderAt({ start, end }: GraphNode, source: SourceText): Span | undefined {
  if (source.text.startsWith('{{', start)) return source.span(start, end)
  return source.text.startsWith('{{', start - 1) ? source.span(start - 1, end + 1) : undefined
}

function wordsFor(problem: Exclude<ConstructProblem, { kind: 'duplicate-key' }>): Words {
  switch (problem.kind) {
    case 'unknown-tag':
      return unknownTag(problem.node)
    case 'wrong-node':
      return wrongNode(problem.node)
    case 'bad-value':
      return badValue(problem.node.tag)
    case 'reserved':
      return {
        code: 'FS115',
        message: `A lone "${problem.node.tag === TAG.merge ? '<<' : '='}" cannot be a value`,
        why: 'YAML 1.1 gives it a meaning of its own, and PyYAML refuses it here.',
        hint: 'Put it in quotes.',
      }
    case 'bad-merge':
      return {
        code: 'FS115',
        message: '"<<" needs a mapping, or a list of mappings',
        why: 'The key "<<" puts the keys of another mapping into this one.',
        hint: 'Give it an alias of a mapping (<<: *name), or put "<<" in quotes if it is an ordinary key.',
      }
    case 'unhashable-key':
      return {
        code: 'FS113',
        message: 'A list or mapping cannot be a key',
        why: 'PyYAML refuses keys that Python cannot hash.',
        hint: 'Write a text as the key.',
      }
    case 'key-type':
      return keyType(problem.key)
  }
}

function unknownTag({ tag }: GraphNode): Words {
  const isPython = tag.startsWith('tag:yaml.org,2002:python/')
  return {
    code: 'FS104',
    message: isPython ? 'A tag that makes Python objects' : 'An unknown tag',
    why: isPython
      ? 'Such a tag can run code; neither fsop nor Feast ever executes it, and Feast refuses the file.'
      : 'Feast reads the file with yaml.safe_load, which refuses every tag but those of YAML itself.',
    hint: isPython
      ? 'Remove the tag and write the value itself.'
      : 'Remove the tag, or put the value in quotes if the "!" belongs to it.',
  }
}

function wrongNode(node: GraphNode): Words {
  const found = { scalar: 'a single value', seq: 'a list', map: 'a mapping' }[node.kind]
  return {
    code: 'FS115',
    message: `The tag ${shortTag(node.tag)} does not fit ${found}`,
    why: 'A tag names the type of the value behind it.',
    hint: 'Remove the tag.',
  }
}

function badValue(tag: string): Words {
  const words: Readonly<Record<string, { message: string; hint: string }>> = {
    [TAG.timestamp]: {
      message: 'There is no such date or time',
      hint: 'Correct the date, or put it in quotes if it is a text.',
    },
    [TAG.int]: {
      message: 'This is not a whole number that Python reads',
      hint: 'Correct the number, or put it in quotes.',
    },
    [TAG.float]: {
      message: 'This is not a number that Python reads',
      hint: 'Correct the number, or put it in quotes.',
    },
    [TAG.bool]: { message: 'This is neither true nor false', hint: 'Write true or false, or remove the tag.' },
    [TAG.binary]: { message: 'This is not base64', hint: 'Correct the text, or remove the tag !!binary.' },
  }
  const { message, hint } = words[tag] ?? { message: 'This value does not fit its tag', hint: 'Remove the tag.' }
  return { code: 'FS115', message, why: `PyYAML takes it for ${shortTag(tag)} and refuses it.`, hint }
}

function keyType({ value }: ScalarNode): Words {
  return {
    code: 'FS113',
    message: `This key is ${typeName(value)}, not a text`,
    why: 'YAML 1.1 reads it so unless it is quoted, and Feast takes only texts as keys.',
    hint: 'Put the key in quotes.',
  }
}

function typeName(value: ScalarNode['value']): string {
  if (value === null) return 'null'
  if (typeof value === 'boolean') return `the boolean ${value}`
  if (value instanceof YamlOpaque) return `a ${value.pythonType}`
  return 'a number'
}
