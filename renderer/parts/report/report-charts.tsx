import type { ChartReport } from '#domain/report/model.ts'
import { ChartPlot } from '#renderer/parts/chart/chart-plot.tsx'
import styles from './report-charts.module.css'

const WIDTH = 536
const HEIGHT = 170

/** What the metrics did while the run went on, with its phases and breaches. */
export function ReportCharts({ charts, zone }: { charts: ChartReport[]; zone: string }) {
  return (
    <div className={styles.charts}>
      {charts.map((chart) => (
        <figure key={chart.metric} className={styles.chart}>
          <figcaption className={styles.caption}><span className={styles.metric}>{chart.metric}</span>{chart.threshold && <span className={styles.limit}>limit: {chart.threshold.text}</span>}</figcaption>
          <ChartPlot
            buckets={chart.buckets}
            from={chart.from}
            to={chart.to}
            width={WIDTH}
            height={HEIGHT}
            unit={chart.unit}
            zone={zone}
            limit={chart.threshold && { value: chart.threshold.limit, operator: chart.threshold.operator, text: `${chart.threshold.operator} ${chart.threshold.limit} ${chart.unit}`.trim() }}
            breached={chart.breaches.map(({ fromAt, toAt }) => ({ from: fromAt, to: toAt ?? chart.to }))}
            markers={chart.markers}
          />
          <p className={styles.said}>{breachWords(chart)}</p>
        </figure>
      ))}
    </div>
  )
}

function breachWords({ breaches, noData, threshold }: ChartReport): string {
  const times = (count: number) => (count === 1 ? 'once' : `${count} times`)
  const said = breaches.length > 0 ? `Over its limit ${times(breaches.length)}.` : threshold ? 'Never over its limit for as long as that takes.' : 'No limit set.'
  return noData.length > 0 ? `${said} No data ${times(noData.length)}: nothing is known of that time.` : said
}
