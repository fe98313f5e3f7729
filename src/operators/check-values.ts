import { ocidProblem, regionProblem, type OcidKind } from './oci-names.ts'
import type { CheckContext } from '../spec/check-context.ts'
import type { YamlNode } from '../spec/yaml/nodes.ts'

/** The part of a check's context that the checks of operators need. */
export type OperatorContext = Pick<CheckContext, 'report' | 'variablesIn' | 'unknownKeys'>

/** A text of a spec, with its place. */
export interface TextValue {
  readonly node: YamlNode
  readonly text: string
  readonly path: string
}

export function checkOcid({ node, text, path }: TextValue, kind: OcidKind, { report }: OperatorContext): void {
  const problem = ocidProblem(text, kind)
  if (problem === undefined) return
  report.add(node.span, {
    code: 'OC101',
    message: `${path}: ${JSON.stringify(text.slice(0, 100))} is not the OCID that belongs here`,
    ...problem,
    path,
  })
}

export function checkRegion({ node, text, path }: TextValue, { report }: OperatorContext): void {
  const problem = regionProblem(text)
  if (problem === undefined) return
  const { unsure, ...words } = problem
  report.add(node.span, {
    severity: unsure ? 'warning' : 'error',
    code: 'OC102',
    message: `${path}: ${JSON.stringify(text.slice(0, 100))} is not a region of OCI`,
    ...words,
    path,
  })
}
