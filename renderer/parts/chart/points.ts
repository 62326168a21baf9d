import type { Bucket } from '#preload/contract.ts'

/** What the plot draws at one time; nulls are a gap. */
export interface Point {
  at: number
  band: [number, number] | null
  last: number | null
}

/**
 * The columns as points. A chart may have more columns than there are readings: empty ones between two readings no further
 * apart than `gapMs` are nothing, longer ones are a gap. A reading alone between two gaps is drawn one column wide.
 */
export function pointsOf(buckets: readonly Bucket[], columnMs: number, gapMs: number): Point[] {
  const points: Point[] = []
  let before: Bucket | null = null
  for (const bucket of buckets) {
    const { at, min, max, last } = bucket
    if (min === null || max === null) continue
    const isApart: boolean = before === null || at - before.at > Math.max(gapMs, columnMs * 1.5)
    if (isApart) {
      closeStretch(points, columnMs)
      points.push(gap(before === null ? (buckets[0]?.at ?? at) : before.at + columnMs))
    }
    points.push({ at, band: [min, max], last })
    before = bucket
  }
  closeStretch(points, columnMs)
  const end = buckets.at(-1)
  if (end !== undefined && end !== before) points.push(gap(end.at))
  return points
}

const gap = (at: number): Point => ({ at, band: null, last: null })

function closeStretch(points: Point[], columnMs: number): void {
  const [last, one] = [points.at(-1), points.at(-2)]
  if (last !== undefined && last.band !== null && (one === undefined || one.band === null)) points.push({ ...last, at: last.at + columnMs })
}

/** The column that holds a time, or the nearest one with a reading within `gapMs` before it; null in a gap. */
export function readingAt(buckets: readonly Bucket[], at: number, gapMs: number): Bucket | null {
  for (let index = placeOf(buckets, at); index >= 0; index -= 1) {
    const bucket = buckets[index]
    if (bucket === undefined || at - bucket.at > Math.max(gapMs, columnMsOf(buckets))) return null
    if (bucket.last !== null) return bucket
  }
  return null
}

/** Columns are evenly spaced. */
export const columnMsOf = (buckets: readonly Bucket[]): number => (buckets.length < 2 ? 1 : (buckets[1]?.at ?? 0) - (buckets[0]?.at ?? 0))

const placeOf = (buckets: readonly Bucket[], at: number): number =>
  Math.min(buckets.length - 1, Math.floor((at - (buckets[0]?.at ?? 0)) / columnMsOf(buckets)))
