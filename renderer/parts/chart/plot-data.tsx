import { useId } from 'react'
import { useStore } from 'zustand'
import type { StoreApi } from 'zustand/vanilla'
import { PLOT, plotWidth } from './plot-area.ts'
import type { PlotPaths } from './plot-paths.ts'

export interface PlotDataProps {
  paths: StoreApi<PlotPaths>
  width: number
  height: number
}

/** The readings inside recharts' frame. It reads its two paths itself, so that a new reading costs them and nothing around them. */
export function PlotData({ paths, width, height }: PlotDataProps) {
  const { band, line } = useStore(paths)
  const clip = useId()
  return (
    <>
      <clipPath id={clip}><rect x={PLOT.left} y={PLOT.top} width={plotWidth(width)} height={height - PLOT.top - PLOT.bottom} /></clipPath>
      <path data-plot="band" d={band} clipPath={`url(#${clip})`} fill="var(--series-1)" fillOpacity={0.22} />
      <path data-plot="line" d={line} clipPath={`url(#${clip})`} fill="none" stroke="var(--series-1)" strokeWidth={1.6} />
    </>
  )
}
