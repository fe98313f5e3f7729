import type { CheckContext } from './check-context.ts'
import { didYouMean, suggest } from '../diagnostics/suggest.ts'
import { shownValue } from './schema-findings.ts'
import { maskUrls } from './secrets.ts'
import { componentNames } from './store-spec.ts'
import type { MapNode, YamlNode } from './yaml/nodes.ts'
import { toPlain } from './yaml/to-plain.ts'

/** The four keys that fsop reads and Feast does not know. */
export const headerKeys = ['kind', 'type', 'version', 'spec'] as const

/** `spec:` of a feature_store: ADS's own fields, and what Feast has no key for. */
const specFields: Readonly<Record<string, 'string' | 'list of strings'>> = {
  operation: 'string',
  stack_id: 'string',
  service_version: 'string',
  tenancy_id: 'string',
  compartment_id: 'string',
  region: 'string',
  user_id: 'string',
  requirements: 'list of strings',
}

const operations = ['create', 'update']

export interface Header {
  readonly type: string
  readonly requirements: readonly string[]
}

/** Checks the operator header. A file without one is a Feast repository of type feature_store. */
export function checkHeader(root: MapNode, types: readonly string[], context: CheckContext): Header {
  const entry = (name: string) => root.entries.find((candidate) => candidate.name === name)
  const word = (name: string, allowed: readonly string[]) => {
    const found = entry(name)
    if (found === undefined) return undefined
    const value = toPlain(found.value)
    if (typeof value === 'string' && allowed.includes(value)) return value
    context.report.add(found.value.span, {
      code: 'FS211',
      message: `${name} cannot be ${shownValue(found.value, name, context)}${typeof value === 'string' ? didYouMean(value, allowed) : ''}`,
      why: `fsop knows: ${allowed.join(', ')}`,
      hint: (name === 'type' && placeOfType(value, context)) || `write \`${name}: ${allowed[0]}\``,
      path: name,
      edit: typeof value === 'string' ? suggest(value, allowed) : undefined,
    })
    return undefined
  }
  word('kind', ['operator'])
  word('version', ['v1'])
  const type = word('type', types) ?? 'feature_store'
  const spec = entry('spec')
  // Another operator's `spec` is its own to check.
  const requirements = spec && type === 'feature_store' ? checkSpecBlock(spec.value, context) : []
  return { type, requirements }
}

/** The `type` of a store, written at the top by mistake. */
function placeOfType(value: unknown, { catalog }: CheckContext): string | undefined {
  if (typeof value !== 'string') return undefined
  const owners = componentNames.filter((name) => Object.hasOwn(catalog.components[name].types, value))
  const owner = owners[0]
  return owner === undefined || owners.length > 1
    ? undefined
    : `write \`${owner}: { ${catalog.components[owner].keyword}: ${value} }\``
}

function checkSpecBlock(node: YamlNode, context: CheckContext): readonly string[] {
  if (toPlain(node) === null) return []
  if (node.kind !== 'map') {
    context.report.add(node.span, {
      code: 'FS203',
      message: 'spec must be a mapping',
      hint: 'write `spec: {}` when there is nothing to say',
      path: 'spec',
    })
    return []
  }
  let requirements: readonly string[] = []
  for (const { key, name, value } of node.entries) {
    const wanted = Object.hasOwn(specFields, name) ? specFields[name] : undefined
    const plain = toPlain(value)
    const path = `spec.${name}`
    if (wanted === undefined) {
      context.report.add(key.span, {
        severity: context.unknownKeys,
        code: 'FS201',
        message: `unknown key "${name}" in spec${didYouMean(name, Object.keys(specFields))}`,
        why: 'fsop has no such setting; settings of Feast stand at the top of the file',
        hint: `the keys are: ${Object.keys(specFields).join(', ')}`,
        path,
        edit: missingKey(suggest(name, Object.keys(specFields)), node),
      })
    } else if (wanted === 'string' && typeof plain !== 'string') {
      if (plain === null) continue
      context.report.add(value.span, {
        code: 'FS203',
        message: `${path} must be a string`,
        hint: 'put it in quotes',
        path,
      })
    } else if (wanted === 'list of strings') {
      if (Array.isArray(plain) && plain.every((item) => typeof item === 'string'))
        requirements = checkRequirements(plain, value, context)
      else
        context.report.add(value.span, {
          code: 'FS203',
          message: `${path} must be a list of strings`,
          hint: `write \`${name}: [pandas, "scikit-learn>=1.4"]\``,
          path,
        })
    } else if (name === 'operation' && !operations.includes(String(plain))) {
      context.report.add(value.span, {
        code: 'FS204',
        message: `${path} cannot be ${shownValue(value, name, context)}${didYouMean(String(plain), operations)}`,
        why: `it is one of: ${operations.join(', ')}`,
        hint: 'write one of these words',
        path,
      })
    }
  }
  return requirements
}

/** Requirements become words of a pip command line: an option in disguise must not get there. */
function checkRequirements(requirements: readonly string[], node: YamlNode, context: CheckContext): readonly string[] {
  return requirements.filter((requirement, index) => {
    if (/^\s*[A-Za-z0-9]/.test(requirement) && !/[\r\n]/.test(requirement)) return true
    const item = node.kind === 'seq' ? (node.items[index] ?? node) : node
    context.report.add(item.span, {
      code: 'FS204',
      message: `spec.requirements: ${JSON.stringify(maskUrls(requirement))} is not a Python requirement`,
      why: 'a requirement starts with the name of a package (PEP 508); options of pip do not belong here',
      hint: 'for instance "scikit-learn>=1.4"',
      path: `spec.requirements.${index}`,
    })
    return false
  })
}

/** A key to rename to, unless the mapping has it already. */
function missingKey(name: string | undefined, { entries }: MapNode): string | undefined {
  return entries.some((entry) => entry.name === name) ? undefined : name
}
