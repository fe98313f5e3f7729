import type { Progress, Step } from '../../ports/progress.ts'

/** Progress steps driven by events: a phase lasts until the next one begins. */
export interface Phases {
  begin(title: string): void
  detail(text: string): void
  log(line: string): void
  /** Ends the current phase; resolves when its last line has been drawn. */
  end(): Promise<void>
  fail(): Promise<void>
}

interface Phase {
  readonly step: Promise<Step>
  readonly close: (failed: boolean) => Promise<void>
}

class PhaseFailed extends Error {}

export function createPhases(progress: Progress): Phases {
  let current: Phase | undefined
  let before = Promise.resolve()
  const close = (failed: boolean) => {
    const ending = current?.close(failed) ?? Promise.resolve()
    current = undefined
    before = before.then(() => ending)
    return before
  }
  const withStep = (use: (step: Step) => void) => void current?.step.then(use, () => undefined)
  return {
    begin(title) {
      void close(false)
      current = open(progress, title, before)
    },
    detail: (text) => withStep((step) => step.detail(text)),
    log: (line) => withStep((step) => step.log(line)),
    end: () => close(false),
    fail: () => close(true),
  }
}

function open(progress: Progress, title: string, before: Promise<void>): Phase {
  let finish: (failed: boolean) => void = () => undefined
  const finished = new Promise<void>((resolve, reject) => {
    finish = (failed) => (failed ? reject(new PhaseFailed()) : resolve())
  })
  finished.catch(() => undefined)
  let started: (step: Step) => void = () => undefined
  const step = new Promise<Step>((resolve) => (started = resolve))
  const run = before.then(() =>
    progress.step(title, (own) => {
      started(own)
      return finished
    }),
  )
  return {
    step,
    close: async (failed) => {
      finish(failed)
      await run.catch((error: unknown) => {
        if (!(error instanceof PhaseFailed)) throw error
      })
    },
  }
}
