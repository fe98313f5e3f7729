import { faultReasons, type Fault, type FaultCode } from './faults.ts'
import { shortHash } from './fingerprint.ts'
import type { NotebookKind } from './desired.ts'
import type { Outcome } from './reconcile.ts'
import type { KubeObject } from '../kube/api.ts'

/** Who an Event is from: what a list of Events is selected by. */
export const EVENT_COMPONENT = 'fsop-notebook-sync'

const MAX_MESSAGE = 1000
const MAX_NAME = 253

interface Subject extends NotebookKind {
  readonly namespace: string
  readonly name: string
  readonly uid: string
}

/**
 * The Events that tell people of faults where they look: on the Notebook, and on the FeatureStore where the cause is there.
 * One for each object and code, named after what it says: the same fault gives the same name, so that it is told once for
 * as long as the API server keeps it, whoever tells it and however often.
 */
export function eventsOf(outcomes: readonly Outcome[], kind: NotebookKind, now: Date): readonly KubeObject[] {
  const events = new Map<string, KubeObject>()
  const stores = new Map<string, { subject: Subject; code: FaultCode; messages: string[] }>()
  for (const { notebook, uid, faults } of outcomes) {
    const [namespace = '', name = ''] = notebook.split('/')
    const told = faults.filter(({ severity }) => severity !== 'info')
    for (const code of new Set(told.map(({ code }) => code))) {
      if (uid === '') continue
      const messages = messagesOf(told.filter((fault) => fault.code === code))
      const event = eventOf({ ...kind, namespace, name, uid }, code, messages, now)
      events.set(`${namespace}/${event.metadata.name}`, event)
    }
    for (const { store, code, message } of told) {
      if (store === undefined || store.uid === '') continue
      const subject = { apiVersion: store.apiVersion, kind: 'FeatureStore', ...pick(store) }
      const known = stores.get(`${store.uid} ${code}`)
      if (known === undefined) stores.set(`${store.uid} ${code}`, { subject, code, messages: [storeMessage(message)] })
    }
  }
  for (const { subject, code, messages } of stores.values()) {
    const event = eventOf(subject, code, messages, now)
    events.set(`${subject.namespace}/${event.metadata.name}`, event)
  }
  return [...events.values()]
}

function pick({ namespace, name, uid }: { namespace: string; name: string; uid: string }) {
  return { namespace, name, uid }
}

/** On the store itself it does not matter under which name a notebook asked for it. */
function storeMessage(message: string): string {
  return message.replace(/^(project "[^"]*": )?(FeatureStore [^ :]+:? )?/, '')
}

function messagesOf(faults: readonly Fault[]): string[] {
  const all = faults.map(({ message, hint }) => (hint === undefined ? message : `${message} (${hint})`))
  return all.length > 5 ? [...all.slice(0, 5), `and ${all.length - 5} more`] : all
}

function eventOf(subject: Subject, code: FaultCode, messages: readonly string[], now: Date): KubeObject {
  const text = `${code}: ${messages.join('; ')}`
  const message = text.length > MAX_MESSAGE ? `${text.slice(0, MAX_MESSAGE - 1)}…` : text
  const suffix = `.${shortHash(`${subject.uid} ${message}`)}`
  const time = now.toISOString().replace(/\.\d+Z$/, 'Z')
  return {
    apiVersion: 'v1',
    kind: 'Event',
    metadata: { namespace: subject.namespace, name: `${subject.name.slice(0, MAX_NAME - suffix.length)}${suffix}` },
    involvedObject: { ...subject },
    type: 'Warning',
    reason: faultReasons[code],
    message,
    source: { component: EVENT_COMPONENT },
    reportingComponent: EVENT_COMPONENT,
    reportingInstance: EVENT_COMPONENT,
    firstTimestamp: time,
    lastTimestamp: time,
    count: 1,
  }
}
