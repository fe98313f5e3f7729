import type { Random } from '../yaml/random.ts'

/** A value of YAML: what is to be written as it stands, or a structure of such. */
export type Tree = string | readonly Tree[] | { readonly [key: string]: Tree }

/** Scalars and small structures that are easily mistaken for each other, as they stand in a file. */
// prettier-ignore
const ODD: readonly string[] = [
  'yes', 'no', 'on', 'off', 'true', 'false', '"true"', '"yes"', 'y', '~', 'null', '""', "''", '" "', '"null"', 'None',
  '0', '1', '-1', '5', '"5"', '"0"', '5.0', '"5.0"', '0.0', '5.5', '"5.5"', '1e3', '1.5e+3', '.inf', '-.inf', '.nan', '"inf"',
  '0x1F', '010', '08', '0b101', '19:30', '1_000', '"1_000"', '" 5 "', '9999999999999999999999', '"9999999999999999999999"',
  '2024-01-01', '"2024-01-01"', '2001-12-14t21:59:43.10-05:00', 'x', '"x y"', '=x', 'a.b', 'local', 'redis', 'sqlite',
  '[]', '{}', '[a]', '[1]', '["1"]', '[[a, 1]]', '[{}]', '{a: b}', '{a: 1}', '{a: {b: c}}', '[null]', '{a: null}', '{1: a}',
  '!!str 5', '!!int "5"', '!!float 5', '!!binary aGk=', '!!set {a, b}', '!!omap [a: b]', '"é"', '"\\n"',
]

/** A copy of a document with one to three changes, as a careless hand or a wrong template makes them. */
export function mutated(tree: Tree, random: Random, names: readonly string[]): Tree {
  let result = tree
  const changes = 1 + Math.floor(random.next() * 2.2)
  for (let change = 0; change < changes; change++) result = changedSomewhere(result, random, names, 0)
  return result
}

function changedSomewhere(tree: Tree, random: Random, names: readonly string[], depth: number): Tree {
  if (typeof tree === 'string') return oddValue(random)
  if (isList(tree)) {
    if (tree.length === 0 || random.next() < 0.2)
      return random.next() < 0.5 ? oddValue(random) : [...tree, oddValue(random)]
    const index = random.below(tree.length)
    return tree.map((item, at) => (at === index ? changedSomewhere(item, random, names, depth + 1) : item))
  }
  const keys = Object.keys(tree)
  // Mostly into a block: what stands at the top is soon told.
  const blocks = depth === 0 && random.chance(0.8) ? keys.filter((name) => typeof tree[name] !== 'string') : []
  const candidates = blocks.length > 0 ? blocks : keys
  const key = candidates.length === 0 ? undefined : random.pick(candidates)
  if (key === undefined) return random.next() < 0.5 ? oddValue(random) : { [random.pick(names)]: oddValue(random) }
  const value = tree[key] ?? ''
  const dice = random.next()
  if (typeof value !== 'string' && dice < (depth === 0 ? 0.93 : 0.6))
    return { ...tree, [key]: changedSomewhere(value, random, names, depth + 1) }
  if (dice < 0.1) return Object.fromEntries(Object.entries(tree).filter(([name]) => name !== key))
  if (dice < 0.2) return renamed(tree, key, misspelt(key, random))
  if (dice < 0.3) return { ...tree, [random.pick(names)]: oddValue(random) }
  if (dice < 0.35) return { ...tree, [key]: [value] }
  if (dice < 0.4) return { ...tree, [key]: { [random.pick(names)]: value } }
  if (dice < 0.45 && typeof value !== 'string' && !isList(value)) return { ...tree, [key]: value['type'] ?? '' }
  return { ...tree, [key]: oddValue(random) }
}

function oddValue(random: Random): string {
  return random.pick(ODD)
}

function renamed(tree: { readonly [key: string]: Tree }, key: string, name: string): Tree {
  return Object.fromEntries(Object.entries(tree).map(([one, value]) => [one === key ? name : one, value]))
}

function misspelt(word: string, random: Random): string {
  const at = random.below(word.length)
  if (random.next() < 0.5) return `${word.slice(0, at)}${word.slice(at + 1)}` || 'x'
  return `${word.slice(0, at)}${word.charAt(at + 1)}${word.charAt(at)}${word.slice(at + 2)}`
}

function isList(tree: Tree): tree is readonly Tree[] {
  return Array.isArray(tree)
}

/** The tree that stands for plain data: strings in quotes, the rest as JSON has it. */
export function treeOf(value: unknown): Tree {
  if (Array.isArray(value)) return value.map(treeOf)
  if (typeof value === 'object' && value !== null)
    return Object.fromEntries(Object.entries(value).map(([key, inner]) => [key, treeOf(inner)]))
  return JSON.stringify(value)
}

/** One key of the top a line, the rest in flow style. */
export function written(tree: Tree): string {
  if (typeof tree === 'string' || isList(tree)) return `${flow(tree)}\n`
  return Object.entries(tree)
    .map(([key, value]) => `${key}: ${flow(value)}\n`)
    .join('')
}

function flow(tree: Tree): string {
  if (typeof tree === 'string') return tree
  if (isList(tree)) return `[${tree.map(flow).join(', ')}]`
  return `{${Object.entries(tree)
    .map(([key, value]) => `${key}: ${flow(value)}`)
    .join(', ')}}`
}
