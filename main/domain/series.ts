import type { Sample } from './threshold.ts'

/** One column of a chart. null min/max/last = no data in it: a gap stays a gap. `at` is the column's left edge, epoch ms. */
export interface Bucket {
  at: number
  min: number | null
  max: number | null
  /** The newest reading in the column that has a value. */
  last: number | null
}

/** What the readings of a time come to, one of them or those of a slot: only times with a value have one. A row as storage reads it, since there are thousands. */
export type Extent = readonly [at: number, min: number, max: number, last: number]

/** Of each slot since the epoch storage keeps what its readings come to, so a wide column need not read them all. Another length wants a migration. */
export const SLOT_MS = 10_000
const LEAST_SLOTS = 4

export interface Grid {
  /** The left edge of the first column, at `from` or less than a slot before it. Readings outside of [from, to] are in no column. */
  start: number
  widthMs: number
  count: number
  /** All edges between columns are edges of slots. */
  isSlotted: boolean
}

/** At most `count` evenly spaced columns over [from, to]. Those wider than a few slots are whole ones, and fewer for that; null where there is nothing to divide. */
export function gridOf(from: number, to: number, count: number): Grid | null {
  if (!(to >= from) || count < 1) return null
  if ((to - from) / count < LEAST_SLOTS * SLOT_MS) return { start: from, widthMs: (to - from) / count, count, isSlotted: false }
  const start = slotOf(from)
  const widthMs = Math.ceil((to - start) / count / SLOT_MS) * SLOT_MS
  return { start, widthMs, count: Math.ceil((to - start) / widthMs), isSlotted: true }
}

/** The beginning of the slot that holds a time. */
export const slotOf = (at: number): number => Math.floor(at / SLOT_MS) * SLOT_MS

/** Columns over extents in order of time, none of which lies across the edge of one. A column is [its edge, the next one's); the last includes its end. */
export function bucketsOf(extents: readonly Extent[], { start, widthMs, count }: Grid): Bucket[] {
  let index = 0
  return Array.from({ length: count }, (_, place) => {
    const bucket: Bucket = { at: start + place * widthMs, min: null, max: null, last: null }
    const end = place === count - 1 ? Infinity : start + (place + 1) * widthMs
    for (; index < extents.length; index += 1) {
      const [at, min, max, last] = extents[index]!
      if (at >= end) break
      bucket.min = bucket.min === null ? min : Math.min(bucket.min, min)
      bucket.max = bucket.max === null ? max : Math.max(bucket.max, max)
      bucket.last = last
    }
    return bucket
  })
}

/** Columns over samples in order of time. */
export function bucketSamples(samples: readonly Sample[], from: number, to: number, count: number): Bucket[] {
  const grid = gridOf(from, to, count)
  if (grid === null) return []
  return bucketsOf(samples.flatMap(({ at, value }): Extent[] => (value === null || at < from || at > to ? [] : [[at, value, value, value]])), grid)
}
