import { FsopError } from '../diagnostics/errors.ts'
import { ExitCode } from '../diagnostics/exit-codes.ts'
import { connect, type ClusterConnection, type ConnectOptions } from '../kube/connect.ts'

/**
 * Opens the connection that the flags name. Commands load this on use: the Kubernetes client comes with it.
 *
 * @throws FsopError `NB404` (exit 4) when the kubeconfig does not lead to a cluster
 */
export async function openCluster(
  flags: { kubeconfig?: string | undefined; context?: string | undefined },
  options: Omit<ConnectOptions, 'kubeconfig' | 'context'>,
): Promise<ClusterConnection> {
  try {
    return await connect({ ...options, kubeconfig: flags.kubeconfig, context: flags.context })
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
