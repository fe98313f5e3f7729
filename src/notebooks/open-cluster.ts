import type { Session } from '../cli/session.ts'
import { FsopError } from '../diagnostics/errors.ts'
import { ExitCode } from '../diagnostics/exit-codes.ts'
import { connect, type ClusterConnection, type ConnectOptions } from '../kube/connect.ts'

/**
 * Opens the connection that the flags name. Commands load this on use: the Kubernetes client comes with it.
 *
 * @throws FsopError `NB404` (exit 4) when the kubeconfig does not lead to a cluster
 */
export async function openCluster(
  { env, version }: Pick<Session, 'env' | 'version'>,
  flags: { kubeconfig?: string | undefined; context?: string | undefined },
  options: Omit<ConnectOptions, 'kubeconfig' | 'context' | 'env' | 'userAgent'>,
): Promise<ClusterConnection> {
  try {
    const { kubeconfig, context } = flags
    return await connect({ ...options, env, userAgent: `fsop/${version} notebook-sync`, kubeconfig, context })
  } catch (error) {
    if (!(error instanceof Error) || error.name !== 'KubeconfigError') throw error
    throw new FsopError({
      code: 'NB404',
      message: error.message,
      hint: 'name one with --kubeconfig FILE and --context NAME, or set KUBECONFIG',
      exitCode: ExitCode.missing,
      cause: error,
    })
  }
}
