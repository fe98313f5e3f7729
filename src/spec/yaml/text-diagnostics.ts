import type { Diagnostic } from '../../diagnostics/diagnostic.ts'
import type { TextProblem } from './decode.ts'
import type { SourceText } from './source-text.ts'
import { placed } from './value-diagnostics.ts'

/** Turns a problem with a file's bytes or characters into a diagnostic. */
export function textDiagnostic(problem: TextProblem, source: SourceText, file: string): Diagnostic {
  const span = source.span(problem.offset, problem.offset + (problem.kind === 'utf16' ? 0 : 1))
  switch (problem.kind) {
    case 'not-utf8': {
      const words = {
        code: 'FS105',
        message: `The file is not UTF-8: byte 0x${problem.byte.toString(16).padStart(2, '0')} at offset ${problem.byteOffset}`,
        why: 'YAML files are UTF-8; this byte does not start or continue a character.',
        hint: 'Save the file as UTF-8, or write the character anew.',
      }
      return placed('error', words, span, file)
    }
    case 'broken-utf16': {
      const words = {
        code: 'FS105',
        message: 'The file starts as UTF-16 but does not go on as such',
        why: 'It has half a character somewhere.',
        hint: 'Save the file as UTF-8.',
      }
      return placed('error', words, span, file)
    }
    case 'utf16': {
      const words = {
        code: 'FS105',
        message: 'The file is UTF-16',
        why: 'PyYAML reads it by its byte order mark, but Feast opens the file as text, as a rule in UTF-8, and fails.',
        hint: 'Save the file as UTF-8.',
      }
      return placed('warning', words, span, file)
    }
    case 'control': {
      const words = {
        code: 'FS106',
        message: `A control character (${codePoint(problem.character)})`,
        why: 'PyYAML refuses a file with characters that cannot be printed, in comments too.',
        hint:
          problem.character === '\0'
            ? 'Remove it. If there are many, the file may be UTF-16 without a byte order mark: save it as UTF-8.'
            : 'Remove it. Where a value needs it, write an escape in double quotes, such as "\\e".',
      }
      return placed('error', words, span, file)
    }
    case 'bidi': {
      const words = {
        code: 'FS114',
        message: `An invisible character that turns the direction of writing (${codePoint(problem.character)})`,
        why: 'The file may look other than it is read.',
        hint: 'Remove it.',
      }
      return placed('warning', words, span, file)
    }
  }
}

function codePoint(character: string): string {
  return `U+${(character.codePointAt(0) ?? 0).toString(16).toUpperCase().padStart(4, '0')}`
}
