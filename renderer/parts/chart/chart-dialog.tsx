import { useEffect, useRef, useState } from 'react'
import type { ProblemValue } from '#domain/problem.ts'
import type { Client } from '#preload/client.ts'
import type { Series } from '#preload/contract.ts'
import { classNames } from '#renderer/ui/class-names.ts'
import { formatClock } from '#renderer/ui/format.ts'
import { Button } from '#renderer/ui/button.tsx'
import { Dialog } from '#renderer/ui/dialog.tsx'
import { ProblemNote } from '#renderer/ui/problem-note.tsx'
import { RehearsalTag } from '#renderer/ui/tag.tsx'
import { ChartPlot } from './chart-plot.tsx'
import type { ChartLimit, Marker, Stretch } from './chart-plot.tsx'
import { useWidth } from './use-width.ts'
import { ValueTable } from './value-table.tsx'
import styles from './chart-dialog.module.css'

export interface ChartDialogProps {
  client: Client
  runId: string
  metric: string
  title: string
  from: number
  to: number
  unit: '%' | 'ms' | ''
  zone: string
  limit: ChartLimit | null
  breached: Stretch[]
  markers: Marker[]
  rehearsal: boolean
  onClose: () => void
}

const MOST_BUCKETS = 600

/** The whole run of one metric, as a chart or as numbers. A still picture: it is read once and does not move. */
export function ChartDialog({ client, runId, metric, title, from, to, unit, zone, limit, breached, markers, rehearsal, onClose }: ChartDialogProps) {
  const [series, setSeries] = useState<Series | null>(null)
  const [problem, setProblem] = useState<ProblemValue | null>(null)
  const [asTable, setAsTable] = useState(false)
  const [range] = useState({ from, to })
  const box = useRef<HTMLDivElement>(null)
  const width = useWidth(box)
  const shown = series ? markers.filter((marker) => marker.at >= series.from && marker.at <= series.to) : []

  useEffect(() => {
    let wanted = true
    void client.call('read-series', { runId, metric, from: range.from, to: range.to, buckets: MOST_BUCKETS }).then((reply) => {
      if (!wanted) return
      if (reply.ok) setSeries(reply.value)
      else setProblem(reply.problem)
    })
    return () => {
      wanted = false
    }
  }, [client, runId, metric, range])

  return (
    <Dialog
      title={title} size="l" onClose={onClose} description={rehearsal ? <RehearsalTag /> : limit ? `Limit: ${limit.text}` : 'No limit set'}
      actions={<>
        <Button variant="quiet" onClick={() => setAsTable(!asTable)}>{asTable ? 'Show the chart' : 'Show the numbers'}</Button>
        <Button data-autofocus onClick={onClose} shortcut="Escape">Close</Button>
      </>}
    >
      <div ref={box} className={styles.box}>
        {problem && <ProblemNote problem={problem} />}
        {series && asTable && <ValueTable series={series} unit={unit} zone={zone} limit={limit} />}
        {series && !asTable && width > 0 && (<>
          <ChartPlot large buckets={series.buckets} from={series.from} to={series.to} width={width} height={340} unit={unit} zone={zone} limit={limit} breached={breached} markers={shown} />
          <ol className={styles.legend} aria-label="Phases and steps">
            {shown.map((marker) => <li key={`${marker.kind} ${marker.at}`} className={classNames((marker.kind === 'phase' || marker.kind === 'rollback') && styles.phase)}><time>{formatClock(marker.at, zone)}</time> {marker.label}</li>)}
          </ol>
        </>)}
      </div>
    </Dialog>
  )
}
