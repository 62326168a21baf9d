import { useRef } from 'react'
import type { ChartReport } from '#domain/report/model.ts'
import { ChartExport } from '#renderer/parts/chart/chart-export.tsx'
import { ChartPlot } from '#renderer/parts/chart/chart-plot.tsx'
import { Crosshair } from '#renderer/parts/chart/crosshair.tsx'
import { Crosshairs } from '#renderer/parts/chart/crosshairs.tsx'
import { columnMsOf } from '#renderer/parts/chart/points.ts'
import { ValueTable } from '#renderer/parts/chart/value-table.tsx'
import styles from './report-charts.module.css'

const WIDTH = 536
const HEIGHT = 170

/** What the metrics did while the run went on, with its phases and breaches. */
export function ReportCharts({ charts, zone, rehearsal }: { charts: ChartReport[]; zone: string; rehearsal: boolean }) {
  return (
    <Crosshairs>
      <div className={styles.charts}>{charts.map((chart) => <ReportChart key={chart.metric} chart={chart} zone={zone} rehearsal={rehearsal} />)}</div>
    </Crosshairs>
  )
}

function ReportChart({ chart, zone, rehearsal }: { chart: ChartReport; zone: string; rehearsal: boolean }) {
  const { metric, title, buckets, from, to, unit, threshold, breaches, markers } = chart
  const box = useRef<HTMLDivElement>(null)
  const limit = threshold && { value: threshold.limit, operator: threshold.operator, text: `${threshold.operator} ${threshold.limit} ${unit}`.trim() }
  return (
    <figure className={styles.chart}>
      <figcaption className={styles.caption}><span className={styles.metric}>{title}</span>{threshold && <span className={styles.limit}>limit: {threshold.text}</span>}</figcaption>
      <div ref={box} className={styles.plot}>
        <ChartPlot buckets={buckets} from={from} to={to} width={WIDTH} height={HEIGHT} unit={unit} zone={zone} limit={limit} breached={breaches.map(({ fromAt, toAt }) => ({ from: fromAt, to: toAt ?? to }))} markers={markers} />
        <Crosshair buckets={buckets} from={from} to={to} width={WIDTH} gapMs={columnMsOf(buckets)} unit={unit} zone={zone} />
      </div>
      <div className={styles.below}>
        <p className={styles.said}>{breachWords(chart)}</p>
        <ChartExport box={box} metric={metric} title={title} note={rehearsal ? 'REHEARSAL' : (threshold?.text ?? '')} buckets={buckets} />
      </div>
      <details className={styles.numbers}>
        <summary>The numbers</summary>
        <ValueTable series={{ metric, from, to, buckets }} unit={unit} zone={zone} limit={limit} />
      </details>
    </figure>
  )
}

function breachWords({ breaches, noData, threshold }: ChartReport): string {
  const times = (count: number) => (count === 1 ? 'once' : `${count} times`)
  const said = breaches.length > 0 ? `Over its limit ${times(breaches.length)}.` : threshold ? 'Never over its limit for as long as that takes.' : 'No limit set.'
  return noData.length > 0 ? `${said} No data ${times(noData.length)}: nothing is known of that time.` : said
}
