import { useState } from 'react'
import type { RefObject } from 'react'
import type { Bucket } from '#preload/contract.ts'
import { Button } from '#renderer/ui/button.tsx'
import { saveFile } from '#renderer/ui/save-file.ts'
import { chartFileName, csvOf, pngOf, svgOf } from './export-chart.ts'
import { columnMsOf } from './points.ts'
import styles from './chart-export.module.css'

export interface ChartExportProps {
  /** Holds the chart's svg; while it holds none, only the numbers can be had. */
  box: RefObject<HTMLElement | null>
  metric: string
  title: string
  note: string
  buckets: Bucket[]
}

const FORMATS = ['svg', 'png', 'csv'] as const
type Format = (typeof FORMATS)[number]

/** What the chart shows, as a picture or as numbers. */
export function ChartExport({ box, metric, title, note, buckets }: ChartExportProps) {
  const [busy, setBusy] = useState<Format | null>(null)
  const [said, setSaid] = useState('')
  const save = async (format: Format): Promise<void> => {
    const fileName = `${chartFileName(metric, buckets[0]?.at ?? 0)}.${format}`
    setBusy(format)
    try {
      saveFile(fileName, await contentOf(format))
      setSaid(`${fileName} goes to your downloads.`)
    } catch {
      // Whatever the browser gave as a reason says nothing to an operator: what helps is the other format.
      setSaid(`The chart could not be made into ${format.toUpperCase()}. ${format === 'png' ? 'Take SVG instead.' : 'Show the chart and try again.'}`)
    } finally {
      setBusy(null)
    }
  }
  const contentOf = async (format: Format): Promise<Blob> => {
    if (format === 'csv') return new Blob([csvOf(buckets, columnMsOf(buckets))], { type: 'text/csv' })
    const chart = box.current?.querySelector<SVGSVGElement>('svg.recharts-surface')
    if (!chart) throw new Error('There is no chart.')
    const svg = svgOf(chart, { title, note })
    return format === 'svg' ? new Blob([svg], { type: 'image/svg+xml' }) : pngOf(svg)
  }
  return (
    <div className={styles.formats} role="group" aria-label={`Save ${title}`}>
      {FORMATS.map((format) => <Button key={format} size="s" variant="quiet" busy={busy === format} aria-label={`Save as ${format.toUpperCase()}`} onClick={() => void save(format)}>{format.toUpperCase()}</Button>)}
      <span role="status" className={styles.said}>{said}</span>
    </div>
  )
}
