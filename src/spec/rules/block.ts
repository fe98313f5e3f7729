import type { CheckContext } from '../check-context.ts'
import type { Component, ComponentName } from '../store-spec.ts'
import type { MapEntry, Span, YamlNode } from '../yaml/nodes.ts'
import { toPlain } from '../yaml/to-plain.ts'
import type { Finding } from '../report.ts'

/** One key of a block, as Feast will read it. */
export interface Setting {
  readonly name: string
  readonly value: unknown
  readonly node: YamlNode
  /** Where the key stands; the value itself where there is no key (`registry: PATH`). */
  readonly keySpan: Span
  /** False where the value depends on a variable that is not set: there is nothing to judge. */
  readonly isKnown: boolean
}

/** A component, or a block inside one, that rules look at. */
export interface Block {
  readonly component: ComponentName
  /** The entry of the catalog, such as `redis` or `oidc_client`; a class path where the spec names a class. */
  readonly type: string
  /** Where it stands, such as `online_store`. */
  readonly path: string
  /** Undefined where the spec does not mention the component and Feast takes its default. */
  readonly span: Span | undefined
  readonly settings: ReadonlyMap<string, Setting>
}

/** A spec as the rules see it. */
export interface Store {
  /** The keys at the top, the header's apart. */
  readonly root: ReadonlyMap<string, Setting>
  /** No entry where a component is switched off, or where Feast cannot tell which one is meant. */
  readonly blocks: Readonly<Partial<Record<ComponentName, Block>>>
  readonly context: CheckContext
  /** Where the store will run, when that is known. */
  readonly place: 'kubernetes' | undefined
}

/** A rule about one block, whatever stands around it. Hybrid stores have it hold for their members too. */
export type BlockRule = (block: Block, context: CheckContext) => void

/** A rule about the spec as a whole. */
export type StoreRule = (store: Store) => void | Promise<void>

export function settingsOf(entries: readonly MapEntry[], context: CheckContext): ReadonlyMap<string, Setting> {
  return new Map(entries.map((entry) => [entry.name, settingOf(entry, context)]))
}

function settingOf({ name, key, value }: MapEntry, context: CheckContext): Setting {
  return {
    name,
    value: toPlain(value),
    node: value,
    keySpan: key.span,
    isKnown: context.variablesIn(value).every(({ state }) => state === 'set'),
  }
}

/** What rules need of a component: its settings where it has any, and where to point. */
export function blockOf(
  component: ComponentName,
  { type, isDefault }: Component,
  entry: MapEntry | undefined,
  context: CheckContext,
): Block {
  const settings = new Map(entry?.value.kind === 'map' ? settingsOf(entry.value.entries, context) : [])
  // `registry: data/registry.db` is short for a block with a path.
  if (entry && component === 'registry' && entry.value.kind === 'scalar') {
    settings.set('path', { ...settingOf(entry, context), name: 'path', keySpan: entry.value.span })
  }
  const isOidcClient = component === 'auth' && type === 'oidc' && isOidcClientBlock(settings)
  return {
    component,
    type: isOidcClient ? 'oidc_client' : type,
    path: component,
    span: isDefault ? undefined : entry?.key.span,
    settings,
  }
}

/** Which of Feast's two OIDC classes reads a block (`_is_oidc_client_config` in feast/repo_config.py). */
export function isOidcClientBlock(settings: { readonly has: (name: string) => boolean }): boolean {
  const clientKeys = ['client_secret', 'token', 'token_env_var', 'username', 'password']
  return clientKeys.some((key) => settings.has(key)) || !settings.has('auth_discovery_url')
}

/** The settings of a mapping below a key; undefined where the value is no mapping. */
export function innerSettings(
  setting: Setting | undefined,
  context: CheckContext,
): ReadonlyMap<string, Setting> | undefined {
  return setting?.node.kind === 'map' ? settingsOf(setting.node.entries, context) : undefined
}

/** Whether Python would say that there is something (`if self.user`). What is not known counts as something. */
export function isFilled(setting: Setting | undefined): boolean {
  if (setting === undefined) return false
  if (!setting.isKnown) return true
  const { value } = setting
  if (Array.isArray(value)) return value.length > 0
  if (isMapping(value)) return Object.keys(value).length > 0
  return value !== null && value !== '' && value !== false && value !== 0 && value !== 0n
}

/** Whether the setting is there and not null (`is not None`). */
export function isGiven(setting: Setting | undefined): boolean {
  return setting !== undefined && (!setting.isKnown || setting.value !== null)
}

/** The text of a setting; undefined where there is none, or where it depends on a variable that is not set. */
export function textOf(setting: Setting | undefined): string | undefined {
  return setting?.isKnown && typeof setting.value === 'string' ? setting.value : undefined
}

/** The number that pydantic makes of a value in lax mode; undefined where that is another rule's matter. */
export function numberOf(value: unknown): number | undefined {
  if (typeof value === 'number') return value
  if (typeof value === 'bigint') return Number(value)
  if (typeof value === 'boolean') return value ? 1 : 0
  if (typeof value !== 'string' || value.trim() === '') return undefined
  const number = Number(value.replaceAll('_', ''))
  return Number.isFinite(number) ? number : undefined
}

export function isMapping(value: unknown): value is Readonly<Record<string, unknown>> {
  return typeof value === 'object' && value !== null && Object.getPrototypeOf(value) === null
}

/** Where to point for a block: the key if it has one there, else the block. */
export function reportAt(
  block: Block,
  name: string | undefined,
  context: CheckContext,
  finding: Omit<Finding, 'path'>,
): void {
  const setting = name === undefined ? undefined : block.settings.get(name)
  const path = name === undefined ? block.path : `${block.path}.${name}`
  context.report.add(setting?.node.span ?? block.span, { ...finding, path })
}
