import { quantile, ascending } from '../forecast/quantile.ts'
import { own } from '../own.ts'
import type { Baseline, Sample } from '../threshold.ts'
import { beforeRelease } from './before-release.ts'
import { firstPhaseStart, watchedRules } from './rules.ts'
import type { RunState } from './state.ts'

/** Fewer readings than these say nothing about what is usual. */
export const FEWEST_READINGS = 3

/** From when to when the baseline is read: what a person picked, else from the run's start to the first phase's; null before that. */
export function baselineRange(state: RunState): { from: number; to: number } | null {
  return state.baseline === null ? beforeRelease(state) : { from: state.baseline.from, to: state.baseline.to }
}

/** Whether the baseline's range is known and its numbers are still to be worked out. */
export function wantsBaseline(state: RunState): boolean {
  if (state.stage === 'ended' || baselineRange(state) === null) return false
  if (state.baseline !== null) return state.baseline.takenAt === null
  return watchedRules(state.runbook).some(({ threshold }) => threshold.of === 'baseline')
}

/** The median, which one bad reading does not move; null when there are too few. */
export function baselineOf(samples: readonly Sample[]): Baseline | null {
  const values = ascending(samples.flatMap(({ value }) => (value !== null && Number.isFinite(value) ? [value] : [])))
  return values.length < FEWEST_READINGS ? null : { value: quantile(values, 0.5), n: values.length }
}

/** Whether work has begun, and a rule that compares with the metric's baseline will have none. */
export function lacksBaseline(state: RunState, metric: string): boolean {
  if (firstPhaseStart(state) === null || baselineRange(state) === null) return firstPhaseStart(state) !== null
  return state.baseline !== null && state.baseline.takenAt !== null && (own(state.baseline.metrics, metric) ?? null) === null
}
