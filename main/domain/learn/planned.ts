import { forecastOf } from '../forecast/forecast.ts'

const SECOND = 1000
const MINUTE = 60 * SECOND
/** What is written down is read by people: seconds in fives, minutes in halves, longer ones whole. */
const GRAINS = [{ below: MINUTE, ms: 5 * SECOND }, { below: 10 * MINUTE, ms: 30 * SECOND }, { below: Infinity, ms: MINUTE }]
/** A plan that is off by less than this is right. */
const LEAST_DIFFERENCE_MS = 15 * SECOND
const LEAST_SHARE = 0.1

/** A planned length that earlier runs speak for. */
export interface LearnedLength {
  ms: number
  p50: number
  p90: number
  n: number
}

/**
 * The length a step should be planned with, or null when its plan is right or nobody knows better: the p90, so that on nine
 * nights of ten nobody is called late, rounded up. With one or two lengths it is never shorter than the plan.
 */
export function learnedLength(lengths: readonly number[], plannedMs: number | null): LearnedLength | null {
  const { p50, p90, n } = forecastOf(lengths, plannedMs)
  if (n === 0 || p50 === null || p90 === null) return null
  const ms = roundedUp(p90)
  const least = Math.max(LEAST_DIFFERENCE_MS, (plannedMs ?? 0) * LEAST_SHARE)
  return plannedMs !== null && Math.abs(ms - plannedMs) < least ? null : { ms, p50, p90, n }
}

function roundedUp(ms: number): number {
  const grain = GRAINS.find(({ below }) => ms < below)?.ms ?? MINUTE
  return Math.max(grain, Math.ceil(ms / grain) * grain)
}

/** A length as a runbook's attribute takes it without quotes: `45s`, `2m30s`, `1h5m`. */
export function lengthWord(ms: number): string {
  const seconds = Math.round(ms / SECOND)
  const parts = [[Math.floor(seconds / 3600), 'h'], [Math.floor(seconds / 60) % 60, 'm'], [seconds % 60, 's']] as const
  return parts.filter(([count]) => count > 0).map(([count, unit]) => `${count}${unit}`).join('') || '0s'
}
