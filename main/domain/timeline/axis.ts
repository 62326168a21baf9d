import type { Span } from '../timing.ts'

/** From epoch ms to a place on the picture. */
export interface TimeScale {
  (at: number): number
  from: number
  to: number
}

export function timeScale(from: number, to: number, left: number, right: number): TimeScale {
  const perMs = (right - left) / Math.max(1, to - from)
  return Object.assign((at: number): number => round(left + (Math.min(Math.max(at, from), to) - from) * perMs), { from, to })
}

export const round = (value: number): number => Math.round(value * 10) / 10

const minute = 60_000
const tickSteps = [1, 2, 5, 10, 15, 30, 60, 120, 180, 360, 720, 1440, 2880, 10_080, 43_200].map((minutes) => minutes * minute)

/** Round times for an axis, about one every 90 units. */
export function timeTicks(scale: TimeScale, width: number): number[] {
  const step = tickSteps.find((candidate) => (scale.to - scale.from) / candidate <= width / 90) ?? (scale.to - scale.from)
  const ticks: number[] = []
  for (let at = Math.ceil(scale.from / step) * step; at <= scale.to && ticks.length < 50; at += Math.max(step, 1)) ticks.push(at)
  return ticks
}

const halfDayMs = 12 * 60 * minute

/**
 * From when to when a picture of a run goes. A plan days away from what happened is left out rather than squeezing both. Null
 * when nothing has a time.
 */
export function timeRange(happening: readonly Span[], planned: readonly Span[]): { from: number; to: number } | null {
  const actual = ends(happening)
  const plan = ends(planned)
  const [first, last] = [least(actual), greatest(actual)]
  const all = actual.length === 0 ? plan : [...actual, ...plan.filter((at) => at > first - halfDayMs && at < last + halfDayMs)]
  if (all.length === 0) return null
  const [from, to] = [least(all), greatest(all)]
  const margin = Math.max((to - from) * 0.015, 30_000)
  return { from: from - margin, to: to + margin }
}

const ends = (spans: readonly Span[]): number[] => spans.flatMap(({ startAt, endAt }) => [startAt, endAt]).filter((at) => at !== null)
const least = (values: readonly number[]): number => values.reduce((one, other) => Math.min(one, other), Infinity)
const greatest = (values: readonly number[]): number => values.reduce((one, other) => Math.max(one, other), -Infinity)
