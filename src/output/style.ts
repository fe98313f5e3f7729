import pc from 'picocolors'

/** Colours for one stream; the identity where it takes none. */
export type Style = ReturnType<typeof pc.createColors>

/**
 * @param isTTY whether the stream is a terminal
 * @param env NO_COLOR (any value: off) and FORCE_COLOR (not `0`: on) are honoured, see https://no-color.org
 */
export function createStyle(isTTY: boolean, env: NodeJS.ProcessEnv): Style {
  const force = env['FORCE_COLOR']
  const wanted = force === undefined ? isTTY && env['TERM'] !== 'dumb' && env['CI'] === undefined : force !== '0'
  return pc.createColors(wanted && !env['NO_COLOR'])
}
