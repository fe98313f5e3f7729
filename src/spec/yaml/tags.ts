const YAML = 'tag:yaml.org,2002:'

/** The tags that PyYAML's SafeConstructor knows, and the two (`merge`, `value`) that only its resolver gives. */
export const TAG = {
  null: `${YAML}null`,
  bool: `${YAML}bool`,
  int: `${YAML}int`,
  float: `${YAML}float`,
  binary: `${YAML}binary`,
  timestamp: `${YAML}timestamp`,
  str: `${YAML}str`,
  seq: `${YAML}seq`,
  map: `${YAML}map`,
  set: `${YAML}set`,
  omap: `${YAML}omap`,
  pairs: `${YAML}pairs`,
  merge: `${YAML}merge`,
  value: `${YAML}value`,
} as const

/** A tag as people write it: `!!int` for `tag:yaml.org,2002:int`. */
export function shortTag(tag: string): string {
  return tag.startsWith(YAML) ? `!!${tag.slice(YAML.length)}` : tag
}
