import { Area, ComposedChart, Line, XAxis, YAxis } from 'recharts'
import { ChartPlot } from '#renderer/parts/chart/chart-plot.tsx'
import { PLOT } from '#renderer/parts/chart/plot-area.ts'
import { columnMsOf, pointsOf } from '#renderer/parts/chart/points.ts'
import { valueTop } from '#renderer/parts/chart/scale.ts'

const [WIDTH, HEIGHT, GAP_MS, LIMIT] = [333, 92, 10_000, 2]
/** With a gap, a reading alone, silence that is none, readings outside the range and below zero. */
const buckets = Array.from({ length: 120 }, (_, index) => {
  const isEmpty = (index > 20 && index < 30) || (index > 60 && index < 70 && index !== 65) || index === 90
  const [at, value] = [index * 7500, 1.2 + Math.sin(index / 7) * 1.3]
  return isEmpty ? { at, min: null, max: null, last: null } : { at, min: value - 0.4, max: value + 0.7, last: value + 0.1 }
})
const [from, to] = [30_100, 850_000]

/** Our plot, and recharts given the same points. */
export function Plots() {
  return (
    <>
      <div id="ours"><ChartPlot buckets={buckets} from={from} to={to} width={WIDTH} height={HEIGHT} unit="%" zone="UTC" limit={{ value: LIMIT, operator: '>', text: '> 2 %' }} breached={[{ from: 100_000, to: 200_000 }]} markers={[]} gapMs={GAP_MS} /></div>
      <div id="recharts">
        <ComposedChart width={WIDTH} height={HEIGHT} data={pointsOf(buckets, columnMsOf(buckets), GAP_MS)} margin={{ top: PLOT.top, right: PLOT.right, bottom: 0, left: 0 }}>
          <XAxis dataKey="at" type="number" domain={[from, to]} height={PLOT.bottom} allowDataOverflow />
          <YAxis type="number" domain={[0, valueTop(buckets, LIMIT)]} width={PLOT.left} allowDataOverflow />
          <Area dataKey="band" isAnimationActive={false} connectNulls={false} activeDot={false} dot={false} type="linear" />
          <Line dataKey="last" isAnimationActive={false} connectNulls={false} activeDot={false} dot={false} type="linear" />
        </ComposedChart>
      </div>
    </>
  )
}
