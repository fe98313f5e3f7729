import { isFilled, reportAt, type BlockRule } from './block.ts'

/** `_validate_credentials` of OidcClientAuthConfig in feast/permissions/auth_model.py. */
const oidcCredentials: BlockRule = (block, context) => {
  const has = (name: string) => isFilled(block.settings.get(name))
  const network = ['client_secret', 'auth_discovery_url', 'client_id']
  if (has('username') || has('password')) network.push('username', 'password')
  const groups = [['token'], ['token_env_var'], network]
  const partial = groups.find((group) => group.some(has) && !group.every(has))
  if (partial) {
    const missing = partial.filter((name) => !has(name))
    const given = partial.filter(has)
    reportAt(block, given[0], context, {
      code: 'FS302',
      message: `${block.path}: ${given.join(', ')} without ${missing.join(', ')}`,
      why: 'Feast takes the credentials of an OIDC client together, or none of them',
      hint: `add ${missing.join(', ')}, or use token or token_env_var alone`,
    })
    return
  }
  const active = groups.filter((group) => group.every(has))
  if (active.length < 2) return
  reportAt(block, active[1]?.[0], context, {
    code: 'FS302',
    message: `${block.path} has ${active.map(([first]) => first).join(' and ')}`,
    why: 'Feast takes one kind of credentials: token, token_env_var, or client_secret with its companions',
    hint: 'keep one of them',
  })
}

export const authRules: Readonly<Record<string, readonly BlockRule[]>> = { 'auth.oidc_client': [oidcCredentials] }
