import type { ManifestObject } from './manifest-object.ts'
import type { YamlNode } from '../spec/yaml/nodes.ts'

/** Warns of credentials that stand in a manifest as they are: everyone who may read the object can read them. */
export function checkSecretLiterals({ spec, report, secrets }: ManifestObject): void {
  const look = (node: YamlNode, path: string) => {
    if (node.kind === 'map') for (const { name, value } of node.entries) look(value, `${path}.${name}`)
    if (node.kind === 'seq') node.items.forEach((item, index) => look(item, `${path}.${index}`))
    const secret = secrets.get(node)
    if (secret === undefined || !secret.isLiteral) return
    const inUrl = secret.kind === 'login'
    report.add(node.span, {
      severity: 'warning',
      code: 'KM114',
      message: `${path} holds a ${inUrl ? 'text with a password' : 'credential'} as it is (its value is not shown)`,
      why: 'everyone who may read the object, or the file, can read it',
      hint: inUrl
        ? 'remove the password and give it by a Secret'
        : 'put it in a Secret and name that: `valueFrom: { secretKeyRef: { name: …, key: … } }` or a secretRef',
      path,
    })
  }
  if (spec) look(spec.value, 'spec')
}
