import { memo, useMemo } from 'react'
import { Area, Brush, ComposedChart, YAxis } from 'recharts'
import type { Bucket } from '#preload/contract.ts'
import { formatClock } from '#renderer/ui/format.ts'
import { PLOT } from './plot-area.ts'
import type { TimeRange } from './plot-area.ts'
import styles from './overview.module.css'

export interface OverviewProps {
  buckets: Bucket[]
  zone: string
  width: number
  /** What the plot above shows; null: all of it. */
  shown: TimeRange | null
  onChange: (from: number, to: number) => void
}

const HEIGHT = 42

/** The whole run, small, with two handles around what the plot shows. */
export const Overview = memo(function Overview({ buckets, zone, width, shown, onChange }: OverviewProps) {
  const data = useMemo(() => buckets.map(({ at, min, max }) => ({ at, band: min === null || max === null ? null : [min, max] })), [buckets])
  const columnMs = (buckets[1]?.at ?? 0) - (buckets[0]?.at ?? 0)
  const indexOf = (at: number): number => Math.min(buckets.length - 1, Math.max(0, Math.round((at - (buckets[0]?.at ?? 0)) / Math.max(1, columnMs))))
  const [start, end] = shown === null ? [0, buckets.length - 1] : [indexOf(shown.from), Math.max(indexOf(shown.from) + 1, indexOf(shown.to) - 1)]
  return (
    <div className={styles.overview}>
      <ComposedChart width={width} height={HEIGHT} data={data} margin={{ top: 0, right: PLOT.right, bottom: 0, left: PLOT.left }} accessibilityLayer={false}>
        <Brush
          dataKey="at" height={HEIGHT - 4} y={2} travellerWidth={8} stroke="var(--line-strong)" fill="var(--bg-sunken)" ariaLabel="Shown stretch"
          startIndex={start} endIndex={end} tickFormatter={(at: number) => formatClock(at, zone)}
          onChange={({ startIndex, endIndex }) => {
            if (startIndex === start && endIndex === end) return
            onChange(buckets[startIndex]?.at ?? 0, (buckets[endIndex]?.at ?? 0) + columnMs)
          }}
        >
          <ComposedChart data={data} margin={{ top: 4, right: 0, bottom: 4, left: 0 }}>
            <YAxis hide domain={[0, 'dataMax']} />
            <Area dataKey="band" stroke="var(--series-1)" strokeWidth={1} fill="var(--series-1)" fillOpacity={0.3} isAnimationActive={false} connectNulls dot={false} type="linear" />
          </ComposedChart>
        </Brush>
      </ComposedChart>
    </div>
  )
})
