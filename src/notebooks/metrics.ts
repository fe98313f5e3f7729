/** Metrics in the text form of Prometheus: as much of a client as this controller needs. */
export interface Metrics {
  counter(name: string, help: string): Counter
  /** `read` gives a value for each set of labels when somebody asks. */
  gauge(name: string, help: string, read: () => Iterable<readonly [Labels, number]>): void
  histogram(name: string, help: string): Histogram
  render(): string
}

export type Labels = Readonly<Record<string, string>>

export interface Counter {
  add(labels?: Labels, by?: number): void
}

export interface Histogram {
  observe(seconds: number): void
}

const BUCKETS = [0.001, 0.005, 0.01, 0.025, 0.05, 0.1, 0.25, 0.5, 1, 2.5, 5, 10, 30, 60]

export function createMetrics(prefix: string): Metrics {
  const families: (() => string)[] = []
  const family = (name: string, help: string, type: string, lines: () => string[]) =>
    families.push(() => [`# HELP ${prefix}${name} ${help}`, `# TYPE ${prefix}${name} ${type}`, ...lines()].join('\n'))
  return {
    counter(name, help) {
      const values = new Map<string, number>()
      family(name, help, 'counter', () => [...values].map(([labels, value]) => `${prefix}${name}${labels} ${value}`))
      return {
        add: (labels = {}, by = 1) => {
          const key = show(labels)
          values.set(key, (values.get(key) ?? 0) + by)
        },
      }
    },
    gauge(name, help, read) {
      family(name, help, 'gauge', () =>
        [...read()].map(([labels, value]) => `${prefix}${name}${show(labels)} ${value}`),
      )
    },
    histogram(name, help) {
      const counts = BUCKETS.map(() => 0)
      let sum = 0
      let count = 0
      family(name, help, 'histogram', () => [
        ...BUCKETS.map((le, index) => `${prefix}${name}_bucket{le="${le}"} ${counts[index]}`),
        `${prefix}${name}_bucket{le="+Inf"} ${count}`,
        `${prefix}${name}_sum ${sum}`,
        `${prefix}${name}_count ${count}`,
      ])
      return {
        observe(seconds) {
          sum += seconds
          count++
          BUCKETS.forEach((le, index) => {
            if (seconds <= le) counts[index] = (counts[index] ?? 0) + 1
          })
        },
      }
    },
    render: () => `${families.map((lines) => lines()).join('\n')}\n`,
  }
}

function show(labels: Labels): string {
  const pairs = Object.entries(labels).map(
    ([name, value]) => `${name}="${value.replaceAll('\\', '\\\\').replaceAll('"', '\\"').replaceAll('\n', '\\n')}"`,
  )
  return pairs.length === 0 ? '' : `{${pairs.join(',')}}`
}
