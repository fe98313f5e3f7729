import type { Reporter, TestModule } from 'vitest/node'

/** Ends the run with `N passed, N failed` alone on a line, for those who read only that. */
export default class ClosingLineReporter implements Reporter {
  onTestRunEnd(modules: readonly TestModule[]): void {
    const tests = modules.flatMap((module) => [...module.children.allTests()])
    const count = (state: string) => tests.filter((test) => test.result().state === state).length
    // A file that cannot even be loaded has no tests to fail.
    const broken = modules.filter(
      (module) =>
        module.state() === 'failed' &&
        [...module.children.allTests()].every((test) => test.result().state !== 'failed'),
    )
    const skipped = count('skipped')
    console.log(
      `\n${count('passed')} passed, ${count('failed') + broken.length} failed${skipped > 0 ? `, ${skipped} skipped` : ''}`,
    )
  }
}
