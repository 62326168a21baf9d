import '#renderer/ui/base.css'
import { flushSync } from 'react-dom'
import { createRoot } from 'react-dom/client'
import { ComposedChart, Line, XAxis, YAxis } from 'recharts'
import { ChartPlot } from '#renderer/parts/chart/chart-plot.tsx'
import { MetricChart } from '#renderer/parts/chart/metric-chart.tsx'
import { addSample, emptySeries } from '#renderer/parts/chart/live-series.ts'
import type { LiveSeries } from '#renderer/parts/chart/live-series.ts'
import type { Bucket } from '#preload/contract.ts'
import { drawUPlot } from './uplot.ts'

export interface LiveChartBench {
  /** Shows one of the two with this many readings behind it; resolves when it stands. */
  show(which: 'tile' | 'naive' | 'uplot', samples: number): Promise<void>
  /** Adds one reading and draws it; how long that kept the page busy, in ms. */
  update(): Promise<number>
  /** What the next charts are opened with: main's columns for ours, every reading for the others. */
  load(columns: Bucket[], samples: number): void
  /** Opens so many charts at once and takes them away again; how long that kept the page busy, in ms. */
  open(which: 'ours' | 'naive' | 'uplot', charts: number): Promise<number>
}

const START = Date.UTC(2026, 11, 1)
const valueAt = (second: number): number => 1.2 + Math.sin(second / 90) + Math.sin(second / 7) / 4
const limit = { value: 2, operator: '>', text: '> 2 %' } as const
const stretches = [{ from: 0, to: 1 }]
const markers = [{ at: START + 60_000, label: 'Deploy', kind: 'phase' } as const]
const triggers = [{ value: 5, operator: '>', text: '> 5 %' }] as { value: number; operator: '>'; text: string }[]
const ignore = (): void => {}

function Tile({ series }: { series: LiveSeries }) {
  return (
    <div className="tile">
      <MetricChart
        title="Error rate" series={series} startedAt={START} unit="%" zone="UTC" limit={limit} triggers={triggers} verdict="ok" breached={stretches} markers={markers} gapMs={10_000} baseline={null}
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
let [columns, all]: [Bucket[], { at: number; value: number }[]] = [[], []]

const bench: LiveChartBench = {
  async show(which, samples) {
    let second = samples
    let series = emptySeries('error rate', START)
    for (let at = 0; at < samples; at += 1) series = addSample(series, { metric: 'error rate', at: START + at * 1000, value: valueAt(at) })
    let data = which === 'naive' ? Array.from({ length: samples }, (_, at) => ({ at: START + at * 1000, value: valueAt(at) })) : []
    const canvas = which === 'uplot' ? drawUPlot(place(), 320, 104, series.buckets.map((bucket) => bucket.at), series.buckets.map((bucket) => bucket.last)) : null
    advance = () => {
      second += 1
      if (which === 'uplot') {
        series = addSample(series, { metric: 'error rate', at: START + second * 1000, value: valueAt(second) })
        canvas?.setData([series.buckets.map((bucket) => bucket.at / 1000), series.buckets.map((bucket) => bucket.last)])
      } else if (which === 'tile') {
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
  async update() {
    const startedAt = performance.now()
    flushSync(advance)
    // uPlot draws at the end of the turn.
    await Promise.resolve()
    // Reading the layout makes the page pay for what it drew.
    document.body.getBoundingClientRect()
    return performance.now() - startedAt
  },
  load(stored, samples) {
    columns = stored
    all = Array.from({ length: samples }, (_, at) => ({ at: START + at * 1000, value: valueAt(at) }))
  },
  async open(which, charts) {
    const [from, to] = [columns[0]?.at ?? 0, columns.at(-1)?.at ?? 1]
    const element = place()
    const own = createRoot(element)
    const each = Array.from({ length: charts }, (_, index) => index)
    const startedAt = performance.now()
    if (which === 'uplot') {
      const [at, values] = [all.map((one) => one.at), all.map((one) => one.value)]
      for (const _ of each) drawUPlot(element, 680, 200, at, values)
    } else {
      flushSync(() => own.render(<>{each.map((index) => (which === 'ours'
        ? <ChartPlot key={index} large buckets={columns} from={from} to={to} width={680} height={200} unit="%" zone="UTC" limit={limit} breached={stretches} markers={markers} gapMs={10_000} />
        : <Naive key={index} data={all} />))}</>))
    }
    await Promise.resolve()
    document.body.getBoundingClientRect()
    const took = performance.now() - startedAt
    own.unmount()
    element.remove()
    return took
  },
}
Object.assign(window, { bench })

/** Where what is not React's draws. */
function place(): HTMLElement {
  const element = document.createElement('div')
  document.body.append(element)
  return element
}
