import { useRef, useState } from 'react'
import type { KeyboardEvent, PointerEvent } from 'react'
import { useStore } from 'zustand'
import type { Bucket } from '#preload/contract.ts'
import { formatClock } from '#renderer/ui/format.ts'
import { columnMsOf, readingAt } from './points.ts'
import { timeAt, xOf } from './plot-area.ts'
import type { TimeRange } from './plot-area.ts'
import { formatValue } from './scale.ts'
import { useCrosshairStore, type CrosshairStore } from './crosshair-store.ts'
import styles from './crosshair.module.css'

export interface CrosshairProps {
  buckets: Bucket[]
  from: number
  to: number
  width: number
  gapMs: number
  unit: '%' | 'ms' | ''
  zone: string
  /** Given: a stretch can be dragged over, and keys move about, also beyond what is shown, to the ends of `whole`. */
  onZoom?: (from: number, to: number) => void
  whole?: TimeRange
}

/** The moment pointed at, as a line and in words, on top of a plot: recharts itself draws nothing new. */
export function Crosshair(props: CrosshairProps) {
  const store = useCrosshairStore()
  return store && <Layer {...props} store={store} />
}

function Layer({ buckets, from, to, width, gapMs, unit, zone, onZoom, whole = { from, to }, store }: CrosshairProps & { store: CrosshairStore }) {
  const at = useStore(store, (state) => (state.at !== null && state.at >= from && state.at <= to ? state.at : null))
  const [draggedFrom, setDraggedFrom] = useState<number | null>(null)
  const layer = useRef<HTMLDivElement>(null)
  const point = (next: number | null): void => store.setState({ at: next })
  const under = (event: PointerEvent): number => timeAt(event.clientX - (layer.current?.getBoundingClientRect().left ?? 0), { from, to }, width)
  const words = at === null ? '' : wordsAt(buckets, at, gapMs, unit, onZoom !== undefined)
  const clock = at === null ? '' : formatClock(at, zone, true)
  const x = at === null ? 0 : xOf(at, { from, to }, width)
  const dragX = draggedFrom === null ? null : xOf(draggedFrom, { from, to }, width)

  const onKeyDown = (event: KeyboardEvent): void => {
    const step = Math.max(columnMsOf(buckets), (to - from) / 100) * (event.shiftKey ? 10 : 1)
    // What was just moved to may not be shown yet.
    const now = store.getState().at
    const next = { ArrowLeft: (now ?? to) - step, ArrowRight: (now ?? from) + step, Home: from, End: to }[event.key]
    if (next !== undefined) go(Math.min(whole.to, Math.max(whole.from, next)))
    else if (onZoom && (event.key === '+' || event.key === '=')) zoomBy(0.5, onZoom)
    else if (onZoom && event.key === '-') zoomBy(2, onZoom)
    else return
    event.preventDefault()
  }
  const go = (next: number): void => {
    const quarter = ((to - from) / 4) * Math.sign(next - from)
    if (onZoom && (next < from || next > to)) onZoom(from + quarter, to + quarter)
    point(next)
  }
  const zoomBy = (factor: number, zoom: NonNullable<CrosshairProps['onZoom']>): void => {
    const [middle, half] = [at ?? (from + to) / 2, ((to - from) * factor) / 2]
    zoom(middle - half, middle + half)
  }
  const asSlider = onZoom && {
    role: 'slider', tabIndex: 0, 'aria-label': 'Moment', 'aria-valuemin': from, 'aria-valuemax': to, 'aria-valuenow': at ?? to,
    'aria-valuetext': at === null ? 'none; arrow keys choose one, + and - zoom' : `${clock}, ${words}`, onKeyDown,
    onPointerDown: (event: PointerEvent) => {
      layer.current?.setPointerCapture(event.pointerId)
      setDraggedFrom(under(event))
    },
    onPointerUp: (event: PointerEvent) => {
      const end = under(event)
      if (draggedFrom !== null && Math.abs(xOf(end, { from, to }, width) - (dragX ?? 0)) > LEAST_DRAG_PX) onZoom(draggedFrom, end)
      setDraggedFrom(null)
    },
    onPointerCancel: () => setDraggedFrom(null),
  }

  return (
    <div ref={layer} className={styles.layer} data-zoomable={onZoom ? '' : undefined} onPointerMove={(event) => point(under(event))} onPointerLeave={() => point(null)} {...asSlider}>
      {onZoom && at === null && <span className={styles.hint} aria-hidden="true">← → choose a moment, with Shift faster · + − zoom</span>}
      {dragX !== null && at !== null && <span className={styles.selection} style={{ left: Math.min(dragX, x), width: Math.abs(x - dragX) }} />}
      {at !== null && <span className={styles.line} style={{ left: x }} />}
      {at !== null && <span className={styles.words} style={x > width / 2 ? { right: width - x + 6 } : { left: x + 6 }}><time>{clock}</time> {words}</span>}
    </div>
  )
}

const LEAST_DRAG_PX = 6

function wordsAt(buckets: Bucket[], at: number, gapMs: number, unit: CrosshairProps['unit'], isLarge: boolean): string {
  const reading = readingAt(buckets, at, gapMs)
  if (reading === null || reading.last === null) return 'no data'
  const [least, greatest] = [reading.min ?? reading.last, reading.max ?? reading.last]
  return least === greatest || !isLarge ? formatValue(reading.last, unit) : `${formatValue(reading.last, unit)} (${formatValue(least, unit)} to ${formatValue(greatest, unit)})`
}
