import { readFileSync } from 'node:fs'
import { link, mkdir, readFile, rename, rm, writeFile } from 'node:fs/promises'
import { dirname } from 'node:path'
import { setTimeout as sleep } from 'node:timers/promises'

/**
 * Runs `work` while no other fsop of this machine holds the lock at `path`. The lock names its process and when that
 * started, so a lock left by a killed process is recognised and taken over.
 *
 * @param onWait called once when another process holds the lock, with its process id
 */
export async function withProcessLock<T>(
  path: string,
  { signal, onWait }: { signal: AbortSignal; onWait: (pid: number) => void },
  work: () => Promise<T>,
): Promise<T> {
  await mkdir(dirname(path), { recursive: true })
  let waited = false
  for (;;) {
    signal.throwIfAborted()
    if (await take(path)) break
    const holder = await readHolder(path)
    if (holder === undefined || !isAlive(holder)) {
      await removeDead(path)
      continue
    }
    if (!waited) onWait(holder.pid)
    waited = true
    await sleep(200)
  }
  try {
    return await work()
  } finally {
    // A lock that stays behind is known to be dead once this process is; the work is done either way.
    await rm(path, { force: true }).catch(() => undefined)
  }
}

interface Holder {
  readonly pid: number
  readonly started: string
}

/** `link` fails when the name exists and shows the lock only with its whole content. */
async function take(path: string): Promise<boolean> {
  const own = `${path}.${process.pid}`
  const holder: Holder = { pid: process.pid, started: startOf(process.pid) }
  await writeFile(own, JSON.stringify(holder))
  try {
    await link(own, path)
    return true
  } catch (error) {
    if (isCode(error, 'EEXIST')) return false
    throw error
  } finally {
    await rm(own, { force: true })
  }
}

/** Removes a lock whose process is gone; puts it back when another process has taken it over in the meantime. */
async function removeDead(path: string): Promise<void> {
  const aside = `${path}.${process.pid}`
  try {
    await rename(path, aside)
  } catch (error) {
    if (isCode(error, 'ENOENT')) return
    throw error
  }
  const moved = await readHolder(aside)
  if (moved !== undefined && isAlive(moved)) await link(aside, path).catch(() => undefined)
  else if (moved !== undefined) await rm(`${path}.${moved.pid}`, { force: true })
  await rm(aside, { force: true })
}

async function readHolder(path: string): Promise<Holder | undefined> {
  try {
    return JSON.parse(await readFile(path, 'utf8')) as Holder
  } catch {
    return undefined
  }
}

function isAlive({ pid, started }: Holder): boolean {
  try {
    process.kill(pid, 0)
  } catch (error) {
    if (isCode(error, 'ESRCH')) return false
  }
  return startOf(pid) === started
}

/** Start time of a process in clock ticks since boot (proc(5), field 22 of stat); empty where there is no /proc. */
function startOf(pid: number): string {
  try {
    const stat = readFileSync(`/proc/${pid}/stat`, 'utf8')
    return stat.slice(stat.lastIndexOf(')') + 2).split(' ')[19] ?? ''
  } catch {
    return ''
  }
}

function isCode(error: unknown, code: string): boolean {
  return error instanceof Error && 'code' in error && error.code === code
}
