import type { SourceRange } from './runbook.ts'

export type ThresholdOperator = '>' | '>=' | '<' | '<='

/**
 * What a rule without data asks for. `hold`: what its breach would ask for, until there is data or a person goes on without.
 * `ignore`: it is shown and asks for nothing. `breach`: it is a breach.
 */
export type NoDataPolicy = 'hold' | 'ignore' | 'breach'

/** A limit on a metric, compiled from prose like `Error rate > 2% for 1m`. Measured as Argo Rollouts' analysis does. */
export interface Threshold {
  id: string
  /** The prose, as written, without its attributes. */
  text: string
  metric: string
  operator: ThresholdOperator
  /** In `unit`: percent as 0-100, times in ms, anything else bare. With `of`, how many times the baseline. */
  limit: number
  unit: '%' | 'ms' | ''
  /** `limit` is a multiple of the metric's baseline: `resolveLimit` makes it a number. */
  of?: 'baseline'
  /** How long the limit must be passed without pause before it is a breach; 0 = one measurement is enough. */
  holdMs: number
  /** Instead of a hold time: so many failures among so many of the latest measurements are a breach. */
  count?: { failures: number; of: number }
  /** How far apart measurements are; without it each reading is one. */
  everyMs?: number
  /** Nothing is judged until this long after the first phase has begun. */
  delayMs?: number
  /** So many measurements in a row inside the limit before it is ok again; 1 when left out. */
  recover?: number
  /** `hold` when left out. */
  noData?: NoDataPolicy
  range: SourceRange
}

/** One reading. `value` null is a reading that failed: it counts as no data. */
export interface Sample {
  at: number
  value: number | null
}

/** What is usual for a metric: the median of `n` readings. */
export interface Baseline {
  value: number
  n: number
}

/** The threshold with a limit of its own. Without a baseline to multiply it has none (NaN), and nothing is ever ok by it. */
export function resolveLimit(threshold: Threshold, baseline: Baseline | null): Threshold {
  if (threshold.of !== 'baseline') return threshold
  return { ...threshold, limit: baseline === null ? NaN : Number((threshold.limit * baseline.value).toPrecision(12)) }
}
