import type { Bucket } from '#preload/contract.ts'

/** A rollback trigger further off than this many limits would press the readings to the ground. */
const FARTHEST_TRIGGER = 4

/** The top of the value axis: a round number above the data and with air above the limit, so that it seldom changes; above a rollback trigger too, where that is near. */
export function valueTop(buckets: Bucket[], limit: number | null, triggers: number[] = []): number {
  let top = limit === null ? 0 : limit * 1.6
  for (const trigger of triggers) if (limit !== null && trigger <= limit * FARTHEST_TRIGGER) top = Math.max(top, trigger * 1.1)
  for (const bucket of buckets) if (bucket.max !== null && bucket.max * 1.05 > top) top = bucket.max * 1.05
  return roundUp(top)
}

/** The next of 1, 1.5, 2, 3, 4, 5, 6, 8 × 10ⁿ: few enough to be still, close enough not to waste the height. */
export function roundUp(value: number): number {
  if (!(value > 0) || !Number.isFinite(value)) return 1
  const power = 10 ** Math.floor(Math.log10(value))
  const step = STEPS.find((candidate) => candidate * power >= value * (1 - 1e-9)) ?? 10
  return Number((step * power).toPrecision(3))
}

const STEPS = [1, 1.5, 2, 3, 4, 5, 6, 8]

/** Round clock times inside [from, to], about `wanted` of them, aligned to the zone's hours where the offset is whole. */
export function timeTicks(from: number, to: number, wanted: number): number[] {
  const ideal = (to - from) / Math.max(1, wanted)
  const step = TIME_STEPS.find((candidate) => candidate >= ideal) ?? 24 * HOUR
  const ticks: number[] = []
  for (let at = Math.ceil(from / step) * step; at <= to; at += step) ticks.push(at)
  return ticks
}

export interface Stretch {
  from: number
  to: number
}

/** Stretches that overlap are one, so that two breached rules are not shaded twice. */
export function joinStretches(stretches: Stretch[]): Stretch[] {
  const joined: Stretch[] = []
  for (const next of stretches.toSorted((one, other) => one.from - other.from)) {
    const last = joined.at(-1)
    if (last && next.from <= last.to) joined[joined.length - 1] = { from: last.from, to: Math.max(last.to, next.to) }
    else joined.push(next)
  }
  return joined
}

/**
 * What a live tile shows: from the start of the run, until that lies before the window; never less than two minutes. Its edges move
 * in steps, because the axes are drawn anew each time.
 */
export function shownRange(windowFrom: number, windowTo: number, startedAt: number | null): { from: number; to: number } {
  const from = Math.max(nextStep(windowFrom), startedAt ?? windowFrom)
  return { from, to: Math.max(nextStep(windowTo), from + 2 * MINUTE) }
}

const RANGE_STEP_MS = 30_000
const nextStep = (at: number): number => Math.ceil(at / RANGE_STEP_MS) * RANGE_STEP_MS

const MINUTE = 60_000
const HOUR = 60 * MINUTE
const TIME_STEPS = [5_000, 10_000, 15_000, 30_000, MINUTE, 2 * MINUTE, 5 * MINUTE, 10 * MINUTE, 15 * MINUTE, 30 * MINUTE, HOUR, 2 * HOUR, 3 * HOUR, 6 * HOUR, 12 * HOUR]

/** A value with as many digits as are of use: 0.42 %, 1.3 %, 212 ms, 4.1 s. */
export function formatValue(value: number, unit: '%' | 'ms' | ''): string {
  if (unit === 'ms' && Math.abs(value) >= 10_000) return `${digits(value / 1000)} s`
  return unit === '' ? digits(value) : `${unit === 'ms' ? Math.round(value).toString() : digits(value)} ${unit}`
}

/** As short as it goes without a change of value: `2 %`, `800 ms`, `1.5 s`. For limits and axes, which are round numbers. */
export function formatRound(value: number, unit: '%' | 'ms' | ''): string {
  const seconds = unit === 'ms' && Math.abs(value) >= 10_000
  const number = Number((seconds ? value / 1000 : value).toPrecision(6))
  return unit === '' ? `${number}` : `${number} ${seconds ? 's' : unit}`
}

/** A tick of the value axis: short, and never broken over two lines. */
export function formatTick(value: number, unit: '%' | 'ms' | ''): string {
  if (value === 0) return '0'
  const text = unit === 'ms' && value >= 1000 ? `${value / 1000} s` : formatRound(value, unit)
  return text.replace(' ', '\u00a0')
}

function digits(value: number): string {
  const size = Math.abs(value)
  if (size >= 100) return Math.round(value).toString()
  if (size >= 10) return value.toFixed(1)
  return value.toFixed(2)
}
