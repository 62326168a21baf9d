import { useCallback, useMemo, useRef, useState } from 'react'
import type { Client } from '#preload/client.ts'
import { classNames } from '#renderer/ui/class-names.ts'
import { formatClock } from '#renderer/ui/format.ts'
import { Button } from '#renderer/ui/button.tsx'
import { Dialog } from '#renderer/ui/dialog.tsx'
import { ProblemNote } from '#renderer/ui/problem-note.tsx'
import { RehearsalTag } from '#renderer/ui/tag.tsx'
import { ChartExport } from './chart-export.tsx'
import { ChartPlot } from './chart-plot.tsx'
import type { Band, ChartLimit, Marker, Stretch } from './chart-plot.tsx'
import { Crosshair } from './crosshair.tsx'
import { Overview } from './overview.tsx'
import { plotWidth, zoomedTo } from './plot-area.ts'
import type { TimeRange } from './plot-area.ts'
import { formatValue } from './scale.ts'
import { useSeries } from './use-series.ts'
import { useWidth } from './use-width.ts'
import { ValueTable } from './value-table.tsx'
import styles from './chart-dialog.module.css'

export interface ChartDialogProps {
  client: Client
  runId: string
  metric: string
  title: string
  from: number
  /** The newest moment; goes on while the run does. */
  to: number
  /** Nothing new will come: there is nothing to follow. */
  isOver: boolean
  unit: '%' | 'ms' | ''
  zone: string
  limit: ChartLimit | null
  triggers: ChartLimit[]
  baseline: Band | null
  breached: Stretch[]
  markers: Marker[]
  /** Readings further apart have a gap between them. */
  gapMs: number
  rehearsal: boolean
  onClose: () => void
}

const MOST_COLUMNS = 600
const HEIGHT = 320

/** The whole run of one metric, or a stretch of it, as a chart or as numbers. It follows the run until it is frozen. */
export function ChartDialog({ client, runId, metric, title, from, to, isOver, unit, zone, limit, triggers, baseline, breached, markers, gapMs, rehearsal, onClose }: ChartDialogProps) {
  const [asTable, setAsTable] = useState(false)
  const [frozenAt, setFrozenAt] = useState<number | null>(null)
  const [zoom, setZoom] = useState<TimeRange | null>(null)
  const box = useRef<HTMLDivElement>(null)
  const width = useWidth(box)
  const columns = Math.min(MOST_COLUMNS, Math.floor(plotWidth(width)))
  const end = wholeEnd(from, frozenAt ?? to, columns)
  const whole = useMemo(() => ({ from, to: end }), [from, end])
  const asked = width === 0 ? 0 : columns
  const run = useSeries(client, runId, metric, { ...whole, columns: asked })
  const stretch = useSeries(client, runId, metric, { ...(zoom ?? whole), columns: zoom === null ? 0 : asked })
  // What was answered for another stretch is no stand-in for this one.
  const near = zoom !== null && stretch.series !== null && stretch.series.from < zoom.to && stretch.series.to > zoom.from
  const series = near ? stretch.series : run.series
  const problem = run.problem ?? stretch.problem
  const isEmpty = series?.buckets.every(({ last }) => last === null) ?? false
  const shown = useMemo(() => (series ? markers.filter((marker) => marker.at >= series.from && marker.at <= series.to) : []), [series, markers])
  const zoomTo = useCallback((one: number, other: number) => setZoom(zoomedTo(one, other, whole)), [whole])
  const showWhole = (): void => {
    setZoom(null)
    // The button goes away; the focus would go with it.
    box.current?.querySelector<HTMLElement>('[tabindex="0"]')?.focus()
  }
  const note = [rehearsal ? 'REHEARSAL' : '', limit ? `limit ${limit.text}` : ''].filter((part) => part !== '').join(' · ')

  return (
    <Dialog
      title={title} size="xl" onClose={onClose} description={<>{rehearsal && <RehearsalTag />} Times in {zone} · {limit ? `limit: ${limit.text}` : 'no limit set'}{triggers.map(({ text }) => ` · rollback trigger: ${text}`)}{baseline && ` · usual before the release: ${formatValue(baseline.least, unit)} to ${formatValue(baseline.greatest, unit)}`}</>}
      actions={<>
        {series && <ChartExport box={box} metric={metric} title={title} note={note} buckets={series.buckets} />}
        <span className={styles.spread} />
        {zoom !== null && <Button variant="quiet" onClick={showWhole}>Whole run</Button>}
        {!isOver && <>
          {frozenAt !== null && <span className={styles.frozen} role="status">Frozen at {formatClock(frozenAt, zone, true)}</span>}
          <Button variant={frozenAt === null ? 'quiet' : 'neutral'} aria-pressed={frozenAt !== null} onClick={() => setFrozenAt(frozenAt === null ? to : null)}>Freeze</Button>
        </>}
        <Button variant="quiet" onClick={() => setAsTable(!asTable)}>{asTable ? 'Show the chart' : 'Show the numbers'}</Button>
        <Button data-autofocus onClick={onClose} shortcut="Escape">Close</Button>
      </>}
    >
      <div ref={box} className={styles.box}>
        {problem && <ProblemNote problem={problem} />}
        {series && asTable && <ValueTable series={series} unit={unit} zone={zone} limit={limit} />}
        {series && !asTable && width > 0 && (<>
          <div className={styles.plot}>
            <ChartPlot large buckets={series.buckets} from={series.from} to={series.to} width={width} height={HEIGHT} unit={unit} zone={zone} limit={limit} triggers={triggers} baseline={baseline} breached={breached} markers={shown} gapMs={gapMs} />
            <Crosshair buckets={series.buckets} from={series.from} to={series.to} width={width} gapMs={gapMs} unit={unit} zone={zone} onZoom={zoomTo} whole={whole} />
            {isEmpty && <p className={styles.none} role="status">{zoom !== null ? 'No data in this stretch' : isOver ? 'No data was recorded' : 'No data yet'}</p>}
          </div>
          {run.series && <Overview buckets={run.series.buckets} whole={whole} gapMs={gapMs} zone={zone} width={width} shown={zoom} onChange={zoomTo} />}
          <ol className={styles.legend} aria-label="Phases and steps">
            {shown.map((marker) => <li key={`${marker.kind} ${marker.at}`} className={classNames((marker.kind === 'phase' || marker.kind === 'rollback') && styles.phase)}><time>{formatClock(marker.at, zone)}</time> {marker.label}</li>)}
          </ol>
        </>)}
      </div>
    </Dialog>
  )
}

/** Where a column ends, so that main is asked again only when there is a new one to show. */
function wholeEnd(from: number, to: number, columns: number): number {
  const columnMs = Math.max(1000, Math.ceil((to - from) / Math.max(1, columns) / 1000) * 1000)
  return from + Math.max(1, Math.ceil((to - from) / columnMs)) * columnMs
}
