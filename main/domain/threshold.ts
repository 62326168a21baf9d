import type { SourceRange } from './runbook.ts'

export type ThresholdOperator = '>' | '>=' | '<' | '<='

/** A limit on a metric, compiled from prose like `Error rate > 2% for 1m`. */
export interface Threshold {
  id: string
  /** The prose, as written. */
  text: string
  metric: string
  operator: ThresholdOperator
  /** In `unit`: percent as 0-100, times in ms, anything else bare. */
  limit: number
  unit: '%' | 'ms' | ''
  /** How long the limit must be passed without pause before it is a breach; 0 = one sample is enough. */
  holdMs: number
  range: SourceRange
}

/** One reading. `value` null is a reading that failed: it counts as no data. */
export interface Sample {
  at: number
  value: number | null
}
