import { isPast } from '#domain/verdict.ts'
import type { Series } from '#preload/contract.ts'
import { formatClock } from '#renderer/ui/format.ts'
import type { ChartLimit } from './chart-plot.tsx'
import { formatValue } from './scale.ts'
import styles from './value-table.module.css'

const ROWS = 60

/** The same numbers to read, copy and hear: at most sixty rows, each with the least and greatest of its time. */
export function ValueTable({ series, unit, zone, limit }: { series: Series; unit: '%' | 'ms' | ''; zone: string; limit: ChartLimit | null }) {
  const each = Math.max(1, Math.ceil(series.buckets.length / ROWS))
  const rows = Array.from({ length: Math.ceil(series.buckets.length / each) }, (_, place) => {
    const group = series.buckets.slice(place * each, (place + 1) * each)
    const least = group.flatMap((bucket) => bucket.min ?? [])
    const greatest = group.flatMap((bucket) => bucket.max ?? [])
    const last = group.findLast((bucket) => bucket.last !== null)?.last ?? null
    return { at: group[0]?.at ?? 0, min: least.length > 0 ? Math.min(...least) : null, max: greatest.length > 0 ? Math.max(...greatest) : null, last }
  })
  const words = (value: number | null): string => (value === null ? 'no data' : formatValue(value, unit))
  return (
    <div className={styles.scroller} tabIndex={0} role="region" aria-label="Values">
      <table className={styles.table}>
        <thead><tr><th scope="col">From</th><th scope="col">Least</th><th scope="col">Greatest</th><th scope="col">Last</th><th scope="col">{limit === null ? '' : limit.text}</th></tr></thead>
        <tbody>
          {rows.map((row) => (
            <tr key={row.at}>
              <th scope="row">{formatClock(row.at, zone, true)}</th>
              <td>{words(row.min)}</td><td>{words(row.max)}</td><td>{words(row.last)}</td>
              <td>{limit !== null && [row.min, row.max].some((value) => value !== null && isPast(value, { operator: limit.operator, limit: limit.value })) ? '▲ past the limit' : ''}</td>
            </tr>
          ))}
        </tbody>
      </table>
    </div>
  )
}
