import type { Bucket } from '#domain/series.ts'

export interface Point {
  /** The middle of the column, which may reach past the end of the chart; the point does not. */
  at: number
  min: number
  max: number
  last: number
}

/** Readings in unbroken stretches. A line is drawn only inside a stretch: a gap stays a gap. */
export function runsOf(buckets: Bucket[], to: number): Point[][] {
  const points = pointsOf(buckets, to)
  const longest = longestPause(points)
  const runs: Point[][] = []
  for (const point of points) {
    const run = runs.at(-1)
    const before = run?.at(-1)
    if (run && before && point.at - before.at <= longest) run.push(point)
    else runs.push([point])
  }
  return runs
}

/** The stretches without readings, also before the first and after the last. Nothing when there are no readings at all. */
export function gapsOf(buckets: Bucket[], from: number, to: number): { fromAt: number; toAt: number }[] {
  const points = pointsOf(buckets, to)
  if (points.length === 0) return to > from ? [{ fromAt: from, toAt: to }] : []
  const longest = longestPause(points)
  const edges = [from, ...points.map((point) => point.at), to]
  return edges.slice(1).flatMap((at, index) => {
    const before = edges[index] ?? at
    return at - before > longest ? [{ fromAt: before, toAt: at }] : []
  })
}

function pointsOf(buckets: Bucket[], to: number): Point[] {
  const width = buckets.length > 1 ? (buckets[1]?.at ?? to) - (buckets[0]?.at ?? to) : to - (buckets[0]?.at ?? to)
  return buckets.flatMap(({ at, min, max, last }) => (min === null || max === null || last === null ? [] : [{ at: Math.min(at + width / 2, to), min, max, last }]))
}

/** Columns narrower than the sampling interval are empty now and then: only three usual distances without one are a gap. */
function longestPause(points: Point[]): number {
  const distances = points.slice(1).map((point, index) => point.at - (points[index]?.at ?? point.at)).toSorted((one, other) => one - other)
  return distances.length === 0 ? Infinity : (distances[Math.floor(distances.length / 2)] ?? 0) * 3
}
