import type { YamlScalar } from './nodes.ts'
import { YamlBinary, YamlDate, YamlDateTime } from './nodes.ts'
import { pythonFloat, pythonInt } from './python-numbers.ts'
import { TAG } from './tags.ts'

/** The tags whose value is made from a scalar's text. */
const READERS: Readonly<Record<string, (text: string) => YamlScalar | undefined>> = {
  [TAG.null]: () => null,
  [TAG.str]: (text) => text,
  [TAG.bool]: readBool,
  [TAG.int]: readInt,
  [TAG.float]: readFloat,
  [TAG.timestamp]: readTimestamp,
  [TAG.binary]: readBinary,
}

export function isScalarTag(tag: string): boolean {
  return Object.hasOwn(READERS, tag)
}

/**
 * Gives the value that PyYAML's SafeConstructor makes of a scalar, or undefined where it raises.
 *
 * @param tag one that `isScalarTag` accepts
 */
export function scalarValue(tag: string, text: string): YamlScalar | undefined {
  return READERS[tag]?.(text)
}

const BOOLS: ReadonlyMap<string, boolean> = new Map([
  ['yes', true],
  ['no', false],
  ['true', true],
  ['false', false],
  ['on', true],
  ['off', false],
])

function readBool(text: string): boolean | undefined {
  return BOOLS.get(text.toLowerCase())
}

/** Splits off one leading sign, as the number constructors do before they look at the rest. */
function splitSign(text: string): { negative: boolean; rest: string } {
  const negative = text.startsWith('-')
  return { negative, rest: negative || text.startsWith('+') ? text.slice(1) : text }
}

function readInt(text: string): bigint | undefined {
  const { negative, rest } = splitSign(text.replaceAll('_', ''))
  const magnitude = readUnsignedInt(rest)
  return magnitude !== undefined && negative ? -magnitude : magnitude
}

function readUnsignedInt(text: string): bigint | undefined {
  if (text.startsWith('0b')) return pythonInt(text.slice(2), 2)
  if (text.startsWith('0x')) return pythonInt(text.slice(2), 16)
  if (text.startsWith('0')) return pythonInt(text, 8)
  if (!text.includes(':')) return pythonInt(text, 10)
  // Base 60. A number of more parts than any clock has would take quadratic time for a value of no use.
  const parts = text.split(':')
  if (parts.length > MAX_SEXAGESIMAL_PARTS) return undefined
  let value = 0n
  for (const part of parts) {
    const digit = pythonInt(part, 10)
    if (digit === undefined) return undefined
    value = value * 60n + digit
  }
  return value
}

const MAX_SEXAGESIMAL_PARTS = 1000

function readFloat(text: string): number | undefined {
  const { negative, rest } = splitSign(text.replaceAll('_', '').toLowerCase())
  const magnitude = readUnsignedFloat(rest)
  return magnitude !== undefined && negative ? -magnitude : magnitude
}

function readUnsignedFloat(text: string): number | undefined {
  if (text === '.inf') return Infinity
  if (text === '.nan') return Number.NaN
  if (!text.includes(':')) return pythonFloat(text)
  // From the last part up, as PyYAML does: the order of additions decides the last bit.
  let base = 1
  let value = 0
  for (const part of text.split(':').toReversed()) {
    const digit = pythonFloat(part)
    if (digit === undefined) return undefined
    value += digit * base
    base *= 60
  }
  return value
}

const TIMESTAMP = new RegExp(
  '^([0-9]{4})-([0-9]{1,2})-([0-9]{1,2})' +
    '(?:(?:[Tt]|[ \\t]+)([0-9]{1,2}):([0-9]{2}):([0-9]{2})(?:\\.([0-9]*))?' +
    '(?:[ \\t]*(Z|([-+])([0-9]{1,2})(?::([0-9]{2}))?))?)?\\n?$',
)

function readTimestamp(text: string): YamlDate | YamlDateTime | undefined {
  const match = TIMESTAMP.exec(text)
  if (!match) return undefined
  const [year, month, day, hour, minute, second] = match.slice(1, 7).map(Number)
  if (year === undefined || month === undefined || day === undefined) return undefined
  if (year < 1 || month < 1 || month > 12 || day < 1 || day > daysIn(year, month)) return undefined
  const date = `${pad(year, 4)}-${pad(month)}-${pad(day)}`
  if (match[4] === undefined || hour === undefined || minute === undefined || second === undefined)
    return new YamlDate(date)
  if (hour > 23 || minute > 59 || second > 59) return undefined

  const fraction = (match[7] ?? '').slice(0, 6).padEnd(6, '0')
  const hasZone = match[8] !== undefined
  const sign = match[9] === '-' ? -1 : 1
  const offset = sign * (Number(match[10] ?? 0) * 60 + Number(match[11] ?? 0))
  if (Math.abs(offset) >= 24 * 60) return undefined
  const zone = hasZone
    ? `${offset < 0 ? '-' : '+'}${pad(Math.trunc(Math.abs(offset) / 60))}:${pad(Math.abs(offset) % 60)}`
    : ''
  const micros = Number(fraction) === 0 ? '' : `.${fraction}`
  const local = new Date(0)
  local.setUTCFullYear(year, month - 1, day)
  local.setUTCHours(hour, minute - offset, second)
  const instant = BigInt(local.getTime()) * 1000n + BigInt(fraction)
  return new YamlDateTime(`${date} ${pad(hour)}:${pad(minute)}:${pad(second)}${micros}${zone}`, instant, hasZone)
}

function daysIn(year: number, month: number): number {
  const isLeap = year % 4 === 0 && (year % 100 !== 0 || year % 400 === 0)
  return [31, isLeap ? 29 : 28, 31, 30, 31, 30, 31, 31, 30, 31, 30, 31][month - 1] ?? 0
}

function pad(value: number, width = 2): string {
  return String(value).padStart(width, '0')
}

/**
 * `base64.decodebytes`, which is C Python's lenient `a2b_base64`: characters outside of the alphabet are passed over,
 * and reading stops at complete padding.
 */
function readBinary(text: string): YamlBinary | undefined {
  if (!/^[\0-\x7f]*$/.test(text)) return undefined
  let data = ''
  let pads = 0
  for (const character of text) {
    if (character === '=') {
      pads++
      if (data.length % 4 >= 2 && (data.length % 4) + pads >= 4) return new YamlBinary(Buffer.from(data, 'base64'))
    } else if (/[A-Za-z0-9+/]/.test(character)) {
      data += character
      pads = 0
    }
  }
  return data.length % 4 === 0 ? new YamlBinary(Buffer.from(data, 'base64')) : undefined
}
