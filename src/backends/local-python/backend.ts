import type { LocalPythonConfig } from './config.ts'
import { openEnvironment } from './environment.ts'
import type { EnvironmentPorts } from './managed-environment.ts'
import { createPhases } from './phases.ts'
import { checkPort, runServer, serverCommand, serverExtras } from './servers.ts'
import type { Backend } from '../backend.ts'
import { recallApply, recordApply } from '../../feast/apply-record.ts'
import { callDriver, type DriverListener } from '../../feast/driver.ts'
import type { StorePlan } from '../../feast/protocol.ts'
import { storeRequirements } from '../../feast/requirements.ts'
import type { StoreSpec } from '../../spec/store-spec.ts'

export interface LocalPythonPorts extends EnvironmentPorts {
  readonly root: string
  readonly env: NodeJS.ProcessEnv
  readonly fsopVersion: string
}

/** Runs Feast with a Python of this machine. */
export function localPythonBackend(config: LocalPythonConfig, ports: LocalPythonPorts): Backend {
  const { processes, progress, signal, root, cache, env } = ports
  const environment = async (spec: StoreSpec, extras: readonly string[] = []) => {
    const requirements = storeRequirements({ ...spec, extras: [...spec.extras, ...extras] })
    return (await openEnvironment(config, requirements, env['FSOP_PYTHON'], ports)).python
  }

  /** Calls the driver and shows its phases as progress. */
  const call = async (spec: StoreSpec, op: string, args: Record<string, unknown>, listener: DriverListener = {}) => {
    const python = await environment(spec)
    const phases = createPhases(progress)
    phases.begin('Starting Python')
    try {
      const result = await callDriver(
        python,
        { op, repo: spec.folder, spec: spec.path, ...args },
        {
          ...listener,
          phase: (title) => phases.begin(title),
          output: (line) => phases.log(line),
          warning: (message) => ports.warn(message),
          progress: (view) => phases.detail(progressText(view)),
          confirm: async () => {
            await phases.end()
            return (await listener.confirm?.()) ?? false
          },
        },
        { processes, root },
      )
      await phases.end()
      return result
    } catch (error) {
      await phases.fail()
      throw error
    }
  }

  const planned = (plan: StorePlan | undefined): StorePlan => {
    if (plan === undefined) throw new Error('the driver sent no plan')
    return plan
  }

  const python = env['FSOP_PYTHON'] ?? config.python ?? processes.find('python3')
  const recordKey = {
    cache,
    env,
    environment: JSON.stringify([config.environment, python]),
    fsopVersion: ports.fsopVersion,
  }

  return {
    name: 'local.python',

    async plan(spec, options) {
      const known = options.cache ? await recallApply(spec, recordKey) : undefined
      if (known) return { plan: known, cached: true }
      let plan: StorePlan | undefined
      await call(spec, 'plan', {}, { plan: (found) => (plan = found) })
      return { plan: planned(plan), cached: false }
    },

    async apply(spec, { cache: useCache, approve }) {
      const known = useCache ? await recallApply(spec, recordKey) : undefined
      if (known) return { plan: known, cached: true, changed: false, approved: true }
      let plan: StorePlan | undefined
      let approved = true
      const result = await call(
        spec,
        'apply',
        {},
        {
          plan: (found) => (plan = found),
          confirm: async () => (approved = await approve(planned(plan))),
        },
      )
      if (approved) await recordApply(spec, recordKey, planned(plan), result['trace'])
      return { plan: planned(plan), cached: false, changed: result['changed'] === true, approved }
    },

    runTask: (spec, { op, args }) => call(spec, op, args),

    async serve(spec, request) {
      await checkPort(request)
      const python = await environment(spec, serverExtras(request))
      await runServer(request, { python, folder: spec.folder, specPath: spec.path, processes, signal })
    },

    serveCommand: (spec, request) =>
      serverCommand(request, { python: 'python', folder: spec.folder, specPath: spec.path }),

    status: (spec) => call(spec, 'status', {}),

    async destroy(spec, approve) {
      let plan: StorePlan | undefined
      let removed = false
      await call(
        spec,
        'teardown',
        {},
        {
          plan: (found) => (plan = found),
          confirm: async () => (removed = await approve(planned(plan))),
        },
      )
      return { removed, plan: planned(plan) }
    },
  }
}

function progressText({
  view,
  index,
  count,
  rows,
  state,
}: Parameters<NonNullable<DriverListener['progress']>>[0]): string {
  const done = rows === undefined || rows === null ? '' : `, ${rows} rows`
  return `${index} of ${count}: ${view}${done}${state === 'running' ? '' : ` ${state}`}`
}
