import { useVirtualizer } from '@tanstack/react-virtual'
import { useEffect, useRef } from 'react'
import type { KeyboardEvent } from 'react'
import { timeScale, timeTicks } from '#domain/timeline/axis.ts'
import { markWords } from '#domain/timeline/timeline.ts'
import type { TimelineMark, TimelineRow } from '#domain/timeline/timeline.ts'
import { formatClock } from '#renderer/ui/format.ts'
import { useWidth } from '#renderer/parts/chart/use-width.ts'
import { TimelineBars } from './timeline-bars.tsx'
import { isFirstPlan } from './timeline-words.ts'
import { zoomedRange } from './zoomed-range.ts'
import type { TimeRange } from './zoomed-range.ts'
import styles from './timeline-chart.module.css'

export interface TimelineChartProps {
  rows: TimelineRow[]
  marks: TimelineMark[]
  whole: TimeRange
  zoom: number
  /** The moment that stays in sight when only a part is shown. */
  around: number
  zone: string
  selected: string | null
  onSelect: (id: string) => void
  onOpen: (row: TimelineRow) => void
  onZoom: (factor: number) => void
}

const ROW_PX = 24
const NAMES_PX = 250
const PAGE = 15

/** Only the rows in sight are drawn, so that 500 steps are as quick as five. The arrows move, Enter opens the row in the room. */
export function TimelineChart({ rows, marks, whole, zoom, around, zone, selected, onSelect, onOpen, onZoom }: TimelineChartProps) {
  const scroller = useRef<HTMLDivElement>(null)
  const width = useWidth(scroller)
  const { from, to } = zoomedRange(whole, zoom, around)
  const scale = timeScale(from, to, NAMES_PX, Math.max(NAMES_PX + 1, width - 8))
  // oxlint-disable-next-line react/incompatible-library -- nothing here is memoised by the compiler
  const list = useVirtualizer({ count: rows.length, getScrollElement: () => scroller.current, estimateSize: () => ROW_PX, overscan: 10, getItemKey: (index) => rows[index]?.id ?? index })
  const place = rows.findIndex(({ id }) => id === selected)

  useEffect(() => {
    if (place >= 0) list.scrollToIndex(place)
    // Only a move of the selection scrolls, not every tick of the clock.
    // oxlint-disable-next-line react-hooks/exhaustive-deps
  }, [place])

  const onKeyDown = (event: KeyboardEvent): void => {
    const last = rows.length - 1
    const next = { ArrowDown: place + 1, ArrowUp: place - 1, PageDown: place + PAGE, PageUp: place - PAGE, Home: 0, End: last }[event.key]
    const row = rows[place]
    if (next !== undefined) onSelect(rows[Math.min(last, Math.max(0, next))]?.id ?? '')
    else if (event.key === '+' || event.key === '=') onZoom(2)
    else if (event.key === '-') onZoom(0.5)
    else if (event.key === 'Enter' && row) onOpen(row)
    else return
    event.preventDefault()
  }
  const inSight = marks.filter(({ at }) => at >= from && at <= to)

  return (
    <div className={styles.timeline}>
      <div className={styles.axis} aria-hidden="true">
        {width > 0 && timeTicks(scale, width - NAMES_PX).map((at) => <span key={at} className={styles.tick} style={{ left: scale(at) }}>{formatClock(at, zone)}</span>)}
      </div>
      <div className={styles.scroller} ref={scroller} role="listbox" tabIndex={0} data-autofocus aria-label={`Timeline, ${rows.length} rows`} aria-activedescendant={selected === null ? undefined : `timeline-${selected}`} onKeyDown={onKeyDown}>
        <div className={styles.rows} style={{ height: list.getTotalSize() }}>
          {width > 0 && inSight.map(({ kind, at }) => <span key={kind} className={styles.mark} data-mark={kind} style={{ left: scale(at) }} />)}
          {width > 0 && list.getVirtualItems().map(({ index, start }) => {
            const row = rows[index]
            return row && <TimelineBars key={row.id} row={row} top={start} scale={scale} zone={zone} isSelected={row.id === selected} onSelect={onSelect} onOpen={onOpen} />
          })}
        </div>
      </div>
      <ul className={styles.legend} aria-label="Marks">
        {marks.map((mark) => <li key={mark.kind} data-mark={mark.kind}>{markWords(mark)} <time>{formatClock(mark.at, zone)}</time></li>)}
        <li data-key="planned">planned</li>{!rows.every(isFirstPlan) && <li data-key="first">planned first</li>}<li data-key="forecast">forecast, to p90</li><li data-key="actual">actual</li><li data-key="critical">critical path</li>
      </ul>
    </div>
  )
}
