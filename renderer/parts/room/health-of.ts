import type { Breach, RunState } from '#domain/run/state.ts'
import { readingEveryMs } from '#domain/run/sources.ts'
import type { Trigger } from '#domain/runbook.ts'
import { resolveLimit } from '#domain/threshold.ts'
import type { Baseline, Threshold } from '#domain/threshold.ts'
import { isPast, longestGapMs } from '#domain/verdict.ts'
import type { VerdictWord } from '#domain/verdict.ts'
import type { LiveSeries } from '#renderer/parts/chart/live-series.ts'
import { formatRound } from '#renderer/parts/chart/scale.ts'
import type { ChartLimit, Stretch } from '#renderer/parts/chart/chart-plot.tsx'

/** What a threshold's line in the strip says. */
export type ThresholdWord = Exclude<VerdictWord, 'inconclusive'> | 'no-data' | 'overridden'

/** Null also while a multiple of the baseline has no baseline. */
export const limitOf = (threshold: Threshold | null): ChartLimit | null =>
  threshold && Number.isFinite(threshold.limit) ? { value: threshold.limit, operator: threshold.operator, text: `${threshold.operator} ${formatRound(threshold.limit, threshold.unit)}` } : null

/** The limits at which a rollback trigger on the metric fires, but for the one that the chart shows as its limit. */
export function triggerLimits(triggers: readonly Trigger[], metric: string, usual: Baseline | null, shown: ChartLimit | null): ChartLimit[] {
  const limits = triggers.flatMap(({ threshold }) => (threshold?.metric === metric ? limitOf(resolveLimit(threshold, usual)) ?? [] : []))
  return limits.filter(({ value }, place) => value !== shown?.value && limits.findIndex((other) => other.value === value) === place)
}

/** Where a threshold stands: breaches, silences and verdicts as main has recorded them, else the newest reading. Unclear is no data. */
export function wordOf(state: Pick<RunState, 'breaches' | 'silent' | 'verdicts'>, threshold: Threshold, reading: { at: number; value: number } | null, staleMs: number | null): ThresholdWord {
  const open = state.breaches.find((breach) => breach.closedAt === null && isOf(breach, threshold))
  if (open) return open.override ? 'overridden' : 'breached'
  if (!reading || staleMs !== null || state.silent[threshold.metric] !== undefined) return 'no-data'
  const recorded = state.verdicts[threshold.id]?.verdict ?? (threshold.of === undefined ? null : 'inconclusive')
  if (recorded === 'inconclusive') return 'no-data'
  return isPast(reading.value, threshold) && recorded === null ? 'warning' : (recorded ?? 'ok')
}

/** A breach names its threshold, or the rollback trigger that was compiled into it. */
const isOf = (breach: Breach, { id, metric, text }: Threshold): boolean =>
  breach.thresholdId === id || (breach.triggerId !== null && breach.metric === metric && breach.evidence.rule === text)

/**
 * How old the newest reading may be before it is called no data: what main allows, and what the room itself lags behind,
 * which is more of the run's time the faster a rehearsal's clock goes (`rate`).
 */
export function trustMs(state: Pick<RunState, 'mode' | 'runbook' | 'speed'>, metric: string, rate: number): number {
  return longestGapMs(readingEveryMs(state, metric)) + ROOM_LAG_MS * Math.max(1, rate)
}

/** A reading waits up to a second for its chart and a second for the room's tick. */
const ROOM_LAG_MS = 2_500

/** Age of the newest reading when it is too old to trust, else null; Infinity when there never was one. */
export function staleness(series: LiveSeries, trust: number, now: number): number | null {
  if (!series.latest) return Infinity
  // History knows a reading's bucket and not its instant: it may be as much younger as the bucket is wide.
  const fromHistory = series.latest.at % series.widthMs === 0
  const age = now - series.latest.at
  return age > trust + (fromHistory ? series.widthMs : 0) ? age : null
}

export function breachedStretches(breaches: Breach[], metric: string, now: number): Stretch[] {
  return breaches.filter((breach) => breach.metric === metric).map((breach) => ({ from: breach.openedAt, to: breach.closedAt ?? now }))
}
