import { FsopError } from '../diagnostics/errors.ts'
import { ExitCode } from '../diagnostics/exit-codes.ts'

const label = /^[a-z0-9]([-a-z0-9]{0,61}[a-z0-9])?$/
const image = /^[A-Za-z0-9][\w.:/@-]*$/
const schedule = /^(@(hourly|daily|weekly|monthly|yearly|annually|midnight)|[\d*/,\-A-Za-z?]+( [\d*/,\-A-Za-z?]+){4})$/

/**
 * What goes into manifests as it is written must be a name and nothing else.
 *
 * @throws FsopError `NB408` (exit 2)
 */
export function checkNames(flags: {
  readonly namespace: string
  readonly name: string
  readonly image: string
  readonly schedule: string
  readonly 'watch-namespace'?: readonly string[] | undefined
  readonly 'store-namespace'?: readonly string[] | undefined
}): void {
  const each: readonly (readonly [string, string, RegExp])[] = [
    ['--namespace', flags.namespace, label],
    ['--name', flags.name, label],
    ['--image', flags.image, image],
    ['--schedule', flags.schedule, schedule],
    ...(flags['watch-namespace'] ?? []).map((name) => ['--watch-namespace', name, label] as const),
    ...(flags['store-namespace'] ?? []).map((name) => ['--store-namespace', name, label] as const),
  ]
  for (const [flag, value, pattern] of each) {
    if (pattern.test(value)) continue
    throw new FsopError({
      code: 'NB408',
      message: `${flag} ${JSON.stringify(value)} is not what Kubernetes takes there`,
      hint:
        pattern === label
          ? 'use small letters, digits and hyphens, at most 63'
          : 'see fsop notebook-sync manifests --help',
      exitCode: ExitCode.usage,
    })
  }
}
