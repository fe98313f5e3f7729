import { parquetWriteBuffer } from 'hyparquet-writer'

const customers = Array.from({ length: 20 }, (_, index) => 1001 + index)
const days = 60
const dayMs = 86_400_000

/**
 * The sample history of templates/feature_store/feature_definitions.py: card payments of 20 customers, one row each for
 * the last 60 days, as a Parquet file. The same values at every run; only the dates move.
 *
 * @param now the newest rows are of the full hour before this time (UTC)
 */
export function sampleTransactions(now: Date): Uint8Array {
  const newest = Math.floor((now.getTime() - 1) / 3_600_000) * 3_600_000
  const random = mulberry32(42)
  const rows = customers.flatMap((customer) => {
    const typical = 20 + random() * 180
    return Array.from({ length: days }, (_, day) => ({
      customer,
      time: new Date(newest - (days - 1 - day) * dayMs),
      transactions: BigInt(Math.round(2 + random() * 20)),
      amount: Math.round(typical * (0.7 + random() * 0.6) * 100) / 100,
      declined: Math.round(random() * 80) / 1000,
    }))
  })
  // The newest row of customer 1001 is known, so that the tour in README can show what is read back.
  const known = rows[days - 1]
  if (known) Object.assign(known, { transactions: 7n, amount: 84.25, declined: 0.025 })
  return new Uint8Array(
    parquetWriteBuffer({
      columnData: [
        { name: 'customer_id', data: rows.map((row) => BigInt(row.customer)), type: 'INT64' },
        { name: 'event_timestamp', data: rows.map((row) => row.time), type: 'TIMESTAMP' },
        { name: 'created', data: rows.map((row) => row.time), type: 'TIMESTAMP' },
        { name: 'transactions_7d', data: rows.map((row) => row.transactions), type: 'INT64' },
        { name: 'mean_amount_7d', data: rows.map((row) => row.amount), type: 'FLOAT' },
        { name: 'declined_share_30d', data: rows.map((row) => row.declined), type: 'FLOAT' },
      ],
    }),
  )
}

/** A small seeded generator of numbers in [0, 1): mulberry32, public domain. */
function mulberry32(seed: number): () => number {
  let state = seed
  return () => {
    state = (state + 0x6d2b79f5) | 0
    let mixed = Math.imul(state ^ (state >>> 15), 1 | state)
    mixed = (mixed + Math.imul(mixed ^ (mixed >>> 7), 61 | mixed)) ^ mixed
    return ((mixed ^ (mixed >>> 14)) >>> 0) / 4294967296
  }
}
