import type { CheckContext } from './check-context.ts'
import type { SecretValue } from './secrets.ts'

/** Warns of credentials that stand in the file, and says how to take them out. Never repeats one. */
export function checkSecrets(secrets: readonly SecretValue[], { report }: CheckContext): void {
  const seen = new Set<SecretValue['node']>()
  for (const { node, key, path, kind, isLiteral } of secrets) {
    if (!isLiteral || seen.has(node)) continue
    seen.add(node)
    const variable = variableFor(path, kind)
    report.add(node.span, {
      severity: 'warning',
      code: 'FS331',
      message: kind === 'login' ? `${path} holds a password` : `the value of ${path} stands in the file`,
      why: 'a secret in the file ends up in version control, and in the configuration of every pod',
      hint:
        kind === 'login'
          ? `put \`\${${variable}}\` in place of the password, and set the variable`
          : `write \`${key}: \${${variable}}\` and set the variable`,
      path,
    })
  }
}

/** `online_store.password` becomes ONLINE_STORE_PASSWORD. */
function variableFor(path: string, kind: SecretValue['kind']): string {
  const name = path
    .replaceAll(/[^A-Za-z0-9]+/g, '_')
    .replaceAll(/^_+|_+$/g, '')
    .toUpperCase()
  const variable = kind === 'login' ? `${name.replace(/_(?:PATH|URI|URL|CONNECTION_STRING)$/, '')}_PASSWORD` : name
  return variable.replace(/^(?=\d)/, '_')
}
