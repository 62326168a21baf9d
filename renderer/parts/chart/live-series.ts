import type { Bucket, SampleItem, Series } from '#preload/contract.ts'

/**
 * A sliding window of fixed buckets. Bucket edges are multiples of the width since the epoch, so a new sample changes
 * one bucket and the rest keep their place: nothing wobbles as time passes.
 */
export interface LiveSeries {
  metric: string
  /** Start of the first bucket, epoch ms. */
  from: number
  widthMs: number
  buckets: Bucket[]
  /** The newest reading that had a value, for the big number and its age. */
  latest: { at: number; value: number } | null
  /** Time of the newest reading, failed ones included. */
  lastAt: number | null
}

export const LIVE_BUCKETS = 120
export const LIVE_SPAN_MS = 15 * 60_000

/** An empty window that ends with the bucket holding `now`. */
export function emptySeries(metric: string, now: number, count = LIVE_BUCKETS, spanMs = LIVE_SPAN_MS): LiveSeries {
  const widthMs = Math.max(1, Math.round(spanMs / count))
  const from = Math.floor(now / widthMs) * widthMs - (count - 1) * widthMs
  return { metric, from, widthMs, buckets: blank(from, widthMs, count), latest: null, lastAt: null }
}

/** Lays what main has bucketed already into a live window; columns are matched by time. */
export function seedSeries(empty: LiveSeries, stored: Series): LiveSeries {
  const buckets = empty.buckets.slice()
  let latest = empty.latest
  for (const column of stored.buckets) {
    const place = placeOf(empty, column.at)
    const old = buckets[place]
    if (!old) continue
    buckets[place] = merge(old, column)
    if (column.last !== null) latest = { at: column.at, value: column.last }
  }
  return { ...empty, buckets, latest, lastAt: latest?.at ?? null }
}

/** Adds one reading, sliding the window when it lies beyond the end. A reading from before the window is ignored. */
export function addSample(series: LiveSeries, sample: SampleItem): LiveSeries {
  const slid = slideTo(series, sample.at)
  const lastAt = Math.max(slid.lastAt ?? sample.at, sample.at)
  if (sample.value === null) return { ...slid, lastAt }
  const newer = slid.latest === null || sample.at >= slid.latest.at
  const latest = newer ? { at: sample.at, value: sample.value } : slid.latest
  const place = placeOf(slid, sample.at)
  const old = slid.buckets[place]
  if (!old) return { ...slid, latest, lastAt }
  const buckets = slid.buckets.slice()
  const last = newer ? sample.value : (old.last ?? sample.value)
  buckets[place] = { at: old.at, min: least(old.min, sample.value), max: greatest(old.max, sample.value), last }
  return { ...slid, buckets, latest, lastAt }
}

/** Moves the window so that its last bucket holds `now`; the same object when it does already. Silence shows as a gap. */
export function slideTo(series: LiveSeries, now: number): LiveSeries {
  const count = series.buckets.length
  const steps = Math.floor((now - series.from) / series.widthMs) - (count - 1)
  if (steps <= 0) return series
  const from = series.from + steps * series.widthMs
  const kept = series.buckets.slice(Math.min(steps, count))
  const fresh = blank(from + kept.length * series.widthMs, series.widthMs, count - kept.length)
  return { ...series, from, buckets: [...kept, ...fresh] }
}

export const endOf = (series: LiveSeries): number => series.from + series.widthMs * series.buckets.length

const placeOf = (series: LiveSeries, at: number): number => Math.floor((at - series.from) / series.widthMs)

function blank(from: number, widthMs: number, count: number): Bucket[] {
  return Array.from({ length: count }, (_, place) => ({ at: from + place * widthMs, min: null, max: null, last: null }))
}

function merge(old: Bucket, column: Bucket): Bucket {
  return { at: old.at, min: least(old.min, column.min), max: greatest(old.max, column.max), last: column.last ?? old.last }
}

function least(one: number | null, other: number | null): number | null {
  if (one === null || other === null) return one ?? other
  return Math.min(one, other)
}

function greatest(one: number | null, other: number | null): number | null {
  if (one === null || other === null) return one ?? other
  return Math.max(one, other)
}
