import * as Flags from '@oclif/core/flags'
import { INTEGRATION_LABEL, PROJECTS_ANNOTATION } from './names.ts'
import { DEFAULT_NOTEBOOK_GVK, parseNotebookGvk, type NotebookResource } from './resources.ts'
import { FsopError } from '../diagnostics/errors.ts'
import { ExitCode } from '../diagnostics/exit-codes.ts'
import type { Scope } from '../usecases/notebook-sync-read.ts'

/** Which cluster, and what a notebook is. */
export const clusterFlags = {
  kubeconfig: Flags.string({
    helpValue: 'FILE',
    summary: 'Kubeconfig [default: as kubectl, else the pod’s service account]',
  }),
  context: Flags.string({ helpValue: 'NAME', summary: 'Context of the kubeconfig', env: 'FSOP_KUBE_CONTEXT' }),
}

export const notebookFlags = {
  'notebook-gvk': Flags.string({
    helpValue: 'GROUP/VERSION/KIND',
    default: DEFAULT_NOTEBOOK_GVK,
    summary: 'Kind of the notebooks',
    env: 'FSOP_NOTEBOOK_GVK',
  }),
  label: Flags.string({
    helpValue: 'KEY',
    default: INTEGRATION_LABEL,
    summary: 'Label that integrates a notebook when it is exactly "true"',
  }),
  annotation: Flags.string({ helpValue: 'KEY', default: PROJECTS_ANNOTATION, summary: 'Annotation with the projects' }),
}

export const scopeFlags = {
  namespace: Flags.string({
    char: 'n',
    helpValue: 'NS',
    multiple: true,
    delimiter: ',',
    summary: 'Namespaces of notebooks [default: that of the context]',
    exclusive: ['all-namespaces'],
  }),
  'all-namespaces': Flags.boolean({ char: 'A', summary: 'Notebooks of all namespaces' }),
  'store-namespace': Flags.string({
    helpValue: 'NS',
    multiple: true,
    delimiter: ',',
    summary: 'Namespaces of FeatureStores [default: all that may be read]',
  }),
}

/** @throws FsopError `NB408` */
export function notebooksOf(flags: { 'notebook-gvk': string; label: string; annotation: string }): NotebookResource {
  const resource = parseNotebookGvk(flags['notebook-gvk'])
  if (resource !== undefined) return { ...resource, label: flags.label, annotation: flags.annotation }
  throw new FsopError({
    code: 'NB408',
    message: `--notebook-gvk ${flags['notebook-gvk']} is not GROUP/VERSION/KIND`,
    hint: `for instance ${DEFAULT_NOTEBOOK_GVK}; add the plural as a fourth part where it is not the kind and an s`,
    exitCode: ExitCode.usage,
  })
}

/** @throws FsopError `NB408` */
export function onlyOf(text: string | undefined): Scope['only'] {
  if (text === undefined) return undefined
  const [namespace, name, ...rest] = text.split('/')
  if (namespace && name && rest.length === 0) return { namespace, name }
  throw new FsopError({
    code: 'NB408',
    message: `${text} is not NAMESPACE/NOTEBOOK`,
    hint: 'for instance fsop notebook-sync team-a/my-notebook',
    exitCode: ExitCode.usage,
  })
}

export function scopeOf(
  flags: { namespace?: string[] | undefined; 'all-namespaces': boolean; 'store-namespace'?: string[] | undefined },
  only: Scope['only'],
  home: string,
): Scope {
  return {
    namespaces: flags['all-namespaces'] ? undefined : [...new Set(flags.namespace ?? [home])],
    storeNamespaces: flags['store-namespace'],
    only,
  }
}
