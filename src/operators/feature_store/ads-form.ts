import { checkOcid, checkRegion, type OperatorContext } from '../check-values.ts'
import type { OcidKind } from '../oci-names.ts'
import { headerKeys } from '../../spec/header.ts'
import type { MapNode, YamlNode } from '../../spec/yaml/nodes.ts'
import { toPlain } from '../../spec/yaml/to-plain.ts'

/** `spec` of ADS's own feature_store operator: its schema.yaml. */
export interface AdsSpec {
  readonly operation: 'create' | 'update'
  readonly stackId: string
  readonly serviceVersion: string | undefined
  readonly tenancyId: string | undefined
  readonly compartmentId: string | undefined
  readonly region: string | undefined
  readonly userId: string | undefined
}

const ocids: Readonly<Record<string, OcidKind>> = {
  stack_id: 'ormstack',
  tenancy_id: 'tenancy',
  compartment_id: 'compartment',
  user_id: 'user',
}

const fields = ['operation', 'service_version', 'region', ...Object.keys(ocids)]

/**
 * Whether a file is in the ADS form: the header's keys alone, and a `spec` with at least one field of ADS. A Feast
 * configuration that forgot everything is not.
 */
export function isAdsForm(root: MapNode): boolean {
  const spec = specOf(root)
  return (
    root.entries.every(({ name }) => headerKeys.some((key) => key === name)) &&
    spec !== undefined &&
    spec.entries.some(({ name }) => fields.includes(name))
  )
}

/**
 * Checks the values of ADS's fields in a spec of any form. Their types, `operation` and unknown keys are checkHeader's.
 */
export function checkAdsValues(root: MapNode, context: OperatorContext): void {
  for (const { name, value } of specOf(root)?.entries ?? []) {
    const text = toPlain(value)
    if (typeof text !== 'string' || hasVariables(value, context)) continue
    const kind = Object.hasOwn(ocids, name) ? ocids[name] : undefined
    const place = { node: value, text, path: `spec.${name}` }
    if (kind !== undefined) checkOcid(place, kind, context)
    if (name === 'region') checkRegion(place, context)
  }
}

/**
 * Checks a file in the ADS form, after checkHeader: what ADS requires is there, and the values are what they should be.
 *
 * @returns undefined where a required field is missing or no text
 */
export function checkAdsForm(root: MapNode, context: OperatorContext): AdsSpec | undefined {
  checkAdsValues(root, context)
  const spec = specOf(root)
  const entry = (name: string) => spec?.entries.find((candidate) => candidate.name === name)
  for (const name of ['operation', 'stack_id']) {
    const found = entry(name)
    if (found !== undefined && toPlain(found.value) !== null) continue
    context.report.add(found?.key.span ?? root.entries.find((candidate) => candidate.name === 'spec')?.key.span, {
      code: 'FS202',
      message: `spec has no "${name}"`,
      why: "ADS's feature_store operator requires it",
      hint: name === 'operation' ? 'add `operation: create`' : `add \`${name}: ocid1.ormstack…\``,
      path: `spec.${name}`,
    })
  }
  const text = (name: string) => {
    const found = entry(name)
    const plain = found && toPlain(found.value)
    return typeof plain === 'string' ? plain : undefined
  }
  const [operation, stackId] = [text('operation'), text('stack_id')]
  if ((operation !== 'create' && operation !== 'update') || stackId === undefined) return undefined
  return {
    operation,
    stackId,
    serviceVersion: text('service_version'),
    tenancyId: text('tenancy_id'),
    compartmentId: text('compartment_id'),
    region: text('region'),
    userId: text('user_id'),
  }
}

function specOf(root: MapNode): MapNode | undefined {
  const spec = root.entries.find(({ name }) => name === 'spec')?.value
  return spec?.kind === 'map' ? spec : undefined
}

/** A variable that is not set has no value to judge, and one that is set has another on another machine. */
function hasVariables(node: YamlNode, context: OperatorContext): boolean {
  return context.variablesIn(node).some(({ state }) => state !== 'set')
}
