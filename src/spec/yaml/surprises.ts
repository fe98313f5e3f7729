import type { Diagnostic } from '../../diagnostics/diagnostic.ts'
import type { ScalarNode, YamlNode } from './nodes.ts'
import { YamlDate, YamlDateTime } from './nodes.ts'
import type { Path } from './path.ts'
import { placed } from './value-diagnostics.ts'

/**
 * Warns of plain values that YAML 1.1 reads otherwise than they look (FS112). `yes`, `no`, `on` and `off` are left
 * out: as a rule they are meant as booleans, and where a text is wanted the schema refuses them.
 *
 * @param seen nodes looked at already: an anchor's value is told of once
 */
export function surprises(node: YamlNode, file: string, path: Path = [], seen = new Set<YamlNode>()): Diagnostic[] {
  if (seen.has(node)) return []
  seen.add(node)
  if (node.kind === 'seq') return node.items.flatMap((item, index) => surprises(item, file, [...path, index], seen))
  if (node.kind === 'map')
    return node.entries.flatMap(({ name, value }) => surprises(value, file, [...path, name], seen))
  const words = surprise(node)
  return words ? [placed('warning', { code: 'FS112', ...words }, node.span, file, path)] : []
}

/** Looks only at values without quotes and without a tag, whose type is YAML's guess. */
function surprise({
  style,
  isTagged,
  source,
  value,
}: ScalarNode): { message: string; why: string; hint: string } | undefined {
  if (style !== 'plain' || isTagged) return undefined
  if (typeof value === 'bigint') return surpriseOfInt(source, value)
  if (typeof value === 'number' && /^[-+]?[0-9_]+:/.test(source)) return sexagesimal()
  if (typeof value === 'string') return surpriseOfText(source)
  if (value instanceof YamlDate || value instanceof YamlDateTime) {
    return {
      message: 'This is read as a date, not as a text',
      why: `YAML 1.1 makes a Python ${value.pythonType} of it, which Feast refuses where it wants a text.`,
      hint: 'Put it in quotes, if a text is meant.',
    }
  }
  return undefined
}

function surpriseOfInt(source: string, value: bigint): { message: string; why: string; hint: string } | undefined {
  if (/^[-+]?[0-9_]+:/.test(source)) return sexagesimal()
  const digits = /^[-+]?0([0-7_]+)$/.exec(source)?.[1]?.replaceAll('_', '')
  if (digits === undefined || BigInt(digits === '' ? 0 : digits) === (value < 0n ? -value : value)) return undefined
  return {
    message: 'This number is read as octal, because of its leading 0',
    why: 'In YAML 1.1, 010 is 8.',
    hint: 'Remove the leading 0, or put the value in quotes if it is a text.',
  }
}

function sexagesimal(): { message: string; why: string; hint: string } {
  return {
    message: 'This is read as a number in base 60, because of its colons',
    why: 'In YAML 1.1, 19:30 is 1170.',
    hint: 'Put it in quotes, if a time or a pair of numbers is meant.',
  }
}

function surpriseOfText(source: string): { message: string; why: string; hint: string } | undefined {
  if (/^[-+]?(?:[0-9]+(?:\.[0-9]*)?|\.[0-9]+)[eE][-+]?[0-9]+$/.test(source)) {
    return {
      message: 'This is read as a text, not as a number',
      why: 'In YAML 1.1 a number with an exponent needs a point and a sign: 1.0e+3.',
      hint: 'Write it so (1.0e+3), or put it in quotes if a text is meant.',
    }
  }
  if (/^[-+]?0[0-9]+$/.test(source)) {
    return {
      message: 'This is read as a text, not as a number',
      why: 'A leading 0 makes a number octal in YAML 1.1, and this one has the digit 8 or 9.',
      hint: 'Remove the leading 0, or put it in quotes if a text is meant.',
    }
  }
  return undefined
}
