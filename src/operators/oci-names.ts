import { didYouMean } from '../diagnostics/suggest.ts'

/** Kinds of OCI resources that specs name, by the word in their OCID. */
export type OcidKind = 'compartment' | 'group' | 'ormstack' | 'tenancy' | 'user' | 'vault'

const ocidWords: Readonly<Record<OcidKind, { readonly words: readonly string[]; readonly title: string }>> = {
  // The root compartment of a tenancy has the OCID of the tenancy.
  compartment: { words: ['compartment', 'tenancy'], title: 'a compartment' },
  group: { words: ['group'], title: 'a user group' },
  ormstack: { words: ['ormstack'], title: 'a Resource Manager stack' },
  tenancy: { words: ['tenancy'], title: 'a tenancy' },
  user: { words: ['user', 'saml2idp'], title: 'a user' },
  vault: { words: ['vault'], title: 'a vault' },
}

/** `ocid1.TYPE.REALM.[REGION][.FUTURE USE].UNIQUE ID`: Oracle Cloud Infrastructure, Resource Identifiers. */
const ocid = /^ocid1\.([a-z0-9]+)\.(oc\d+)\.([a-z0-9-]*)(?:\.[a-z0-9-]*)?\.([a-z0-9_-]+)$/i

/** A text of `ads operator init` that was to be replaced: `<Provide …>`, `{Provide …}`, `{tenancy_namespace}`. */
export function placeholderIn(text: string): string | undefined {
  return /<[^<>]*>|(?<!\$)\{[^{}]*\}/.exec(text)?.[0]
}

/** What is wrong with an OCID of some kind, or undefined. */
export function ocidProblem(text: string, kind: OcidKind): { readonly why: string; readonly hint: string } | undefined {
  const { words, title } = ocidWords[kind]
  const hint = `an OCID of ${title} is like ocid1.${words[0]}.oc1..aaaa`
  const placeholder = placeholderIn(text)
  if (placeholder !== undefined) return { why: `${placeholder} is still a placeholder`, hint }
  const [, type] = ocid.exec(text) ?? []
  if (type === undefined) {
    const why = text.startsWith('ocid1.')
      ? 'an OCID is ocid1.TYPE.REALM.REGION.ID, with nothing left out'
      : 'an OCID begins with ocid1.'
    return { why, hint }
  }
  return words.includes(type.toLowerCase()) ? undefined : { why: `it is the OCID of a ${type}, not of ${title}`, hint }
}

/** Regions of the commercial realm and of the government realms; new ones come, so the list refuses nothing. */
const regions = [
  'af-johannesburg-1 ap-batam-1 ap-chuncheon-1 ap-hyderabad-1 ap-kulai-2 ap-melbourne-1 ap-mumbai-1 ap-osaka-1',
  'ap-seoul-1 ap-singapore-1 ap-singapore-2 ap-sydney-1 ap-tokyo-1 ca-montreal-1 ca-toronto-1 eu-amsterdam-1',
  'eu-frankfurt-1 eu-jovanovac-1 eu-madrid-1 eu-madrid-3 eu-marseille-1 eu-milan-1 eu-paris-1 eu-stockholm-1',
  'eu-turin-1 eu-zurich-1 il-jerusalem-1 me-abudhabi-1 me-dubai-1 me-jeddah-1 me-riyadh-1 mx-monterrey-1',
  'mx-queretaro-1 sa-bogota-1 sa-santiago-1 sa-saopaulo-1 sa-valparaiso-1 sa-vinhedo-1 uk-cardiff-1 uk-gov-cardiff-1',
  'uk-gov-london-1 uk-london-1 us-ashburn-1 us-chicago-1 us-gov-ashburn-1 us-gov-chicago-1 us-gov-phoenix-1',
  'us-langley-1 us-luke-1 us-phoenix-1 us-saltlake-2 us-sanjose-1',
].flatMap((line) => line.split(' '))

/** What is wrong with the name of a region, or undefined; `unsure` where it may be a region newer than fsop. */
export function regionProblem(
  text: string,
): { readonly why: string; readonly hint: string; readonly unsure: boolean } | undefined {
  if (regions.includes(text)) return undefined
  const unsure = /^[a-z]{2}(?:-[a-z]+)+-\d+$/.test(text)
  const guess = didYouMean(text, regions).replace(/^; /, '')
  // A well-formed name that is like no other is a new region.
  if (unsure && guess === '') return undefined
  return {
    why: unsure ? 'fsop knows no such region' : 'a region is named like us-ashburn-1',
    hint: guess === '' ? 'write the identifier of the region, as the OCI console shows it' : guess,
    unsure,
  }
}
