export interface TimeRange {
  from: number
  to: number
}

/** The part of a range that is `zoom` times shorter, around a moment, and inside the whole. */
export function zoomedRange({ from, to }: TimeRange, zoom: number, around: number): TimeRange {
  const length = (to - from) / zoom
  const start = Math.min(Math.max(from, around - length / 2), to - length)
  return { from: start, to: start + length }
}
