import { xOf, yOf } from './plot-area.ts'
import type { PlotFrame } from './plot-area.ts'
import type { Point } from './points.ts'

/** Least to greatest as closed outlines, and the last readings as lines: the `d` of an SVG path each. Gaps are gaps. */
export interface PlotPaths {
  band: string
  line: string
}

/** The paths recharts would draw for the same points, to the thousandth of a pixel. */
export function pathsOf(points: readonly Point[], frame: PlotFrame): PlotPaths {
  const x = (at: number): number => round(xOf(at, frame, frame.width))
  const y = (value: number): number => round(yOf(value, frame))
  let [band, line, lower] = ['', '', '']
  let isOpen = false
  for (const { at, band: range, last } of [...points, END]) {
    if (range === null) {
      if (isOpen) band += `${lower}Z`
      isOpen = false
      continue
    }
    const left = x(at)
    band += `${isOpen ? 'L' : 'M'}${left},${y(range[1])}`
    lower = `L${left},${y(range[0])}${isOpen ? lower : ''}`
    if (last !== null) line += `${isOpen ? 'L' : 'M'}${left},${y(last)}`
    isOpen = true
  }
  return { band, line }
}

const END: Point = { at: 0, band: null, last: null }
const round = (px: number): number => Math.round(px * 1000) / 1000
