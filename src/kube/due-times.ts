/** Keys and the time each is due, earliest first. Pure: the caller tells the time. */
export interface DueTimes {
  /** Sets when a key is due; an earlier time that it has already stays. */
  add(key: string, at: number): void
  delete(key: string): void
  /** Takes the next key that is due by now. */
  take(now: number): string | undefined
  /** When the next key is due. */
  next(): number | undefined
  readonly size: number
}

interface Entry {
  readonly key: string
  readonly at: number
}

/** A binary heap. An entry that is no longer its key's time stays in the heap until it comes up. */
export function createDueTimes(): DueTimes {
  const heap: Entry[] = []
  const times = new Map<string, number>()

  const isStale = ({ key, at }: Entry): boolean => times.get(key) !== at
  const first = (): Entry | undefined => {
    while (heap[0] !== undefined && isStale(heap[0])) removeFirst(heap)
    return heap[0]
  }

  return {
    add(key, at) {
      const present = times.get(key)
      if (present !== undefined && present <= at) return
      times.set(key, at)
      if (heap.length > 2 * times.size + 64) rebuild(heap, times)
      else insert(heap, { key, at })
    },
    delete(key) {
      times.delete(key)
    },
    take(now) {
      const entry = first()
      if (entry === undefined || entry.at > now) return undefined
      removeFirst(heap)
      times.delete(entry.key)
      return entry.key
    },
    next: () => first()?.at,
    get size() {
      return times.size
    },
  }
}

/** Leaves the stale entries out, which a key that is moved over and over would pile up. */
function rebuild(heap: Entry[], times: ReadonlyMap<string, number>): void {
  heap.length = 0
  for (const [key, at] of times) insert(heap, { key, at })
}

function insert(heap: Entry[], entry: Entry): void {
  let index = heap.length
  heap.push(entry)
  while (index > 0) {
    const parent = (index - 1) >> 1
    const above = heap[parent]
    if (above === undefined || above.at <= entry.at) break
    heap[index] = above
    index = parent
  }
  heap[index] = entry
}

function removeFirst(heap: Entry[]): void {
  const last = heap.pop()
  if (last === undefined || heap.length === 0) return
  let index = 0
  for (;;) {
    const left = heap[2 * index + 1]
    const right = heap[2 * index + 2]
    if (left === undefined) break
    const [child, below] = right !== undefined && right.at < left.at ? [2 * index + 2, right] : [2 * index + 1, left]
    if (last.at <= below.at) break
    heap[index] = below
    index = child
  }
  heap[index] = last
}
