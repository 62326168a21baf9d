import { memo, useLayoutEffect, useMemo, useState } from 'react'
import { ComposedChart, ReferenceArea, ReferenceLine, XAxis, YAxis } from 'recharts'
import { createStore } from 'zustand/vanilla'
import type { StoreApi } from 'zustand/vanilla'
import type { ThresholdOperator } from '#domain/threshold.ts'
import type { Bucket } from '#preload/contract.ts'
import { formatClock } from '#renderer/ui/format.ts'
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
const markerLines = {
  phase: { stroke: 'var(--line-strong)', strokeWidth: 1 },
  rollback: { stroke: 'var(--warn)', strokeWidth: 1 },
  failure: { stroke: 'var(--bad)', strokeWidth: 1, strokeDasharray: '1 3' },
  step: { stroke: 'var(--line)', strokeWidth: 1 },
  current: { stroke: 'var(--accent)', strokeWidth: 1, strokeDasharray: '2 3' },
} as const
const tickStyle = { fill: 'var(--text-faint)', fontSize: 11 }

/** Least and greatest as a band, the last reading as a line, in a frame that is drawn anew only when an axis, a limit or a marker changes. */
export function ChartPlot({ buckets, gapMs = 0, ...frame }: ChartPlotProps) {
  const { from, to, width, height, limit } = frame
  const top = valueTop(buckets, limit?.value ?? null)
  const drawn = useMemo(() => pathsOf(pointsOf(buckets, columnMsOf(buckets), gapMs), { from, to, top, width, height }), [buckets, gapMs, from, to, top, width, height])
  const [paths] = useState(() => createStore(() => drawn))
  useLayoutEffect(() => paths.setState(drawn), [paths, drawn])
  return <Frame {...frame} top={top} paths={paths} />
}

interface FrameProps extends Omit<ChartPlotProps, 'buckets' | 'gapMs'> {
  top: number
  paths: StoreApi<PlotPaths>
}

/** What recharts draws: axes, limits, bands and markers. It costs 10 to 15 ms each time, which the readings are not to pay for. */
const Frame = memo(function Frame({ top, paths, from, to, width, height, unit, zone, limit, breached, markers, baseline = null, large = false }: FrameProps) {
  // A label at the very edge would be cut off.
  const ticks = useMemo(() => timeTicks(from, to, large ? 8 : 3).filter((at) => at - from > (to - from) * 0.06 && to - at > (to - from) * 0.06), [from, to, large])
  const labelled = large ? farApart(markers, (LABEL_PX / width) * (to - from)) : new Set<number>()
  const seconds = ticks.some((at) => at % MINUTE !== 0)
  const inside = joinStretches(breached.filter((stretch) => stretch.to > from && stretch.from < to))
  return (
    <ComposedChart width={width} height={height} data={NO_DATA} margin={margin} accessibilityLayer={false}>
      {inside.map((stretch) => (
        <ReferenceArea key={stretch.from} x1={Math.max(from, stretch.from)} x2={Math.min(to, stretch.to)} y1={0} y2={top} fill="var(--bad)" fillOpacity={0.09} stroke="none" />
      ))}
      {baseline && (
        <ReferenceArea x1={from} x2={to} y1={baseline.least} y2={baseline.greatest} ifOverflow="hidden" fill="var(--series-3)" fillOpacity={0.13} stroke="var(--series-3)" strokeOpacity={0.5} strokeDasharray="1 4" label={large ? { value: 'usual before the release', position: 'insideBottomRight', ...baselineStyle } : undefined} />
      )}
      <XAxis dataKey="at" type="number" domain={[from, to]} ticks={ticks} interval={0} tickFormatter={(at: number) => formatClock(at, zone, seconds)} tick={tickStyle} tickLine={false} axisLine={{ stroke: 'var(--line)' }} height={PLOT.bottom} allowDataOverflow />
      <YAxis type="number" domain={[0, top]} ticks={valueTicks(top, limit, large)} width={PLOT.left} tickFormatter={(value: number) => formatTick(value, unit)} tick={limit && !large ? <ValueTick limit={limit.value} unit={unit} /> : tickStyle} tickLine={false} axisLine={false} allowDataOverflow />
      {markers.filter((marker) => marker.at >= from && marker.at <= to).map((marker, place) => (
        <ReferenceLine key={`${marker.kind} ${marker.at}`} x={marker.at} {...markerLines[marker.kind]} label={large && labelled.has(marker.at) ? { value: place + 1, position: 'insideTopLeft', fill: 'var(--text-dim)', fontSize: 11 } : undefined} />
      ))}
      <PlotData paths={paths} width={width} height={height} />
      {limit && (
        <ReferenceLine y={limit.value} stroke="var(--bad)" strokeDasharray="5 3" strokeWidth={1.2} label={large ? { value: limit.text, position: 'insideTopLeft', offset: 5, ...limitStyle } : undefined} />
      )}
    </ComposedChart>
  )
})

const LABEL_PX = 18

/** The markers whose numbers do not run into one another; all are in the legend. */
function farApart(markers: Marker[], leastMs: number): Set<number> {
  const kept: number[] = []
  for (const { at } of markers) if (at - (kept.at(-1) ?? -Infinity) >= leastMs) kept.push(at)
  return new Set(kept)
}

/** In a tile the limit is a tick of its own, where no line runs over it. */
function valueTicks(top: number, limit: ChartLimit | null, large: boolean): number[] {
  if (large) return [0, top / 4, top / 2, (top * 3) / 4, top]
  if (!limit || limit.value <= 0 || limit.value >= top) return [0, top / 2, top]
  return [0, limit.value, top].filter((value) => value === limit.value || Math.abs(value - limit.value) > top * 0.18)
}

function ValueTick({ x = 0, y = 0, payload, limit, unit }: { x?: number; y?: number; payload?: { value: number }; limit: number; unit: ChartPlotProps['unit'] }) {
  const value = payload?.value ?? 0
  return <text x={x} y={y} dy={4} textAnchor="end" fontSize={11} fill={value === limit ? 'var(--bad)' : 'var(--text-faint)'}>{formatTick(value, unit)}</text>
}

// A halo of the ground colour keeps the words readable on top of the data.
const limitStyle = { fill: 'var(--bad)', fontSize: 11, stroke: 'var(--bg-raised)', strokeWidth: 3, paintOrder: 'stroke' } as const
const baselineStyle = { fill: 'var(--series-3)', fontSize: 11, stroke: 'var(--bg-raised)', strokeWidth: 3, paintOrder: 'stroke' } as const
