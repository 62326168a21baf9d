import { memo, useMemo, useRef } from 'react'
import type { KeyboardEvent, PointerEvent } from 'react'
import type { Bucket } from '#preload/contract.ts'
import { formatClock } from '#renderer/ui/format.ts'
import { LEAST_RANGE_MS, PLOT, plotWidth, timeAt, xOf } from './plot-area.ts'
import type { TimeRange } from './plot-area.ts'
import { pathsOf } from './plot-paths.ts'
import { columnMsOf, pointsOf } from './points.ts'
import { valueTop } from './scale.ts'
import styles from './overview.module.css'

export interface OverviewProps {
  buckets: Bucket[]
  whole: TimeRange
  gapMs: number
  zone: string
  width: number
  /** What the plot above shows; null: all of it. */
  shown: TimeRange | null
  onChange: (from: number, to: number) => void
}

const OVERVIEW_HEIGHT = 42
/** Room for the two lines that `PLOT` leaves above and below a plot with axes. */
const DRAWN_HEIGHT = OVERVIEW_HEIGHT + PLOT.top + PLOT.bottom - 6

/** The whole run, small, with two handles around what the plot shows: drag them, or what is between them, or move them by keys. */
export const Overview = memo(function Overview({ buckets, whole, gapMs, zone, width, shown, onChange }: OverviewProps) {
  const range = shown ?? whole
  const { band, line } = useMemo(
    () => pathsOf(pointsOf(buckets, columnMsOf(buckets), gapMs), { ...whole, top: valueTop(buckets, null), width, height: DRAWN_HEIGHT }),
    [buckets, gapMs, whole, width],
  )
  const [left, right] = [xOf(range.from, whole, width), xOf(range.to, whole, width)]
  const handles = { whole, width, zone }
  return (
    <div className={styles.overview} role="group" aria-label="Shown stretch">
      <span className={styles.ground} style={{ left: PLOT.left, right: PLOT.right }} />
      <svg className={styles.drawn} width={width} height={OVERVIEW_HEIGHT} viewBox={`0 ${PLOT.top - 3} ${width} ${OVERVIEW_HEIGHT}`} aria-hidden="true">
        <path d={band} fill="var(--series-1)" fillOpacity={0.3} />
        <path d={line} fill="none" stroke="var(--series-1)" strokeWidth={1} />
      </svg>
      <Between left={left} right={right} range={range} {...handles} onChange={onChange} />
      <Handle name="Shown from" at={range.from} least={whole.from} most={range.to - LEAST_RANGE_MS} {...handles} onMove={(at) => onChange(at, range.to)} />
      <Handle name="Shown until" at={range.to} least={range.from + LEAST_RANGE_MS} most={whole.to} {...handles} onMove={(at) => onChange(range.from, at)} />
    </div>
  )
})

interface Placed {
  whole: TimeRange
  width: number
  zone: string
}

interface HandleProps extends Placed {
  name: string
  at: number
  least: number
  most: number
  onMove: (at: number) => void
}

function Handle({ name, at, least, most, whole, width, zone, onMove }: HandleProps) {
  const move = (to: number): void => onMove(Math.min(most, Math.max(least, to)))
  const onKeyDown = (event: KeyboardEvent): void => {
    const step = ((whole.to - whole.from) / 100) * (event.shiftKey ? 10 : 1)
    const to = { ArrowLeft: at - step, ArrowDown: at - step, ArrowRight: at + step, ArrowUp: at + step, Home: least, End: most }[event.key]
    if (to === undefined) return
    event.preventDefault()
    move(to)
  }
  const onPointerMove = (event: PointerEvent): void => {
    const strip = event.currentTarget.parentElement
    if (strip && event.currentTarget.hasPointerCapture(event.pointerId)) move(timeAt(event.clientX - strip.getBoundingClientRect().left, whole, width))
  }
  return (
    <span
      className={styles.handle} style={{ left: xOf(at, whole, width) }} role="slider" tabIndex={0} aria-label={name}
      aria-valuemin={least} aria-valuemax={most} aria-valuenow={at} aria-valuetext={formatClock(at, zone, true)}
      onKeyDown={onKeyDown} onPointerDown={(event) => event.currentTarget.setPointerCapture(event.pointerId)} onPointerMove={onPointerMove}
    />
  )
}

interface BetweenProps extends Placed {
  left: number
  right: number
  range: TimeRange
  onChange: OverviewProps['onChange']
}

/** What is shown, to be dragged along as it is. */
function Between({ left, right, range, whole, width, onChange }: BetweenProps) {
  const grabbed = useRef<{ x: number; from: number } | null>(null)
  const length = range.to - range.from
  const onPointerMove = (event: PointerEvent): void => {
    if (grabbed.current === null) return
    const moved = ((event.clientX - grabbed.current.x) / plotWidth(width)) * (whole.to - whole.from)
    const from = Math.min(whole.to - length, Math.max(whole.from, grabbed.current.from + moved))
    onChange(from, from + length)
  }
  const release = (): void => {
    grabbed.current = null
  }
  return (
    <>
      <span className={styles.outside} style={{ left: PLOT.left, width: Math.max(0, left - PLOT.left) }} />
      <span className={styles.outside} style={{ left: right, width: Math.max(0, width - PLOT.right - right) }} />
      <span
        className={styles.between} style={{ left, width: Math.max(1, right - left) }}
        onPointerDown={(event) => {
          event.currentTarget.setPointerCapture(event.pointerId)
          grabbed.current = { x: event.clientX, from: range.from }
        }}
        onPointerMove={onPointerMove} onPointerUp={release} onPointerCancel={release}
      />
    </>
  )
}
