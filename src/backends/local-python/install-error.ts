import type { Python } from './python.ts'
import { FsopError } from '../../diagnostics/errors.ts'
import { ExitCode } from '../../diagnostics/exit-codes.ts'
import type { ProcessSpec } from '../../ports/processes.ts'

const unreachable =
  /NewConnectionError|Failed to establish a new connection|name resolution|Name or service not known|ConnectTimeout|ReadTimeout|Connection refused|ProxyError|CERTIFICATE_VERIFY_FAILED|error sending request|dns error|tcp connect error|Network is unreachable|Could not fetch URL (?!.*\b404\b)/i

/** With less room than this nothing of Feast's size can be installed, whatever the installer says. */
const tooLittleBytes = 20 * 1024 * 1024

/**
 * Names the cause of a failed `venv`, pip or uv.
 *
 * @param lines what it printed
 * @param freeBytes room on the disk afterwards: venv keeps its installer's words to itself
 */
export function installError(
  { command, args }: ProcessSpec,
  lines: readonly string[],
  python: Python,
  freeBytes: number,
): FsopError {
  const text = lines.join('\n')
  const detail = `${[command, ...args].join(' ')}\n${text}`
  if (freeBytes < tooLittleBytes || /No space left on device|Disk quota exceeded|Errno 28|os error 28/i.test(text)) {
    return diskFull(detail)
  }
  if (unreachable.test(text)) {
    const certificate = /CERTIFICATE_VERIFY_FAILED/.test(text)
    return new FsopError({
      code: 'FS411',
      message: 'the Python package index cannot be reached',
      why: certificate
        ? 'its TLS certificate is not trusted'
        : (lines.findLast((line) => unreachable.test(line))?.trim() ?? ''),
      hint: certificate
        ? 'point PIP_CERT (pip) or SSL_CERT_FILE (uv) to the CA bundle of your network'
        : 'check the network, or name a reachable index in PIP_INDEX_URL (UV_DEFAULT_INDEX for uv)',
      exitCode: ExitCode.missing,
      detail,
    })
  }
  if (/ensurepip is not available|No module named (venv|ensurepip)/.test(text)) {
    return new FsopError({
      code: 'FS404',
      message: `${python.path} cannot make virtual environments`,
      why: 'its venv module is not installed',
      hint: 'apt-get install python3-venv (Debian, Ubuntu), or install uv, or use another Python through FSOP_PYTHON',
      exitCode: ExitCode.missing,
      detail,
    })
  }
  const missing = /No matching distribution found for (\S+)|Because there (?:is|are) no versions? of (\S+)/.exec(text)
  if (missing) {
    return new FsopError({
      code: 'FS413',
      message: `the package index has no ${missing[1] ?? missing[2]} for Python ${python.version}`,
      hint: 'correct the name or version in spec.requirements, or use another Python through FSOP_PYTHON',
      detail,
    })
  }
  const last = lines.findLast((line) => /error/i.test(line)) ?? lines.at(-1) ?? 'it printed nothing'
  return new FsopError({
    code: 'FS414',
    message: 'the Python environment could not be made',
    why: last.trim(),
    hint: 'run again with --debug to see everything that the installer prints',
    detail,
  })
}

/** {@link cacheError} for what is met while an environment is made. */
export function environmentError(error: unknown, cache: string): unknown {
  const code = error instanceof Error && 'code' in error ? String(error.code) : ''
  return code === 'ENOSPC' || code === 'EDQUOT' ? diskFull(String(error)) : cacheError(error, cache)
}

/** Names the cause when fsop's own cache folder cannot be written; gives any other error back as it is. */
export function cacheError(error: unknown, cache: string): unknown {
  const code = error instanceof Error && 'code' in error ? String(error.code) : ''
  const reasons: Readonly<Record<string, string>> = {
    EACCES: 'no permission to write there',
    EPERM: 'no permission to write there',
    EROFS: 'the file system is read-only',
    ENOSPC: 'the disk is full',
    EDQUOT: 'the disk quota is used up',
    ENOTDIR: 'a part of the path is a file, not a folder',
    EEXIST: 'a part of the path is a file, not a folder',
  }
  const why = reasons[code]
  if (why === undefined) return error
  return new FsopError({
    code: 'FS415',
    message: `cannot write into fsop's cache folder ${cache}`,
    why,
    hint: 'set FSOP_CACHE_DIR to a folder that can be written',
    exitCode: ExitCode.missing,
    cause: error,
  })
}

function diskFull(detail: string): FsopError {
  return new FsopError({
    code: 'FS412',
    message: 'the disk is full: the Python environment could not be made',
    why: 'Feast and its dependencies take about 700 MB; what was half made has been removed',
    hint: 'free some space, or set FSOP_CACHE_DIR to a folder on another disk',
    detail,
  })
}
