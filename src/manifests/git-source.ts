/** What is wrong with the address of a git repository that a build clones, or undefined. */
export function gitUrlProblem(url: string): string | undefined {
  if (url === '') return 'it is empty'
  if (/[\s\u0000-\u001f]/.test(url)) return 'it has a space or a line break'
  if (url.startsWith('-')) return 'git would take it for an option'
  if (/^(?:https?|ssh|git):\/\/[^/\s]+\/\S+$/.test(url)) return undefined
  // `git@github.com:team/repo.git`
  if (/^[\w.-]+@[\w.-]+:(?!\/\/)\S+$/.test(url)) return undefined
  if (/^file:|^[./~]/.test(url)) return 'a build on the cluster cannot read a path of this machine'
  return 'it is not an address that git can clone: https://…, ssh://… or git@host:path'
}

/** What is wrong with a branch, tag or commit, or undefined: git-check-ref-format(1). */
export function gitRefProblem(ref: string): string | undefined {
  if (ref === '') return 'it is empty'
  if (ref.startsWith('-')) return 'git would take it for an option'
  if (/[\u0000-\u0020\u007f~^:?*[\\]/.test(ref)) return 'it has a space or one of ~ ^ : ? * [ \\'
  if (ref.includes('..') || ref.includes('@{') || ref === '@') return 'it has "..", "@{" or is "@"'
  if (ref.startsWith('/') || ref.endsWith('/') || ref.includes('//')) return 'it has a "/" at an end, or two together'
  if (ref.endsWith('.') || ref.split('/').some((part) => part.startsWith('.') || part.endsWith('.lock')))
    return 'a part begins with ".", or ends with ".lock" or "."'
  return undefined
}
