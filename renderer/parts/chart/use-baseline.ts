import { useMemo } from 'react'
import type { Client } from '#preload/client.ts'
import type { Band } from './chart-plot.tsx'
import { useSeries } from './use-series.ts'

/** The least and greatest of a stretch of readings; null until they are read, and where there are none. Read once. */
export function useBaseline(client: Client, runId: string, metric: string, stretch: { from: number; to: number } | null): Band | null {
  const { series } = useSeries(client, runId, metric, { from: stretch?.from ?? 0, to: stretch?.to ?? 0, columns: stretch === null ? 0 : 1 })
  const { min = null, max = null } = series?.buckets[0] ?? {}
  return useMemo(() => (min === null || max === null ? null : { least: min, greatest: max }), [min, max])
}
