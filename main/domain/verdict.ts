import type { Sample, Threshold, ThresholdOperator } from './threshold.ts'

export type VerdictWord = 'ok' | 'pending' | 'breached' | 'no-data'

export interface Verdict {
  verdict: VerdictWord
  /** The newest reading, even when it is too old to trust; null when there is none. */
  value: number | null
  /** When that was read. */
  at: number | null
  /** Since when the limit has been passed without a break; null unless pending or breached. */
  sinceAt: number | null
}

/** A silence longer than this is no data: three missed readings, and never less than ten seconds. */
export const longestGapMs = (everyMs: number): number => Math.max(3 * (Number.isFinite(everyMs) ? everyMs : 0), 10_000)

/**
 * Where a metric stands to its limit at `now`. Ok needs a fresh reading inside the limit; a breach needs readings
 * past it for the whole hold time with no silence in between (failed readings are silence). All else is no data.
 */
export function verdictOf(threshold: Threshold, samples: readonly Sample[], now: number, everyMs: number): Verdict {
  const gapMs = longestGapMs(everyMs)
  const readings = inOrder(samples, threshold, now)
  const newest = readings.at(-1)
  if (newest === undefined) return { verdict: 'no-data', value: null, at: null, sinceAt: null }
  const { value, at } = newest
  if (value === null || now - at > gapMs || !Number.isFinite(threshold.limit)) return { verdict: 'no-data', value, at, sinceAt: null }
  if (!isPast(value, threshold)) return { verdict: 'ok', value, at, sinceAt: null }
  const sinceAt = passedSince(readings, threshold, gapMs)
  return { verdict: at - sinceAt >= threshold.holdMs ? 'breached' : 'pending', value, at, sinceAt }
}

/** Whether a reading is past the limit. */
export function isPast(value: number, threshold: Pick<Threshold, 'operator' | 'limit'>): boolean {
  return passes[threshold.operator](value, threshold.limit)
}

/** A reading for people: `2.4 %`, `812 ms`, `12.5 s`, `17`. */
export function describeReading(value: number, unit: Threshold['unit']): string {
  if (unit === 'ms' && Math.abs(value) >= 10_000) return `${round(value / 1000)} s`
  return unit === '' ? round(value) : `${round(value)} ${unit}`
}

function round(value: number): string {
  const size = Math.abs(value)
  const places = size >= 100 ? 0 : size >= 10 ? 1 : 2
  return String(Number(value.toFixed(places)))
}

const passes: Record<ThresholdOperator, (value: number, limit: number) => boolean> = {
  '>': (value, limit) => value > limit,
  '>=': (value, limit) => value >= limit,
  '<': (value, limit) => value < limit,
  '<=': (value, limit) => value <= limit,
}

/** Oldest first, nothing from the future, NaN a failed reading. Where readings of one instant contradict, the worst counts. */
function inOrder(samples: readonly Sample[], threshold: Threshold, now: number): Sample[] {
  const usable = samples
    .filter((sample) => Number.isFinite(sample.at) && sample.at <= now)
    .map(({ at, value }): Sample => ({ at, value: value !== null && Number.isFinite(value) ? value + 0 : null }))
  const upwards = threshold.operator === '>' || threshold.operator === '>='
  const badness = ({ value }: Sample): number => (value === null ? Infinity : upwards ? value : -value)
  return usable.toSorted((one, other) => one.at - other.at || (badness(one) < badness(other) ? -1 : Number(badness(one) > badness(other))))
}

function passedSince(readings: Sample[], threshold: Threshold, gapMs: number): number {
  let sinceAt = readings.at(-1)?.at ?? 0
  for (let index = readings.length - 2; index >= 0; index--) {
    const reading = readings[index]
    if (reading === undefined || sinceAt - reading.at > gapMs) break
    if (reading.value === null) continue
    if (!isPast(reading.value, threshold)) break
    sinceAt = reading.at
  }
  return sinceAt
}
