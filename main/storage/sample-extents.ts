import { SLOT_MS, slotOf, type Extent } from '#domain/series.ts'
import type { Sample } from '#domain/threshold.ts'
import type { Connection } from './database.ts'

/** The extents of a series, slot by slot: a chart of a whole day does not read every reading. */
export interface SampleExtents {
  /** Counts in what was added to the series just now, in the caller's transaction. */
  add(series: number, samples: readonly Sample[]): void
  /** Of each reading from `from` to `to` with a value, both included. */
  each(series: number, from: number, to: number): Extent[]
  /** The same by slots, but reading by reading in those at either end that are not wholly inside. */
  slots(series: number, from: number, to: number): Extent[]
}

export function createSampleExtents(connection: Connection): SampleExtents {
  const widen = connection.prepare<[number, number, number, number, number, number]>(`
    INSERT INTO sample_extents (series, at, low, high, last, last_at) VALUES (?, ?, ?, ?, ?, ?)
    ON CONFLICT (series, at) DO UPDATE SET
      low = min(low, excluded.low), high = max(high, excluded.high),
      last = iif(excluded.last_at > last_at, excluded.last, last), last_at = max(last_at, excluded.last_at)`)
  const inSlots = connection.prepare<[number, number, number], Extent>('SELECT at, low, high, last FROM sample_extents WHERE series = ? AND at >= ? AND at < ? ORDER BY at').raw()
  const readings = connection.prepare<[number, number, number], Extent>('SELECT at, value, value, value FROM samples WHERE series = ? AND at >= ? AND at < ? AND value IS NOT NULL ORDER BY at').raw()

  return {
    add(series, samples) {
      const slots = new Map<number, { min: number; max: number; last: number; lastAt: number }>()
      for (const { at, value } of samples) {
        if (value === null) continue
        const { min, max, last, lastAt } = slots.get(slotOf(at)) ?? { min: value, max: value, last: value, lastAt: at }
        slots.set(slotOf(at), { min: Math.min(min, value), max: Math.max(max, value), ...(at >= lastAt ? { last: value, lastAt: at } : { last, lastAt }) })
      }
      for (const [at, { min, max, last, lastAt }] of slots) widen.run(series, at, min, max, last, lastAt)
    },
    // Times are whole ms: after `to` is from the next one on.
    each: (series, from, to) => readings.all(series, from, Math.floor(to) + 1),
    slots(series, from, to) {
      const [start, end] = [Math.ceil(from), Math.floor(to) + 1]
      const [first, after] = [slotOf(start + SLOT_MS - 1), slotOf(end)]
      if (after <= first) return readings.all(series, start, end)
      return readings.all(series, start, first).concat(inSlots.all(series, first, after), readings.all(series, after, end))
    },
  }
}
