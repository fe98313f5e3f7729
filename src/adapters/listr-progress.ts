import { Listr, ListrLogger, ProcessOutput } from 'listr2'
import type { Progress } from '../ports/progress.ts'

/**
 * Progress with a spinner, for terminals. Each step is a list of its own, since the work decides as it goes which steps
 * come next. listr2 draws on stdout unless it is told otherwise; stdout is for results.
 */
export function listrProgress({ debug }: { debug: boolean }): Progress {
  return {
    async step(title, work) {
      const outcome: { value?: Awaited<ReturnType<typeof work>> } = {}
      await new Listr(
        [
          {
            title,
            task: async (_, task) => {
              let current = title
              outcome.value = await work({
                detail: (text) => void (task.title = text ? `${current} (${text})` : current),
                title: (text) => void (task.title = current = text),
                log: (line) => void (task.output = line),
              })
            },
            rendererOptions: { bottomBar: debug ? 20 : 1, persistentOutput: debug },
          },
        ],
        {
          registerSignalListeners: false,
          renderer: 'default',
          // listr2 looks at stdout, which may be a pipe while stderr is a terminal.
          fallbackRendererCondition: false,
          rendererOptions: {
            showErrorMessage: false,
            collapseErrors: true,
            // oxlint-disable-next-line typescript/no-unsafe-enum-assignment -- listr2 types its default logger by one renderer's levels
            logger: new ListrLogger({ processOutput: new ProcessOutput(process.stderr, process.stderr) }),
          },
        },
      ).run()
      return outcome.value as Awaited<ReturnType<typeof work>>
    },
  }
}
