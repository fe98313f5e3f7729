/** Python's own reading of numbers, which PyYAML's constructors call. Each function gives undefined for a ValueError. */

/**
 * CPython's `sys.int_max_str_digits`: longer decimal numbers raise ValueError. In the other bases Python reads longer
 * ones but cannot show them (`str()` raises), so we refuse them too.
 */
const MAX_DIGITS = 4300

const DIGITS: Readonly<Record<2 | 8 | 10 | 16, { readonly pattern: RegExp; readonly prefix: string }>> = {
  2: { pattern: /^(?:0b)?([01]+)$/i, prefix: '0b' },
  8: { pattern: /^(?:0o)?([0-7]+)$/i, prefix: '0o' },
  10: { pattern: /^([0-9]+)$/, prefix: '' },
  16: { pattern: /^(?:0x)?([0-9a-f]+)$/i, prefix: '0x' },
}

/** `int(text, base)` for a text without underscores. */
export function pythonInt(text: string, base: 2 | 8 | 10 | 16): bigint | undefined {
  const stripped = pythonStrip(text)
  const negative = stripped.startsWith('-')
  const unsigned = negative || stripped.startsWith('+') ? stripped.slice(1) : stripped
  const { pattern, prefix } = DIGITS[base]
  const digits = pattern.exec(unsigned)?.[1]
  if (digits === undefined || digits.length > MAX_DIGITS) return undefined
  const magnitude = BigInt(prefix + digits)
  return negative ? -magnitude : magnitude
}

/** `float(text)` for a text without underscores. */
export function pythonFloat(text: string): number | undefined {
  const stripped = pythonStrip(text)
  if (/^[-+]?(?:[0-9]+\.?[0-9]*|\.[0-9]+)(?:e[-+]?[0-9]+)?$/i.test(stripped)) return Number(stripped)
  const word = /^([-+]?)(?:(inf|infinity)|nan)$/i.exec(stripped)
  if (!word) return undefined
  if (word[2] === undefined) return Number.NaN
  return word[1] === '-' ? -Infinity : Infinity
}

/** `str(value)` of a float: `1.0`, `1e+16`, `inf`. */
export function pythonFloatText(value: number): string {
  if (Number.isNaN(value)) return 'nan'
  if (!Number.isFinite(value)) return value > 0 ? 'inf' : '-inf'
  if (Object.is(value, -0)) return '-0.0'
  const magnitude = Math.abs(value)
  if (magnitude !== 0 && (magnitude < 1e-4 || magnitude >= 1e16)) {
    const [digits = '', exponent = ''] = value.toExponential().split('e')
    return `${digits}e${exponent.slice(0, 1)}${exponent.slice(1).padStart(2, '0')}`
  }
  const text = String(value)
  return /[.e]/.test(text) ? text : `${text}.0`
}

/** `str.strip()`. By hand: a pattern for trailing blanks takes quadratic time on blanks inside the text. */
function pythonStrip(text: string): string {
  let start = 0
  let end = text.length
  while (start < end && isPythonSpace(text.charAt(start))) start++
  while (end > start && isPythonSpace(text.charAt(end - 1))) end--
  return text.slice(start, end)
}

function isPythonSpace(character: string): boolean {
  return /^[\s\x1c-\x1f\x85]$/.test(character) && character !== '\ufeff'
}
