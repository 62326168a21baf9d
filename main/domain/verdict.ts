import { longestGapMs, measuredEveryMs, measurementsOf, readingsOf } from './measurements.ts'
import type { Sample, Threshold, ThresholdOperator } from './threshold.ts'

export { longestGapMs } from './measurements.ts'

/** `warning`: the limit is passed, but not yet for as long or as often as the rule says. `inconclusive`: nobody can say. */
export type VerdictWord = 'ok' | 'warning' | 'breached' | 'inconclusive'

/** Why nobody can say: no fresh reading, nothing to compare with, the rule's delay is not over, too many gaps among what it counts. */
export type Doubt = 'no-data' | 'no-baseline' | 'too-early' | 'gaps'

export interface Verdict {
  verdict: VerdictWord
  /** Null unless inconclusive. */
  doubt: Doubt | null
  /** The newest measurement, even when it is too old to trust; null when there is none. */
  value: number | null
  /** When that was made. */
  at: number | null
  /** Since when the limit has been passed; null unless warning or breached. */
  sinceAt: number | null
  /** The measurements that decided it, oldest first. */
  deciding: Sample[]
}

export interface VerdictInput {
  samples: readonly Sample[]
  now: number
  /** How far apart readings are expected. */
  everyMs: number
  /** Readings before this do not count; null: the rule's delay has not even begun. Left out: all count. */
  judgedFrom?: number | null
}

/**
 * Where a metric stands to its limit at `now`; a relative limit has to be resolved first. Ok needs a fresh measurement inside the
 * limit and nothing among what the rule counts that could be a breach; a breach needs the failures themselves, and for a hold
 * time no silence between them. All else is a warning or inconclusive.
 */
export function verdictOf(threshold: Threshold, { samples, now, everyMs, judgedFrom = -Infinity }: VerdictInput): Verdict {
  if (judgedFrom === null || now < judgedFrom) return unclear('too-early', null)
  const readings = readingsOf(samples, threshold, judgedFrom, now)
  const gapMs = longestGapMs(measuredEveryMs(threshold, everyMs))
  const measurements = measurementsOf(readings, threshold, everyMs, now)
  const newest = measurements.at(-1)
  if (!Number.isFinite(threshold.limit)) return unclear('no-baseline', newest ?? null)
  if (newest === undefined || newest.value === null || now - newest.at > gapMs) return unclear('no-data', newest ?? null)
  const { at, value } = newest
  const decided = threshold.count ? byCount(threshold, threshold.count, measurements) : byTime(threshold, measurements, gapMs)
  return { ...decided, at, value }
}

type Decided = Omit<Verdict, 'at' | 'value'>

function byTime(threshold: Threshold, measurements: readonly Sample[], gapMs: number): Decided {
  const newest = measurements.at(-1)
  if (newest === undefined || newest.value === null) return unclear('no-data', null)
  if (!isPast(newest.value, threshold)) return recovered(threshold, measurements)
  const from = passedFrom(measurements, threshold, gapMs)
  const deciding = measurements.slice(from)
  const sinceAt = measurements[from]?.at ?? newest.at
  return { verdict: newest.at - sinceAt >= threshold.holdMs ? 'breached' : 'warning', doubt: null, sinceAt, deciding }
}

/** A gap among the counted measurements could have been a failure: only what stays below the limit even then is ok. */
function byCount(threshold: Threshold, { failures, of }: NonNullable<Threshold['count']>, measurements: readonly Sample[]): Decided {
  const deciding = measurements.slice(-of)
  const past = deciding.filter(({ value }) => value !== null && isPast(value, threshold))
  const missing = deciding.filter(({ value }) => value === null).length
  const sinceAt = past[0]?.at ?? null
  if (past.length >= failures) return { verdict: 'breached', doubt: null, sinceAt, deciding }
  if (past.length > 0) return { verdict: 'warning', doubt: null, sinceAt, deciding }
  if (missing >= failures) return { verdict: 'inconclusive', doubt: 'gaps', sinceAt: null, deciding }
  return recovered(threshold, measurements)
}

/** The newest measurement is inside the limit: ok once as many in a row are as the rule asks for. */
function recovered(threshold: Threshold, measurements: readonly Sample[]): Decided {
  const deciding = measurements.slice(-Math.max(threshold.recover ?? 1, threshold.count?.of ?? 1))
  const row = measurements.slice(-(threshold.recover ?? 1))
  const past = row.find(({ value }) => value !== null && isPast(value, threshold))
  if (past !== undefined) return { verdict: 'warning', doubt: null, sinceAt: past.at, deciding }
  return row.some(({ value }) => value === null) ? { verdict: 'inconclusive', doubt: 'gaps', sinceAt: null, deciding } : { verdict: 'ok', doubt: null, sinceAt: null, deciding }
}

const unclear = (doubt: Doubt, newest: Sample | null): Verdict =>
  ({ verdict: 'inconclusive', doubt, value: newest?.value ?? null, at: newest?.at ?? null, sinceAt: null, deciding: newest === null ? [] : [newest] })

/** The index of the first measurement of the unbroken stretch past the limit; a failed one amid them does not excuse it. */
function passedFrom(measurements: readonly Sample[], threshold: Threshold, gapMs: number): number {
  let from = measurements.length - 1
  for (let index = from - 1; index >= 0; index -= 1) {
    const reading = measurements[index]
    if (reading === undefined || (measurements[from]?.at ?? 0) - reading.at > gapMs) break
    if (reading.value === null) continue
    if (!isPast(reading.value, threshold)) break
    from = index
  }
  return from
}

/** Whether a reading is past the limit. */
export function isPast(value: number, threshold: Pick<Threshold, 'operator' | 'limit'>): boolean {
  return passes[threshold.operator](value, threshold.limit)
}

const passes: Record<ThresholdOperator, (value: number, limit: number) => boolean> = {
  '>': (value, limit) => value > limit,
  '>=': (value, limit) => value >= limit,
  '<': (value, limit) => value < limit,
  '<=': (value, limit) => value <= limit,
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

/** The worst first: what several rules on one metric come to. */
const byWorst: readonly VerdictWord[] = ['breached', 'inconclusive', 'warning', 'ok']

/** The worst of several verdicts; inconclusive when there are none. */
export const worstOf = (verdicts: readonly VerdictWord[]): VerdictWord => byWorst.find((word) => verdicts.includes(word)) ?? 'inconclusive'

/** A verdict for people: `ok`, `inconclusive, no data`. */
export const describeVerdict = (verdict: VerdictWord, doubt: Doubt | null): string => (doubt === null ? verdict : `${verdict}, ${doubts[doubt]}`)

const doubts: Record<Doubt, string> = {
  'no-data': 'no fresh reading', 'no-baseline': 'no baseline to compare with', 'too-early': 'its delay is not over', gaps: 'too many readings are missing',
}
