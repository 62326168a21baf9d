/** Where a plot's data stands inside its box, px: the axes around it are of fixed size, so that others can draw on top. */
export const PLOT = { left: 50, right: 8, top: 8, bottom: 20 } as const

export const plotWidth = (width: number): number => Math.max(1, width - PLOT.left - PLOT.right)

export interface TimeRange {
  from: number
  to: number
}

export interface PlotFrame extends TimeRange {
  /** The top of the value axis; its bottom is 0. */
  top: number
  /** Of the whole chart with its axes, px. */
  width: number
  height: number
}

export const xOf = (at: number, { from, to }: TimeRange, width: number): number => PLOT.left + ((at - from) / Math.max(1, to - from)) * plotWidth(width)

export const yOf = (value: number, { top, height }: Pick<PlotFrame, 'top' | 'height'>): number => PLOT.top + (height - PLOT.top - PLOT.bottom) * (1 - value / top)

/** The time under a place in the box; the nearest end beside the plot. */
export function timeAt(x: number, { from, to }: TimeRange, width: number): number {
  const share = Math.min(1, Math.max(0, (x - PLOT.left) / plotWidth(width)))
  return from + share * (to - from)
}

/** Less than this cannot be zoomed into: no source is read more often than once a second. */
export const LEAST_RANGE_MS = 10_000

/** A range inside the whole, in order and not too short; null when it is the whole. */
export function zoomedTo(one: number, other: number, whole: TimeRange): TimeRange | null {
  const middle = (one + other) / 2
  const half = Math.max(Math.abs(other - one), LEAST_RANGE_MS) / 2
  const length = Math.min(2 * half, whole.to - whole.from)
  const from = Math.min(Math.max(whole.from, middle - length / 2), whole.to - length)
  return length >= whole.to - whole.from ? null : { from, to: from + length }
}
