import { TAG } from './tags.ts'

/**
 * What an untagged plain scalar means: the rules of PyYAML's `resolver.py` (YAML 1.1), in its order.
 * A rule is tried only when the scalar's first character is among `first`. `\n?$` is Python's `$`.
 */
const RULES: readonly { readonly tag: string; readonly first: string; readonly pattern: RegExp }[] = [
  {
    tag: TAG.bool,
    first: 'yYnNtTfFoO',
    pattern: /^(?:yes|Yes|YES|no|No|NO|true|True|TRUE|false|False|FALSE|on|On|ON|off|Off|OFF)\n?$/,
  },
  {
    tag: TAG.float,
    first: '-+0123456789.',
    pattern: new RegExp(
      [
        '[-+]?(?:[0-9][0-9_]*)\\.[0-9_]*(?:[eE][-+][0-9]+)?',
        '\\.[0-9][0-9_]*(?:[eE][-+][0-9]+)?',
        '[-+]?[0-9][0-9_]*(?::[0-5]?[0-9])+\\.[0-9_]*',
        '[-+]?\\.(?:inf|Inf|INF)',
        '\\.(?:nan|NaN|NAN)',
      ]
        .map((form) => `^(?:${form})\\n?$`)
        .join('|'),
    ),
  },
  {
    tag: TAG.int,
    first: '-+0123456789',
    pattern: new RegExp(
      [
        '[-+]?0b[0-1_]+',
        '[-+]?0[0-7_]+',
        '[-+]?(?:0|[1-9][0-9_]*)',
        '[-+]?0x[0-9a-fA-F_]+',
        '[-+]?[1-9][0-9_]*(?::[0-5]?[0-9])+',
      ]
        .map((form) => `^(?:${form})\\n?$`)
        .join('|'),
    ),
  },
  { tag: TAG.merge, first: '<', pattern: /^<<\n?$/ },
  { tag: TAG.null, first: '~nN', pattern: /^(?:~|null|Null|NULL)\n?$/ },
  {
    tag: TAG.timestamp,
    first: '0123456789',
    pattern: new RegExp(
      '^(?:[0-9]{4}-[0-9]{2}-[0-9]{2}' +
        '|[0-9]{4}-[0-9]{1,2}-[0-9]{1,2}(?:[Tt]|[ \\t]+)[0-9]{1,2}:[0-9]{2}:[0-9]{2}(?:\\.[0-9]*)?' +
        '(?:[ \\t]*(?:Z|[-+][0-9]{1,2}(?::[0-9]{2})?))?)\\n?$',
    ),
  },
  { tag: TAG.value, first: '=', pattern: /^=\n?$/ },
]

/**
 * Gives the tag of a plain scalar without a tag of its own.
 *
 * @param text the scalar's content after line folding
 */
export function resolvePlain(text: string): string {
  const first = text[0]
  if (first === undefined) return TAG.null
  return RULES.find((rule) => rule.first.includes(first) && rule.pattern.test(text))?.tag ?? TAG.str
}
