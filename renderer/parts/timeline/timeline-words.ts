import { formatDuration } from '#domain/duration.ts'
import type { TimelineRow } from '#domain/timeline/timeline.ts'
import type { Span } from '#domain/timing.ts'
import { formatClock } from '#renderer/ui/format.ts'

/** Everything about one row, for a tooltip, for the line below the picture, and for those who hear it. */
export function rowWords(row: TimelineRow, zone: string): string {
  const { title, planned, baseline, forecast, actual, p90EndAt, flag, isCritical, floatMs, status } = row
  return [
    `${title}: ${status === 'planned' ? 'not begun' : status}`,
    span('planned', planned, zone), isFirstPlan(row) ? '' : span('planned first', baseline, zone), forecast.endAt === null ? '' : `${span('forecast', forecast, zone)}${p90EndAt === null ? '' : ` (p90 ${formatClock(p90EndAt, zone)})`}`,
    span('actual', actual, zone), flag === 'late' ? 'late' : flag === 'at-risk' ? 'at risk' : '',
    isCritical ? 'on the critical path' : floatMs !== null && floatMs > 0 ? `${formatDuration(floatMs)} to spare` : '',
  ].filter((part) => part !== '').join(', ')
}

/** Whether nothing else was planned for it before. */
export const isFirstPlan = ({ planned, baseline }: TimelineRow): boolean => planned.startAt === baseline.startAt && planned.endAt === baseline.endAt

function span(word: string, { startAt, endAt }: Span, zone: string): string {
  if (startAt === null && endAt === null) return ''
  return `${word} ${startAt === null ? '?' : formatClock(startAt, zone)}–${endAt === null ? '?' : formatClock(endAt, zone)}`
}
