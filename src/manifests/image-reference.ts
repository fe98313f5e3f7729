/** What is wrong with the reference of a container image, or undefined. Grammar: github.com/distribution/reference. */
export function imageReferenceProblem(reference: string): string | undefined {
  if (reference === '') return 'it is empty'
  if (/\s/.test(reference)) return 'it has a space'
  if (/^[a-z]+:\/\//i.test(reference))
    return 'it has a scheme; an image is named without one, as in quay.io/team/image:tag'
  const [withoutDigest = '', digest, ...more] = reference.split('@')
  if (more.length > 0) return 'it has more than one "@"'
  if (digest !== undefined && !/^[a-z0-9]+(?:[.+_-][a-z0-9]+)*:[0-9a-f]{32,}$/i.test(digest))
    return 'what follows "@" is not a digest such as sha256:…, with 64 hexadecimal digits'
  if (digest?.startsWith('sha256:') && digest.length !== 'sha256:'.length + 64)
    return 'a sha256 digest has 64 hexadecimal digits'
  const steps = withoutDigest.split('/')
  const last = steps.pop() ?? ''
  const [name = '', tag, ...rest] = last.split(':')
  if (rest.length > 0) return 'it has more than one tag'
  if (tag !== undefined && !/^\w[\w.-]{0,127}$/.test(tag))
    return tag === '' ? 'the tag after ":" is empty' : `"${tag}" is not a tag`
  const [host] = steps
  const hasHost = host !== undefined && /[.:]|^localhost$|[A-Z]/.test(host)
  if (
    hasHost &&
    !/^(?:[a-z0-9](?:[a-z0-9-]*[a-z0-9])?(?:\.[a-z0-9](?:[a-z0-9-]*[a-z0-9])?)*|\[[0-9a-f:]+\])(?::\d+)?$/i.test(host)
  )
    return `"${host}" is not the host of a registry`
  const path = [...(hasHost ? steps.slice(1) : steps), name]
  const wrong = path.find((part) => !/^[a-z0-9]+(?:(?:\.|_|__|-+)[a-z0-9]+)*$/.test(part))
  if (wrong === undefined) return undefined
  if (wrong === '') return 'a part between two "/" is empty'
  return /[A-Z]/.test(wrong) ? `"${wrong}" has capital letters` : `"${wrong}" is not a name of an image`
}
