import { formatDuration } from '#domain/duration.ts'
import { useView } from './room-context.ts'

/** How long a rollback step takes, in as few words as a list has room for. */
export function StepForecast({ stepId, plannedMs }: { stepId: string; plannedMs: number | null }) {
  const words = useView(({ forecasts }) => {
    const { p50, p90, n } = forecasts?.get(stepId) ?? { p50: plannedMs, p90: plannedMs, n: 0 }
    if (p50 === null || p90 === null) return 'unknown length'
    return n === 0 ? formatDuration(p50) : `${formatDuration(p50)}, p90 ${formatDuration(p90)}`
  })
  return words
}
