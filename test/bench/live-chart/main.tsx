import '#renderer/ui/base.css'
import { flushSync } from 'react-dom'
import { createRoot } from 'react-dom/client'
import { ComposedChart, Line, XAxis, YAxis } from 'recharts'
import { MetricChart } from '#renderer/parts/chart/metric-chart.tsx'
import { addSample, emptySeries } from '#renderer/parts/chart/live-series.ts'
import type { LiveSeries } from '#renderer/parts/chart/live-series.ts'

export interface LiveChartBench {
  /** Shows one of the two with this many readings behind it; resolves when it stands. */
  show(which: 'tile' | 'naive', samples: number): Promise<void>
  /** Adds one reading and draws it; how long that kept the page busy, in ms. */
  update(): number
}

const START = Date.UTC(2026, 11, 1)
const valueAt = (second: number): number => 1.2 + Math.sin(second / 90) + Math.sin(second / 7) / 4
const limit = { value: 2, operator: '>', text: '> 2 %' } as const
const stretches = [{ from: 0, to: 1 }]
const markers = [{ at: START + 60_000, label: 'Deploy', kind: 'phase' } as const]
const ignore = (): void => {}

function Tile({ series }: { series: LiveSeries }) {
  return (
    <div className="tile">
      <MetricChart
        title="Error rate" series={series} startedAt={START} unit="%" zone="UTC" limit={limit} verdict="ok" breached={stretches} markers={markers} gapMs={10_000} baseline={null}
        rehearsal={false} staleMs={null} onEnlarge={ignore}
      />
    </div>
  )
}

/** What one writes first: every reading given to the chart, which scales and ticks it itself. */
function Naive({ data }: { data: { at: number; value: number }[] }) {
  return (
    <ComposedChart width={320} height={104} data={data}>
      <XAxis dataKey="at" type="number" domain={['dataMin', 'dataMax']} />
      <YAxis />
      <Line dataKey="value" isAnimationActive={false} dot={false} type="linear" />
    </ComposedChart>
  )
}

const root = createRoot(document.getElementById('root') ?? document.body)
const frame = (): Promise<void> => new Promise((resolve) => { requestAnimationFrame(() => requestAnimationFrame(() => resolve())) })
let advance: () => void = ignore

const bench: LiveChartBench = {
  async show(which, samples) {
    let second = samples
    let series = emptySeries('error rate', START)
    for (let at = 0; at < samples; at += 1) series = addSample(series, { metric: 'error rate', at: START + at * 1000, value: valueAt(at) })
    let data = which === 'naive' ? Array.from({ length: samples }, (_, at) => ({ at: START + at * 1000, value: valueAt(at) })) : []
    advance = () => {
      second += 1
      if (which === 'tile') {
        series = addSample(series, { metric: 'error rate', at: START + second * 1000, value: valueAt(second) })
        root.render(<Tile series={series} />)
      } else {
        data = [...data.slice(1), { at: START + second * 1000, value: valueAt(second) }]
        root.render(<Naive data={data} />)
      }
    }
    flushSync(advance)
    await frame()
  },
  update() {
    const startedAt = performance.now()
    flushSync(advance)
    // Reading the layout makes the page pay for what it drew.
    document.body.getBoundingClientRect()
    return performance.now() - startedAt
  },
}
Object.assign(window, { bench })
