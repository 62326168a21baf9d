import type { Sample } from './threshold.ts'

/** One column of a chart. null min/max/last = no data in it: a gap stays a gap. `at` is the column's left edge, epoch ms. */
export interface Bucket {
  at: number
  min: number | null
  max: number | null
  /** The newest reading in the column that has a value. */
  last: number | null
}

/** The edges of `count` evenly spaced columns over [from, to]: each takes [start, end), the last one includes `to`. */
export function columns(from: number, to: number, count: number): { start: number; end: number; closed: boolean }[] {
  if (!(to >= from) || count < 1) return []
  const width = (to - from) / count
  return Array.from({ length: count }, (_, index) => {
    const closed = index === count - 1
    return { start: from + index * width, end: closed ? to : from + (index + 1) * width, closed }
  })
}

/** Columns of min, max and last over samples in order of time; the plain form of what storage computes in SQL. */
export function bucketSamples(samples: readonly Sample[], from: number, to: number, count: number): Bucket[] {
  let index = 0
  return columns(from, to, count).map(({ start, end, closed }) => {
    const bucket: Bucket = { at: start, min: null, max: null, last: null }
    for (; index < samples.length; index += 1) {
      const { at, value } = samples[index]!
      if (at > end || (at === end && !closed)) break
      if (at < start || value === null) continue
      bucket.min = bucket.min === null ? value : Math.min(bucket.min, value)
      bucket.max = bucket.max === null ? value : Math.max(bucket.max, value)
      bucket.last = value
    }
    return bucket
  })
}
