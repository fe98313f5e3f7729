/**
 * What is wrong with a Feast project name, or undefined. Feast 0.67 (`is_valid_name` in repo_operations.py and the
 * validator of RepoConfig.project) takes letters, digits and underscores, not an underscore first (letters and digits in Python's sense: no combining marks), and refuses a hyphen
 * with every online store, since the validator runs before the online store is known. An empty name is let through by
 * Feast and then breaks table names.
 */
export function projectNameProblem(
  name: string,
): { code: string; message: string; why: string; hint: string } | undefined {
  const problem = (why: string, fixed: string) => ({
    code: 'FS301',
    message: `"${name}" is not a project name that Feast accepts`,
    why,
    hint: fixed ? `for instance ${fixed}` : 'use letters, digits and underscores',
  })
  const fixed = name.replaceAll(/[^\p{L}\p{N}_]+/gu, '_').replace(/^_+/, '')
  if (name === '') return problem('it is empty', 'my_project')
  if (name.length > 100)
    return problem('it is longer than 100 characters, more than table and file names can hold', name.slice(0, 40))
  if (/^[_-]/.test(name)) return problem('it starts with an underscore or a hyphen', fixed)
  if (name.includes('-')) return problem('Feast refuses hyphens, whatever the online store', fixed)
  if (!/^[\p{L}\p{N}_]+$/u.test(name)) return problem('only letters, digits and underscores are allowed', fixed)
  return undefined
}
