/** What is wrong with a Python requirement (PEP 508, with the version specifiers of PEP 440), or undefined. */
export function requirementProblem(requirement: string): string | undefined {
  const text = requirement.trim()
  if (text === '') return 'it is empty'
  if (/[\r\n]/.test(text)) return 'it has a line break'
  if (text.startsWith('-')) return 'options of pip do not belong here'
  if (/^[\w+]+:\/\//.test(text)) return 'a URL needs the name of the package before it: name @ URL'
  const name = /^[A-Za-z0-9](?:[A-Za-z0-9._-]*[A-Za-z0-9])?/.exec(text)?.[0]
  if (name === undefined) return 'it does not begin with the name of a package'
  let rest = text.slice(name.length).trim()
  if (rest.startsWith('[')) {
    const extras = /^\[\s*(?:[A-Za-z0-9._-]+(?:\s*,\s*[A-Za-z0-9._-]+)*)?\s*\]/.exec(rest)?.[0]
    if (extras === undefined) return 'the extras in [ ] are not closed, or not names'
    rest = rest.slice(extras.length).trim()
  }
  if (rest.startsWith('@')) return /^@\s*\S+:\S+(?:\s+;.*)?$/.test(rest) ? undefined : 'what follows "@" is not a URL'
  const [specifiers = '', ...marker] = rest.split(';')
  if (marker.length > 0 && marker.join(';').trim() === '') return 'the condition after ";" is empty'
  const versions = specifiers.trim().replace(/^\((.*)\)$/, '$1')
  if (versions === '') return undefined
  for (const part of versions.split(',')) {
    const clause = part.trim()
    if (clause === '') continue
    if (/^=[^=]/.test(clause)) return 'a version is pinned with "==", not "="'
    const version = /^(?:===|~=|==|!=|<=|>=|<|>)\s*(\S+)$/.exec(clause)?.[1]
    if (version === undefined) return `"${clause}" is not a version specifier such as >=1.24 or ==2.0.*`
    if (!/^v?\d+(?:!\d+)?(?:[.\w+*-]*)$/i.test(version)) return `"${version}" is not a version`
  }
  return undefined
}
