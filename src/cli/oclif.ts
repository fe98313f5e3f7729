// All of oclif that fsop uses. The bundle holds this module once, as a file of its own: see scripts/build.mjs.
export * as Args from '@oclif/core/args'
export { Command } from '@oclif/core/command'
export { Config } from '@oclif/core/config'
export * as Flags from '@oclif/core/flags'
export { Help } from '@oclif/core/help'
export { run } from '@oclif/core/run'
export { settings } from '@oclif/core/settings'
