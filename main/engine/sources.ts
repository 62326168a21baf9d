import type { MetricSource } from '#domain/inventory.ts'
import type { RunState } from '#domain/run/state.ts'

const REHEARSED_EVERY_MS = 2000

/** The metrics a run reads. A rehearsal asks no real source: every metric the runbook mentions is synthetic. */
export function sourcesOf(state: RunState): MetricSource[] {
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
