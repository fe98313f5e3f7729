export const engines = ['docker', 'podman'] as const

export type ContainerEngine = (typeof engines)[number]

/** A backend file of kind `operator.local`, type `container`. */
export interface LocalContainerConfig {
  readonly kind: 'operator.local'
  readonly type: 'container'
  readonly image: string
  readonly volumes: readonly Volume[]
  readonly env: readonly EnvVariable[]
  /** undefined: the one that is there. */
  readonly engine: ContainerEngine | undefined
}

/** A folder or file of this machine inside the container. */
export interface Volume {
  /** As written: absolute, or from `~` or `.`. */
  readonly source: string
  readonly target: string
  /** False unless written otherwise: credentials are mounted to be read. */
  readonly writable: boolean
  /** SELinux: the label that `z` or `Z` asks for. */
  readonly relabel: 'shared' | 'private' | undefined
}

export interface EnvVariable {
  readonly name: string
  /** undefined: that of fsop's own environment. */
  readonly value: string | undefined
}

/** The project is mounted there. */
const projectFolder = '/etc/operator'

/** Reads `SOURCE:TARGET[:ro|rw]`, as docker and podman write volumes, or says what is wrong. */
export function parseVolume(text: string): Volume | { readonly problem: string; readonly hint: string } {
  const example = 'for instance "~/.oci:/root/.oci:ro"'
  const [source = '', target, options, ...more] = text.split(':')
  if (target === undefined || more.length > 0)
    return { problem: 'it is not SOURCE:TARGET or SOURCE:TARGET:ro', hint: example }
  const placeholder = /<[^<>]*>|\{[^{}]*\}/.exec(text)?.[0]
  if (placeholder !== undefined)
    return { problem: `${placeholder} is still a placeholder`, hint: 'write the path, or ~ for your home folder' }
  if (!/^(?:\/|~(?:\/|$)|\.{1,2}(?:\/|$))/.test(source))
    return {
      problem: `"${source}" is not a path of this machine`,
      hint: source === '' || /\s/.test(source) ? example : `write ./${source}, or an absolute path`,
    }
  if (!target.startsWith('/')) return { problem: `"${target}" is not an absolute path in the container`, hint: example }
  if (target === '/' || target.replace(/\/+$/, '') === projectFolder)
    return { problem: `${target} is taken in the container`, hint: `the project itself is mounted at ${projectFolder}` }
  const words = options === undefined ? [] : options.split(',')
  const wrong = words.find((word) => !['ro', 'rw', 'z', 'Z'].includes(word))
  if (wrong !== undefined || (words.includes('ro') && words.includes('rw')))
    return { problem: `"${options}" is not ro or rw`, hint: example }
  return {
    source,
    target,
    writable: words.includes('rw'),
    relabel: words.includes('z') ? 'shared' : words.includes('Z') ? 'private' : undefined,
  }
}
