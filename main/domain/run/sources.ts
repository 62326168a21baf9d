import type { MetricSource } from '../inventory.ts'
import type { RunState } from './state.ts'

const REHEARSED_EVERY_MS = 2000
/** A rehearsal's minute may be a second: the sampler asks no more often than this in real time. */
export const LEAST_REAL_MS = 200

/** The metrics a run reads. A rehearsal asks no real source: every metric the runbook mentions is synthetic. */
export function sourcesOf(state: Pick<RunState, 'mode' | 'runbook'>): MetricSource[] {
  const { inventory, thresholds, rollback, metrics, rehearsal } = state.runbook
  if (state.mode === 'live') return inventory.sources
  const names = new Set([
    ...inventory.sources.map((source) => source.metric),
    ...rehearsal.metrics.map((metric) => metric.metric),
    ...thresholds.map((threshold) => threshold.metric),
    ...rollback.triggers.flatMap((trigger) => (trigger.threshold ? [trigger.threshold.metric] : [])),
    ...metrics.map((metric) => metric.metric),
  ])
  return [...names].map((metric) => ({ metric, kind: 'synthetic', settings: {}, everyMs: REHEARSED_EVERY_MS }))
}

/**
 * How often new readings of a metric may be expected, in the run's time: what its silence is measured by. A rehearsal's
 * arrive in handfuls, further apart the faster its clock runs.
 */
export function readingEveryMs(state: Pick<RunState, 'mode' | 'runbook' | 'speed'>, metric: string): number {
  if (state.mode === 'rehearsal') return Math.max(REHEARSED_EVERY_MS, 2 * LEAST_REAL_MS * state.speed)
  return state.runbook.inventory.sources.find((source) => source.metric === metric)?.everyMs ?? 5000
}
