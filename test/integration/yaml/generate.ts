import type { Random } from './random.ts'

const WORDS = [
  'a',
  'project',
  'redis',
  'online_store',
  'é',
  '日本',
  '😀 x',
  'a b',
  "it's",
  'x:y',
  'a#b',
  '-x',
  '?x',
  ':x',
  'a,b',
  '<<x',
  '{{x}}',
  '$HOME',
  '%x',
  '@x',
  '`x',
  '*',
  '&',
  '!',
  'null x',
  '---x',
  '..',
  'y',
  'n',
  'Y',
  'N',
]
const BOOLS = [
  'yes',
  'Yes',
  'YES',
  'yEs',
  'no',
  'No',
  'NO',
  'true',
  'True',
  'TRUE',
  'tRue',
  'false',
  'False',
  'FALSE',
  'on',
  'On',
  'ON',
  'oN',
  'off',
  'Off',
  'OFF',
]
const NULLS = ['~', 'null', 'Null', 'NULL', 'nULL', '', '~ ~']
const SPECIAL = [
  '.inf',
  '-.inf',
  '+.INF',
  '.Inf',
  '.nan',
  '.NaN',
  '.NAN',
  '-.nan',
  '.iNF',
  '=',
  '<<',
  '<<<',
  '0',
  '00',
  '-0',
  '-0.0',
  '+0',
  '0b_',
  '0x_',
  '0_',
  '0o17',
  '1e3',
  '1.5e3',
  '1.5e+3',
  '1.e+3',
  '.5',
  '.5e-3',
  '-.5',
  '1_000',
  '1_000.5',
  '_1',
  '1__0',
  '08',
  '010',
  '-017',
  '0b101',
  '0B1',
  '0x1F',
  '0X1F',
  '0xfg',
  '19:30',
  '1:60',
  '190:20:30',
  '190:20:30.15',
  '-1:2',
  '1:2:',
  '0:30',
  '9223372036854775808',
  '1.',
  '1._5',
  '._5',
  '1.0',
  '123456789012345678901234567890',
  '1.7976931348623157e+309',
  '4.9e-324',
  '0.1',
  '1e',
  '+',
  '-',
  '.',
  '..',
  '...x',
]
const TIMES = [
  '2024-01-01',
  '2024-1-1',
  '2024-13-45',
  '2023-02-29',
  '2024-02-29',
  '0000-01-01',
  '0001-01-01',
  '9999-12-31',
  '2001-12-14t21:59:43.10-05:00',
  '2001-12-14 21:59:43.10 -5',
  '2001-12-15 2:59:43.10',
  '2001-12-14T21:59:43Z',
  '2001-12-14 21:59:43 Z',
  '2001-12-14 24:00:00',
  '2001-12-14 21:59:60',
  '2001-12-14 21:59:43+99:00',
  '2001-12-14 21:59:43.1234567',
  '2001-12-14 21:59:43.',
  '2001-12-14 21:59:43 +01:99',
  '2001-12-14 21:59:43 -00:30',
  '2024-01-01T00:00',
  '2024-01-01 x',
]
const TAGS = [
  '!!str',
  '!!int',
  '!!float',
  '!!bool',
  '!!null',
  '!!binary',
  '!!timestamp',
  '!!seq',
  '!!map',
  '!!set',
  '!!omap',
  '!!pairs',
  '!',
  '!x',
  '!!x',
  '!<tag:yaml.org,2002:str>',
  '!!python/none',
  '!a!b',
  '!%41',
  '!!s%74r',
]
const SAFE_KEYS = [
  'k',
  'key',
  'project',
  'é',
  '"q"',
  "'s'",
  'a b',
  '"a: b"',
  '__proto__',
  'constructor',
  '1.2.3',
  'x-y',
  '10a',
  '"1"',
  '"\\t"',
  'k2',
  'k3',
  'k4',
  'k5',
]
const ODD_KEYS = [
  '1',
  '1.0',
  'yes',
  '~',
  '2024-01-01',
  '? ',
  '[a]',
  '{a: b}',
  '=',
  '010',
  '!!str 1',
  '!!int "3"',
  '&k x',
  '<<',
]

/** A plain scalar, as likely as not one that a rule of YAML 1.1 speaks of. */
export function plainScalar(random: Random): string {
  switch (random.below(7)) {
    case 0:
      return random.pick(WORDS)
    case 1:
      return random.pick(BOOLS)
    case 2:
      return random.pick(NULLS)
    case 3:
      return random.pick(SPECIAL)
    case 4:
      return random.pick(TIMES)
    case 5:
      return random.many(1, 8, () => random.pick([...'0123456789012_.:+-eExXbo'])).join('')
    default:
      return (
        random.pick(['-', '+', '', '']) +
        random.many(1, 3, () => String(random.below(100))).join(random.pick(['.', ':', '_', '', '-']))
      )
  }
}

function quotedScalar(random: Random): string {
  const parts = [
    'a',
    ' ',
    '  ',
    '\t',
    '\n',
    '\n\n',
    '\n  ',
    ' \n',
    '#',
    ': ',
    '- ',
    'é',
    '😀',
    '1',
    'yes',
    '\u2028',
    '\x85',
    '{',
    ',',
  ]
  if (random.chance(0.5)) return `'${random.many(0, 5, () => random.pick([...parts, "''", '"', '\\'])).join('')}'`
  const escapes = [
    '\\n',
    '\\t',
    '\\\\',
    '\\"',
    '\\x41',
    '\\u00e9',
    '\\U0001F600',
    '\\\n  ',
    '\\ ',
    '\\0',
    '\\e',
    '\\N',
    '\\_',
    '\\L',
    '\\P',
    '\\/',
    '\\d',
    '\\xg',
    '\\U00110000',
  ]
  return `"${random.many(0, 5, () => random.pick(random.chance(0.4) ? escapes : [...parts, "'"])).join('')}"`
}

function blockScalar(random: Random, indent: number): string {
  const header =
    random.pick(['|', '>']) +
    random.pick(['', '-', '+', '2', '1-', '+3', '-1', '4', '0', '+-', ' #c', '#c', ' x', '-2 # c'])
  const lines = random.many(0, 6, () => {
    if (random.chance(0.2)) return ' '.repeat(random.below(indent + 4))
    const text = random.pick(['a', 'b c', '- x', 'k: v', '# no', '\ta', ' deeper', '  deepest', 'é'])
    return ' '.repeat(indent + random.pick([0, 0, 0, 0, 1, 2])) + text
  })
  return [header, ...lines].join('\n')
}

/** A flow collection or a scalar that may stand in one. */
function flowNode(random: Random, depth: number): string {
  if (depth > 3 || random.chance(0.6))
    return property(random) + (random.chance(0.3) ? quotedScalar(random) : plainScalar(random))
  const gap = random.pick(['', ' ', '\n ', ' # c\n', '  '])
  if (random.chance(0.5)) {
    const items = random.many(0, 4, () =>
      random.chance(0.15) ? `${flowNode(random, depth + 2)}: ${plainScalar(random)}` : flowNode(random, depth + 1),
    )
    return `[${gap}${items.join(random.pick([', ', ',', ' , ', ',\n ']))}${random.pick(['', '', ',', ' '])}]`
  }
  const pairs = random.many(0, 4, () => {
    const key = random.chance(0.85) ? random.pick(SAFE_KEYS) : random.pick(ODD_KEYS)
    return (
      random.pick(['', '', '', '? ']) +
      key +
      random.pick([': ', ': ', ': ', ':', '', ' : ']) +
      flowNode(random, depth + 1)
    )
  })
  return `{${gap}${pairs.join(random.pick([', ', ',', ',\n  ']))}${random.pick(['', '', ',', ' '])}}`
}

let anchors = 0

/** Now and then a tag, an anchor or an alias of the last anchor. */
function property(random: Random): string {
  if (random.chance(0.88)) return ''
  if (random.chance(0.5)) return `${random.pick(TAGS)} `
  return random.chance(0.7) ? `&a${anchors++} ` : ''
}

function value(random: Random, indent: number, depth: number): string {
  const roll = random.next()
  if (roll < 0.05 && anchors > 0) return ` *a${random.below(anchors)}\n`
  if (roll < 0.35 || depth > 4) return ` ${property(random)}${plainScalar(random)}${comment(random)}\n`
  if (roll < 0.45) return ` ${property(random)}${quotedScalar(random)}${comment(random)}\n`
  if (roll < 0.55) return ` ${property(random)}${blockScalar(random, indent + 2)}\n`
  if (roll < 0.7) return ` ${property(random)}${flowNode(random, 0)}${comment(random)}\n`
  if (roll < 0.73)
    return ` plain\n${' '.repeat(indent + random.below(4))}${random.pick(['goes on', '- x', '# c', '\tx', 'a: b'])}\n`
  const deeper = indent + random.pick([1, 2, 2, 2, 4])
  if (roll < 0.85)
    return `${property(random)
      .trimEnd()
      .replace(/^(?=.)/, ' ')}${comment(random)}\n${mapping(random, deeper, depth + 1)}`
  return `${property(random)
    .trimEnd()
    .replace(/^(?=.)/, ' ')}\n${sequence(random, random.pick([deeper, indent]), depth + 1)}`
}

function comment(random: Random): string {
  return random.chance(0.9) ? '' : random.pick([' # c', '#c', '\t# c', '  #'])
}

function mapping(random: Random, indent: number, depth: number): string {
  const pad = ' '.repeat(indent)
  return random
    .many(1, 4, () => {
      if (random.chance(0.04))
        return `${pad}<<:${random.pick([` *a${random.below(anchors + 1)}`, ' {m: 1, k: 2}', ` [{m: 1}, {m: 2, n: 3}]`, ' x'])}\n`
      if (random.chance(0.03)) return `${pad}? ${flowNode(random, 2)}\n${pad}:${value(random, indent, depth)}`
      const key = random.chance(0.93)
        ? random.pick(SAFE_KEYS).replace(/(?<=\w)$/, () => String(random.below(30)))
        : random.pick(ODD_KEYS)
      return `${pad}${key}${random.pick([':', ':', ':', ':', ' :'])}${value(random, indent, depth)}`
    })
    .join('')
}

function sequence(random: Random, indent: number, depth: number): string {
  const pad = ' '.repeat(indent)
  return random
    .many(1, 3, () =>
      random.chance(0.2)
        ? `${pad}- ${mapping(random, indent + 2, depth).slice(indent + 2)}`
        : `${pad}-${value(random, indent, depth)}`,
    )
    .join('')
}

/** A document with a bit of everything; most are valid. */
export function document(random: Random): string {
  anchors = 0
  const start = random.pick([
    '',
    '',
    '',
    '',
    '---\n',
    '%YAML 1.1\n---\n',
    '# c\n',
    '\ufeff',
    '%TAG !a! tag:yaml.org,2002:\n---\n',
    '--- ',
    '\n',
  ])
  const roll = random.next()
  const body =
    roll < 0.75
      ? mapping(random, 0, 0)
      : roll < 0.9
        ? sequence(random, 0, 0)
        : roll < 0.95
          ? flowNode(random, 0)
          : blockScalar(random, 1)
  const text = start + body + random.pick(['', '', '', '', '...\n', '# end', '\n\n', '---\nb\n'])
  return random.chance(0.1) ? text.replaceAll('\n', '\r\n') : random.chance(0.03) ? text.replaceAll('\n', '\r') : text
}
