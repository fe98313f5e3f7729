/** Character classes of YAML 1.1, on UTF-16 units. The scanner's text ends in NUL, which no YAML file may hold. */
export const NUL = 0x00
export const TAB = 0x09
export const LF = 0x0a
export const CR = 0x0d
export const SPACE = 0x20
const NEL = 0x85
const LINE_SEPARATOR = 0x2028
const PARAGRAPH_SEPARATOR = 0x2029

/** Line breaks as YAML 1.1 has them: also NEL, LS and PS. */
export function isBreak(unit: number): boolean {
  return unit === LF || unit === CR || unit === NEL || unit === LINE_SEPARATOR || unit === PARAGRAPH_SEPARATOR
}

/** A line break that folding keeps as it is instead of turning it into LF. */
export function isKeptBreak(unit: number): boolean {
  return unit === LINE_SEPARATOR || unit === PARAGRAPH_SEPARATOR
}

export function isBreakOrEnd(unit: number): boolean {
  return unit === NUL || isBreak(unit)
}

export function isSpaceBreakOrEnd(unit: number): boolean {
  return unit === SPACE || isBreakOrEnd(unit)
}

/** Space, tab, line break or end: what must follow an indicator such as `-` or `:`. */
export function isBlankOrEnd(unit: number): boolean {
  return unit === TAB || isSpaceBreakOrEnd(unit)
}

export function isDigit(unit: number): boolean {
  return unit >= 0x30 && unit <= 0x39
}

export function isHexDigit(unit: number): boolean {
  return isDigit(unit) || (unit >= 0x41 && unit <= 0x46) || (unit >= 0x61 && unit <= 0x66)
}

/** Letters, digits, `-` and `_` of ASCII: what names of anchors, directives and tag handles are made of. */
export function isNameCharacter(unit: number): boolean {
  return (
    isDigit(unit) || (unit >= 0x41 && unit <= 0x5a) || (unit >= 0x61 && unit <= 0x7a) || unit === 0x2d || unit === 0x5f
  )
}

/** Whether a UTF-16 unit is one of the ASCII characters of `set`. */
export function isOneOf(unit: number, set: string): boolean {
  return unit !== NUL && set.includes(String.fromCharCode(unit))
}

export function isLowSurrogate(unit: number): boolean {
  return unit >= 0xdc00 && unit <= 0xdfff
}
