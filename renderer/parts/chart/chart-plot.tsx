import { memo, useLayoutEffect, useMemo, useState } from 'react'
import { ComposedChart, ReferenceArea, ReferenceLine, XAxis, YAxis } from 'recharts'
import { createStore } from 'zustand/vanilla'
import type { StoreApi } from 'zustand/vanilla'
import type { ThresholdOperator } from '#domain/threshold.ts'
import type { Bucket } from '#preload/contract.ts'
import { formatClock } from '#renderer/ui/format.ts'
import { MarkerLines, PlotWords, timeTickOf, valueTickOf } from './plot-marks.tsx'
import { PLOT } from './plot-area.ts'
import { PlotData } from './plot-data.tsx'
import { pathsOf } from './plot-paths.ts'
import type { PlotPaths } from './plot-paths.ts'
import { columnMsOf, pointsOf } from './points.ts'
import { formatTick, joinStretches, timeTicks, valueTop } from './scale.ts'
import type { Stretch } from './scale.ts'

export type { Stretch } from './scale.ts'

export interface Marker {
  at: number
  label: string
  kind: 'phase' | 'rollback' | 'failure' | 'step' | 'current'
}

/** A threshold as the chart needs it; `text` is what stands at its line: `> 2 %`. */
export interface ChartLimit {
  value: number
  operator: ThresholdOperator
  text: string
}

export interface ChartPlotProps {
  buckets: Bucket[]
  from: number
  to: number
  width: number
  height: number
  unit: '%' | 'ms' | ''
  zone: string
  limit: ChartLimit | null
  /** Limits of rollback triggers that are not the limit itself. */
  triggers?: ChartLimit[]
  breached: Stretch[]
  markers: Marker[]
  /** Readings further apart than this have a gap between them. Left out: any empty column is one. */
  gapMs?: number
  /** What was usual before the release. */
  baseline?: Band | null
  /** Numbered markers: for the large view only. */
  large?: boolean
}

/** From the least to the greatest. */
export interface Band {
  least: number
  greatest: number
}

/** Both axes have domains of their own. */
const NO_DATA: never[] = []
const margin = { top: PLOT.top, right: PLOT.right, bottom: 0, left: 0 }
const MINUTE = 60_000
const axisLine = { stroke: 'var(--line)' }

/** Least and greatest as a band, the last reading as a line, in a frame that is drawn anew only when an axis, a limit or a marker changes. */
export function ChartPlot({ buckets, gapMs = 0, ...frame }: ChartPlotProps) {
  const { from, to, width, height, limit, triggers } = frame
  const top = valueTop(buckets, limit?.value ?? null, triggers?.map(({ value }) => value))
  const drawn = useMemo(() => pathsOf(pointsOf(buckets, columnMsOf(buckets), gapMs), { from, to, top, width, height }), [buckets, gapMs, from, to, top, width, height])
  const [paths] = useState(() => createStore(() => drawn))
  useLayoutEffect(() => paths.setState(drawn), [paths, drawn])
  return <Frame {...frame} top={top} paths={paths} />
}

interface FrameProps extends Omit<ChartPlotProps, 'buckets' | 'gapMs'> {
  top: number
  paths: StoreApi<PlotPaths>
}

/**
 * What recharts draws: axes, limits and bands. Each thing in it costs it several passes, which the readings and the markers, of which
 * there may be hundreds, are not to pay for; and with one layer, in the order written here, all of it stands at once.
 */
const Frame = memo(function Frame({ top, paths, from, to, width, height, unit, zone, limit, triggers = NO_DATA, breached, markers, baseline = null, large = false }: FrameProps) {
  // A label at the very edge would be cut off.
  const ticks = useMemo(() => timeTicks(from, to, large ? 8 : 3).filter((at) => at - from > (to - from) * 0.06 && to - at > (to - from) * 0.06), [from, to, large])
  const seconds = ticks.some((at) => at % MINUTE !== 0)
  const inside = joinStretches(breached.filter((stretch) => stretch.to > from && stretch.from < to))
  const frame = { from, to, top, width, height }
  const [timeTick, valueTick] = [timeTickOf((at) => formatClock(at, zone, seconds)), valueTickOf((value) => formatTick(value, unit), large ? null : (limit?.value ?? null))]
  return (
    <ComposedChart width={width} height={height} data={NO_DATA} margin={margin} accessibilityLayer={false}>
      {inside.map((stretch) => (
        <ReferenceArea key={stretch.from} x1={Math.max(from, stretch.from)} x2={Math.min(to, stretch.to)} y1={0} y2={top} fill="var(--bad)" fillOpacity={0.09} stroke="none" zIndex={0} />
      ))}
      {baseline && (
        <ReferenceArea x1={from} x2={to} y1={baseline.least} y2={baseline.greatest} ifOverflow="hidden" fill="var(--series-3)" fillOpacity={0.13} stroke="var(--series-3)" strokeOpacity={0.5} strokeDasharray="1 4" zIndex={0} />
      )}
      <XAxis dataKey="at" type="number" domain={[from, to]} ticks={ticks} interval={0} tick={timeTick} tickLine={false} axisLine={axisLine} height={PLOT.bottom} allowDataOverflow />
      <YAxis type="number" domain={[0, top]} ticks={valueTicks(top, limit, triggers, large)} interval={0} width={PLOT.left} tick={valueTick} tickLine={false} axisLine={false} allowDataOverflow />
      <MarkerLines markers={markers} frame={frame} numbered={large} />
      <PlotData paths={paths} width={width} height={height} />
      {limit && <ReferenceLine y={limit.value} stroke="var(--bad)" strokeDasharray="5 3" strokeWidth={1.2} zIndex={0} />}
      {triggers.filter(({ value }) => value < top).map(({ value }) => <ReferenceLine key={value} y={value} stroke="var(--bad)" strokeWidth={1.2} zIndex={0} />)}
      {large && <PlotWords limit={limit} triggers={triggers.filter(({ value }) => value < top)} baseline={baseline} frame={frame} />}
    </ComposedChart>
  )
})

/** In a tile the limit is a tick of its own, where no line runs over it, and a rollback trigger's where there is room. */
function valueTicks(top: number, limit: ChartLimit | null, triggers: ChartLimit[], large: boolean): number[] {
  if (large) return [0, top / 4, top / 2, (top * 3) / 4, top]
  if (!limit || limit.value <= 0 || limit.value >= top) return [0, top / 2, top]
  const apart = [...triggers.map(({ value }) => value), 0, top].filter((value) => value <= top && Math.abs(value - limit.value) > top * 0.18)
  return [limit.value, ...apart.filter((value, place) => apart.slice(0, place).every((other) => Math.abs(value - other) > top * 0.18))].toSorted((one, other) => one - other)
}
