import type { Diagnostic } from '../../diagnostics/diagnostic.ts'
import { isLeftOpen } from './recover.ts'
import type { SourceText } from './source-text.ts'
import type { SyntaxProblem } from './syntax-problem.ts'

/** What to tell about a problem: the stretch of text at fault, and the words. Values are never quoted: one may be a secret. */
interface Finding {
  readonly start: number
  readonly end: number
  readonly message: string
  readonly why: string
  readonly hint: string
}

type Describe = (problem: SyntaxProblem, source: SourceText) => Finding

/** Turns a place where PyYAML's scanner or parser refuses the file into a diagnostic that says what to change. */
export function syntaxDiagnostic(problem: SyntaxProblem, source: SourceText, file: string): Diagnostic {
  const { start, end, message, why, hint } = DESCRIBE[problem.kind](problem, source)
  const from = source.position(start)
  const to = source.position(Math.max(end, start))
  return {
    severity: 'error',
    code: 'FS102',
    message,
    why,
    hint,
    file,
    line: from.line,
    column: from.column,
    endLine: to.line,
    endColumn: to.column,
  }
}

const DESCRIBE: Readonly<Record<SyntaxProblem['kind'], Describe>> = {
  'cannot-start': cannotStart,
  'no-colon': noColon,
  'key-not-allowed': (problem) => ({
    ...one(problem.at),
    message: 'A key marked with "?" cannot stand here',
    why: 'A key starts on a line of its own.',
    hint: 'Move the key to a line of its own, or put the value in quotes if the "?" belongs to it.',
  }),
  'value-not-allowed': valueNotAllowed,
  'entry-not-allowed': (problem) => ({
    ...one(problem.at),
    message: 'A list item ("- ") cannot start here',
    why: 'A list item starts on a line of its own, not behind a key or a value.',
    hint: 'Move the list to the lines below the key, or write it as [a, b]; put a text that starts with "- " in quotes.',
  }),
  'unclosed-quote': (problem, source) => ({
    ...one(problem.from),
    message: `The quote (${source.text[problem.from] ?? ''}) that opens here is not closed`,
    why: 'Everything up to the next quote of the same kind belongs to the value, over line ends too.',
    hint: 'Close the quote at the end of the value. Within single quotes, write two for one.',
  }),
  'bad-escape': badEscape,
  'block-header': (problem) => ({
    ...one(problem.at),
    message: 'Unexpected text behind "|" or ">"',
    why: 'These start a text of several lines; only "+", "-" and a digit from 1 to 9 may follow on the same line.',
    hint: 'Start the text on the next line, indented; or put the whole value in quotes.',
  }),
  'anchor-name': (problem) => ({
    start: problem.from,
    end: problem.at,
    message:
      problem.detail === 'alias'
        ? 'A value cannot start with "*" unless it is an alias'
        : 'A value cannot start with "&" unless it is an anchor',
    why: 'The names of anchors (&name) and aliases (*name) are made of letters, digits, "-" and "_".',
    hint: 'Put the value in quotes, if it is a text.',
  }),
  'bad-tag': (problem) => ({
    start: problem.from,
    end: Math.max(problem.at, problem.from + 1),
    message: 'A value cannot start with "!" unless it is a tag',
    why: 'A tag, such as !!str, names the type of the value behind it and ends at a space.',
    hint: 'Put the value in quotes, if it is a text.',
  }),
  'bad-directive': (problem) => ({
    start: problem.from,
    end: Math.max(problem.at, problem.from + 1),
    message: 'A line that starts with "%" must be a YAML directive',
    why: 'PyYAML knows "%YAML 1.1", once, and "%TAG", once a handle; a line "---" must follow.',
    hint: 'Remove the line, or indent or quote it if it belongs to a value.',
  }),
  'no-document-start': noDocumentStart,
  'not-in-mapping': notInMapping,
  'not-in-sequence': (problem) => ({
    ...one(problem.at),
    message: 'This line is neither a list item nor the end of the list',
    why: 'The items of a list all start with "- " in the same column.',
    hint: 'Line it up with the other items, or with the key that the list belongs to.',
  }),
  'flow-separator': flowSeparator,
  'no-content': noContent,
  'unknown-handle': (problem) => ({
    ...one(problem.at),
    message: 'This tag has a prefix that is not declared',
    why: 'A prefix between two "!" needs a %TAG line.',
    hint: 'Remove the tag, or put the value in quotes if the "!" belongs to it.',
  }),
  'anchor-twice': (problem) => ({
    ...one(problem.at),
    message: 'The name of this anchor is taken',
    why: 'PyYAML refuses two anchors of one name in a document.',
    hint: 'Give one of the two another name.',
  }),
}

function one(at: number): { start: number; end: number } {
  return { start: at, end: at + 1 }
}

function lineText(source: SourceText, offset: number): string {
  return source.lines[source.lineAt(offset) - 1] ?? ''
}

function lineEnd(source: SourceText, offset: number): number {
  return source.lineStart(source.lineAt(offset)) + lineText(source, offset).trimEnd().length
}

function isFirstOnLine(source: SourceText, offset: number): boolean {
  return source.text.slice(source.lineStart(source.lineAt(offset)), offset).trim() === ''
}

function cannotStart(problem: SyntaxProblem, source: SourceText): Finding {
  const { at, detail } = problem
  if (detail === '\t') {
    const run = /^\t+/.exec(source.text.slice(at, at + 100))?.[0].length ?? 1
    const isIndent = isFirstOnLine(source, at)
    return {
      start: at,
      end: at + run,
      message: isIndent ? 'Tab used for indentation' : 'Tab between two parts of the line',
      why: isIndent ? 'YAML counts columns and takes only spaces for indentation.' : 'PyYAML takes only spaces here.',
      hint: isIndent ? 'Replace the tab by spaces, as many as the lines around have.' : 'Replace the tab by a space.',
    }
  }
  if (detail === '|' || detail === '>') {
    return {
      ...one(at),
      message: `A value cannot start with "${detail}" within brackets`,
      why: 'A text of several lines cannot stand between [ ] or { }.',
      hint: 'Put the value in quotes, or write the list or mapping over several lines without brackets.',
    }
  }
  return {
    ...one(at),
    message: `A value cannot start with "${detail}"`,
    why: 'YAML keeps this character for itself at the start of a value.',
    hint: 'Put the value in quotes.',
  }
}

/** PyYAML's limit on simple keys; also keeps the pattern below from taking long on a long line. */
const LONGEST_KEY = 1024

/** Finds `key:value`, the colon without its space, in the line of an offset. */
function tightColon(source: SourceText, offset: number): number | undefined {
  const found = /^([\s-]*[\p{L}\p{N}_.-]+):(?=[^\s:/\\])/u.exec(lineText(source, offset).slice(0, LONGEST_KEY))?.[1]
  return found === undefined ? undefined : source.lineStart(source.lineAt(offset)) + found.length
}

function missingSpace(colon: number): Finding {
  return {
    ...one(colon),
    message: 'Missing space after ":"',
    why: 'Without the space, key, colon and value are read as one text.',
    hint: 'Put a space after the colon.',
  }
}

const LONG_KEY = {
  message: 'This key is too long',
  why: 'A key ends, with its colon, within 1024 characters and on the line on which it starts.',
  hint: 'Shorten the key, or mark it with "? ".',
}

function noColon(problem: SyntaxProblem, source: SourceText): Finding {
  const { from } = problem
  const colon = tightColon(source, from)
  if (colon !== undefined) return missingSpace(colon)
  const stretch = { start: from, end: lineEnd(source, from) }
  if (/:(?:\s|$)/.test(source.text.slice(from, stretch.end))) return { ...stretch, ...LONG_KEY }
  return {
    ...stretch,
    message: 'Expected "key: value", found no ":"',
    why: 'In this column every line is a key with its value.',
    hint: 'Add a colon and a space after the key; if the line goes on with the value above, indent it further.',
  }
}

function valueNotAllowed(problem: SyntaxProblem, source: SourceText): Finding {
  const { at, from } = problem
  if (source.lineAt(from) !== source.lineAt(at)) {
    const colon = tightColon(source, from)
    if (colon !== undefined) return missingSpace(colon)
    const lineStart = source.lineStart(source.lineAt(at))
    const start = lineStart + (/^\s*/.exec(lineText(source, at))?.[0].length ?? 0)
    return {
      start,
      end: at,
      message: 'Bad indentation of this key',
      why: 'The key above has a value already, and this line is indented as if it went on with it.',
      hint: 'Line the key up with its neighbours. If the line belongs to the value above, put that value in quotes.',
    }
  }
  if (at - from > LONGEST_KEY) return { start: from, end: at, ...LONG_KEY }
  if (/^---\s/.test(lineText(source, at))) {
    return {
      ...one(at),
      message: 'A mapping cannot start on the line of "---"',
      why: 'Only a single value may follow "---".',
      hint: 'Move the key to the next line.',
    }
  }
  return {
    ...one(at),
    message: 'A second ":" within one value',
    why: 'A colon with a space after it ends a key, and this line has its key already.',
    hint: 'Put the value in quotes, if the colon belongs to it; else start the second key on a line of its own.',
  }
}

function badEscape(problem: SyntaxProblem): Finding {
  return {
    start: problem.at,
    end: problem.at + problem.detail.length,
    message: /^\\[xuU]/.test(problem.detail)
      ? `"${problem.detail.slice(0, 2)}" needs the hexadecimal digits of a character behind it`
      : 'Unknown escape in double quotes',
    why: 'In double quotes a backslash starts an escape, such as \\n, \\t, \\" or \\u00e9.',
    hint: 'Use single quotes, where a backslash is itself, or write it twice.',
  }
}

function noDocumentStart(problem: SyntaxProblem, source: SourceText): Finding {
  if (problem.detail === 'block-mapping-start' && isFirstOnLine(source, problem.at)) {
    return {
      start: problem.at,
      end: lineEnd(source, problem.at),
      message: 'Bad indentation: this line is indented less than the first key',
      why: 'The keys of one mapping all start in the same column.',
      hint: 'Start all the top keys in the first column.',
    }
  }
  return {
    ...one(problem.at),
    message: 'Text behind the end of the document',
    why: 'What stands above is complete as it is.',
    hint: 'Remove the text, or make it a part of the mapping above.',
  }
}

/** By token: closing brackets without an opening one. */
const STRAY: Readonly<Record<string, Omit<Finding, 'start' | 'end'>>> = {
  'flow-sequence-end': {
    message: 'A "]" without its "["',
    why: 'Each bracket closes the one that was opened last.',
    hint: 'Remove it, add the opening bracket, or put the value in quotes.',
  },
  'flow-mapping-end': {
    message: 'A "}" without its "{"',
    why: 'Each bracket closes the one that was opened last.',
    hint: 'Remove it, add the opening bracket, or put the value in quotes.',
  },
}

function notInMapping(problem: SyntaxProblem, source: SourceText): Finding {
  const { at, detail } = problem
  if (detail === 'value') {
    return {
      ...one(at),
      message: 'A ":" without a key',
      why: 'The text before the first colon of a line is the key.',
      hint: 'Write the key before the colon, or put the value in quotes if it starts with a colon.',
    }
  }
  const stray = STRAY[detail]
  if (stray) return { ...one(at), ...stray }
  if (isFirstOnLine(source, at)) {
    const isItem = detail === 'block-entry' || detail === 'block-sequence-start'
    return {
      start: at,
      end: lineEnd(source, at),
      message: isItem ? 'A list item among keys' : 'Bad indentation: this line lines up with none of the keys above',
      why: isItem
        ? 'A list stands below the key that it belongs to.'
        : 'The keys of one mapping all start in the same column.',
      hint: isItem
        ? 'Write the key of the list above it, or indent the item below its key.'
        : 'Give the line the indentation of the mapping that it belongs to.',
    }
  }
  const before = source.text.slice(0, at).trimEnd().at(-1)
  if (before === '"' || before === "'") {
    return {
      start: at,
      end: lineEnd(source, at),
      message: 'Text behind a closing quote',
      why: 'The value ends with its closing quote.',
      hint: 'Put the whole value in quotes of the other kind, or remove what follows the quote.',
    }
  }
  return {
    ...one(at),
    message: 'Text behind the end of a value',
    why: 'The value is complete before this place.',
    hint: 'Put the whole value in quotes, or remove what follows it.',
  }
}

function flowSeparator(problem: SyntaxProblem, source: SourceText): Finding {
  const open = source.text[problem.from] ?? ''
  const close = open === '{' ? '}' : ']'
  if (isLeftOpen(problem, source)) {
    return {
      ...one(problem.from),
      message: `The "${open}" that opens here is not closed`,
      why: `Everything up to "${close}" belongs to the same ${open === '{' ? 'mapping' : 'list'}.`,
      hint: `Add the "${close}".`,
    }
  }
  return {
    ...one(problem.at),
    message: problem.detail === 'value' ? 'Missing "," before this key' : `Expected "," or "${close}"`,
    why: `Between "${open}" and "${close}", commas part the items.`,
    hint: 'Add the comma, or put the item in quotes if what stands here belongs to it.',
  }
}

function noContent(problem: SyntaxProblem): Finding {
  const { at, detail } = problem
  const byToken: Readonly<Record<string, Omit<Finding, 'start' | 'end'>>> = {
    'flow-entry': {
      message: 'A comma with nothing before it',
      why: 'Each item between brackets needs a value.',
      hint: 'Remove the comma, or put the value in quotes if it starts with one.',
    },
    'block-entry': {
      message: 'A list item ("- ") cannot stand between brackets',
      why: 'Between [ ] and { }, commas part the items.',
      hint: 'Remove the "-", or write the list without brackets.',
    },
  }
  return {
    ...one(at),
    ...(byToken[detail] ??
      STRAY[detail] ?? {
        message: 'Expected a value here',
        why: 'The line above, or the bracket before, needs one.',
        hint: 'Write the value, or remove what calls for it.',
      }),
  }
}
