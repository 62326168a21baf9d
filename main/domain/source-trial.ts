/** What a metric's source gave when it was asked once: `query` is what was asked, resolved; `value` null is no data. */
export interface SourceTrial {
  metric: string
  kind: string
  query: string
  value: number | null
  /** Epoch ms of the reading, or of when there was none. */
  at: number
  /** How long it took. */
  tookMs: number
  /** Why it was not asked at all, or why there is no value where its kind knows; else ''. */
  fault: string
}
