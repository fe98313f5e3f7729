import { Flags } from './oclif.ts'

/** Which operator. `-n/--name` is the older spelling of ADS for the same. */
export const operatorFlags = {
  type: Flags.string({
    char: 't',
    aliases: ['name'],
    charAliases: ['n'],
    default: 'feature_store',
    summary: 'Operator type; -n and --name mean the same',
    env: 'FSOP_TYPE',
  }),
}

/** Which spec. */
export const fileFlag = {
  file: Flags.string({
    char: 'f',
    default: 'feature_store.yaml',
    helpValue: 'FILE',
    summary: 'The spec',
    env: 'FSOP_FILE',
  }),
}

/** Where to run. `--backend-config` is the older spelling of the same. */
export const backendFlags = {
  backend: Flags.string({
    char: 'b',
    aliases: ['backend-config'],
    helpValue: 'NAME|FILE',
    summary: 'Where to run: local (the default) or a backend file',
    env: 'FSOP_BACKEND',
  }),
}

/** `-r` is ADS's spelling. */
export const dryRunFlag = Flags.boolean({ char: 'r', summary: 'Show what would be done and do nothing' })
