import type { CSSProperties } from 'react'
import type { TimeScale } from '#domain/timeline/axis.ts'
import type { TimelineRow } from '#domain/timeline/timeline.ts'
import type { Span } from '#domain/timing.ts'
import { classNames } from '#renderer/ui/class-names.ts'
import { StatusMark } from '#renderer/ui/status-mark.tsx'
import { isFirstPlan, rowWords } from './timeline-words.ts'
import styles from './timeline-chart.module.css'

export interface TimelineBarsProps {
  row: TimelineRow
  top: number
  scale: TimeScale
  zone: string
  isSelected: boolean
  onSelect: (id: string) => void
  onOpen: (row: TimelineRow) => void
}

/** One row: its name, and the plan as an outline, the forecast with its p90 as a tail, and what happened as a bar. */
export function TimelineBars({ row, top, scale, zone, isSelected, onSelect, onOpen }: TimelineBarsProps) {
  const { id, title, kind, status, planned, baseline, forecast, actual, p90EndAt, flag, isCritical } = row
  const words = rowWords(row, zone)
  const ahead: Span = { startAt: actual.endAt ?? forecast.startAt, endAt: forecast.endAt }
  return (
    // oxlint-disable-next-line jsx-a11y/click-events-have-key-events -- the list handles the keys of its rows
    <div id={`timeline-${id}`} role="option" aria-selected={isSelected} aria-label={words} title={words} className={classNames(styles.row, kind === 'phase' && styles.phase, isSelected && styles.selected)} style={{ top }} onClick={() => onSelect(id)} onDoubleClick={() => onOpen(row)}>
      <span className={styles.name}>
        {kind === 'step' && <StatusMark status={status} shapeOnly />}
        <span className={styles.title} dir="auto">{title}</span>
        {flag === 'late' && <span className={styles.late}>late</span>}
        {flag === 'at-risk' && <span className={styles.atRisk}>at risk</span>}
      </span>
      {!isFirstPlan(row) && <Bar span={baseline} scale={scale} className={styles.firstPlan} />}
      <Bar span={planned} scale={scale} className={styles.planned} />
      <Bar span={{ startAt: forecast.endAt, endAt: p90EndAt }} scale={scale} className={styles.tail} />
      <Bar span={ahead} scale={scale} className={classNames(styles.forecast, isCritical && styles.critical)} />
      <Bar span={actual} scale={scale} className={styles.actual} status={status} />
    </div>
  )
}

function Bar({ span: { startAt, endAt }, scale, className, status }: { span: Span; scale: TimeScale; className: string | undefined; status?: string }) {
  if (startAt === null || endAt === null || endAt < scale.from || startAt > scale.to || endAt < startAt) return null
  const at: CSSProperties = { left: scale(startAt), width: Math.max(2, scale(endAt) - scale(startAt)) }
  return <span className={className} data-status={status} style={at} />
}
