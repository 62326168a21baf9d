import { Maximize2 } from 'lucide-react'
import { memo, useMemo, useRef } from 'react'
import { Button } from '#renderer/ui/button.tsx'
import { classNames } from '#renderer/ui/class-names.ts'
import { formatClock, formatCounter } from '#renderer/ui/format.ts'
import { RehearsalTag } from '#renderer/ui/tag.tsx'
import { ChartPlot } from './chart-plot.tsx'
import type { Band, ChartLimit, Marker, Stretch } from './chart-plot.tsx'
import { Crosshair } from './crosshair.tsx'
import { endOf } from './live-series.ts'
import type { LiveSeries } from './live-series.ts'
import { formatValue, shownRange } from './scale.ts'
import { useWidth } from './use-width.ts'
import styles from './metric-chart.module.css'

export interface MetricChartProps {
  title: string
  /** One line without a chart. */
  compact?: boolean
  series: LiveSeries
  /** When the run began, epoch ms: nothing was read before. */
  startedAt: number | null
  unit: '%' | 'ms' | ''
  zone: string
  limit: ChartLimit | null
  triggers: ChartLimit[]
  verdict: 'ok' | 'warning' | 'breached' | 'no-data'
  breached: Stretch[]
  markers: Marker[]
  /** Readings further apart have a gap between them. */
  gapMs: number
  baseline: Band | null
  rehearsal: boolean
  /** Age of the newest reading in ms when it is too old to trust, else null. Infinity: there never was one. */
  staleMs: number | null
  /** Why there is no data, where its source knows; '' otherwise. */
  why?: string
  /** When watching ended; null or left out while it goes on. */
  until?: number | null
  onEnlarge: () => void
}

/** The live tile: the current value large, the run so far or its last quarter of an hour, and the limit in words. */
export const MetricChart = memo(function MetricChart({ title, compact = false, series, startedAt, unit, zone, limit, triggers, verdict, breached, markers, gapMs, baseline, rehearsal, staleMs, why = '', until = null, onEnlarge }: MetricChartProps) {
  const box = useRef<HTMLDivElement>(null)
  const width = useWidth(box)
  const { from, to } = shownRange(series.from, endOf(series), startedAt)
  const buckets = useMemo(() => series.buckets.filter((bucket) => bucket.at + series.widthMs > from), [series, from])
  return (
    <section className={classNames(styles.tile, compact && styles.compact)} aria-label={title}>
      <header className={styles.head}>
        <span className={classNames(styles.value, styles[verdict])}>{series.latest ? <Figure text={formatValue(series.latest.value, unit)} /> : '–'}</span>
        <div className={styles.words}>
          <h3 className={styles.title} title={title}>{title}</h3>
          <p className={styles.said}>
            <span className={classNames(staleMs !== null && styles.stale)}>{until === null ? said(staleMs, limit) : `until ${formatClock(until, zone)}`}</span>
            {rehearsal && !compact && <RehearsalTag />}
          </p>
          {until === null && why !== '' && <p className={styles.why} title={why}>{why}</p>}
        </div>
        <Button size="s" variant="quiet" className={styles.enlarge} icon={<Maximize2 size={13} />} aria-label={`Enlarge ${title}`} onClick={onEnlarge} />
      </header>
      <div className={styles.plot} ref={box} aria-hidden="true" hidden={compact}>
        {width > 0 && !compact && <ChartPlot buckets={buckets} from={from} to={to} width={width} height={92} unit={unit} zone={zone} limit={limit} triggers={triggers} baseline={baseline} breached={breached} markers={markers} gapMs={gapMs} />}
        {width > 0 && !compact && <Crosshair buckets={buckets} from={from} to={to} width={width} gapMs={gapMs} unit={unit} zone={zone} />}
      </div>
    </section>
  )
})

/** The number large, its unit small. */
function Figure({ text }: { text: string }) {
  const [number, unit] = text.split(' ')
  return <>{number}{unit !== undefined && <small> {unit}</small>}</>
}

function said(staleMs: number | null, limit: ChartLimit | null): string {
  if (staleMs === Infinity) return 'No data yet'
  if (staleMs !== null) return `No data for ${formatCounter(staleMs)}`
  return limit ? `limit ${limit.text}` : 'no limit set'
}
