import { describe, expect, it } from 'vitest'
import type { KubeObject } from '../../../src/kube/api.ts'
import { type Change, ObjectStore } from '../../../src/kube/object-store.ts'
import { configMap } from '../../support/kube-objects.ts'

const told = (changes: readonly Change<KubeObject>[]): string[] =>
  changes.map((change) =>
    change.type === 'gone'
      ? `gone ${change.previous.metadata.uid}`
      : `set ${change.object.metadata.uid}@${change.object.metadata.resourceVersion}${change.previous ? ' again' : ''}`,
  )
const anew = (name: string, resourceVersion: number): KubeObject => {
  const object = configMap(name, resourceVersion)
  return { ...object, metadata: { ...object.metadata, uid: `${object.metadata.uid}-anew` } }
}

describe('ObjectStore', () => {
  it('tells what a list changes: gone, new, changed, and nothing of the rest', () => {
    const store = new ObjectStore()
    expect(told(store.replace([configMap('a', 1), configMap('b', 1), configMap('c', 1)]))).toHaveLength(3)
    expect(told(store.replace([configMap('b', 1), configMap('c', 5), configMap('d', 6)]))).toEqual([
      'gone uid-a',
      'set uid-c@5 again',
      'set uid-d@6',
    ])
    expect(store.replace([configMap('b', 1), configMap('c', 5), configMap('d', 6)])).toEqual([])
    expect([...store.objects.keys()]).toEqual(['team/b', 'team/c', 'team/d'])
  })

  it('tells an object made anew under its name as gone and new', () => {
    const store = new ObjectStore()
    store.set(configMap('a', 1))
    expect(told(store.set(anew('a', 2)))).toEqual(['gone uid-a', 'set uid-a-anew@2'])
    expect(told(store.replace([configMap('a', 3)]))).toEqual(['gone uid-a-anew', 'set uid-a@3'])
  })

  it('tells nothing of a state that it knows, and of the deletion of what it does not', () => {
    const store = new ObjectStore()
    store.set(configMap('a', 1))
    expect(store.set(configMap('a', 1))).toEqual([])
    expect(store.remove(configMap('b', 9))).toEqual([])
    expect(told(store.remove(configMap('a', 9)))).toEqual(['gone uid-a'])
    expect(store.objects.size).toBe(0)
  })

  it('takes objects without resourceVersion as changed', () => {
    const store = new ObjectStore()
    const { metadata, ...rest } = configMap('a', 1)
    const { resourceVersion: _, ...bare } = metadata
    store.set({ ...rest, metadata: bare })
    expect(store.set({ ...rest, metadata: bare })).toHaveLength(1)
  })

  it('keeps hostile names apart', () => {
    const store = new ObjectStore()
    store.replace(['__proto__', 'constructor', 'toString'].map((name) => configMap(name, 1)))
    expect(store.objects.size).toBe(3)
    expect(store.replace([])).toHaveLength(3)
  })
})
