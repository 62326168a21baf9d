import { formatDuration } from '../duration.ts'
import type { Span } from '../timing.ts'

/** Times of a report, written in one zone. A missing time is `–`. */
export interface Times {
  zone: string
  /** `22:04` */
  clock(at: number | null): string
  /** `22:04:31`; `2 Dec 00:04:31` on another day than the run began. */
  exact(at: number | null): string
  /** `1 Dec 2026, 22:04` */
  full(at: number | null): string
  /** `22:04 – 22:10`, with seconds when it is shorter than two minutes; `from 22:04` while it has no end. */
  span(span: Span): string
  /** `4 min 10 s` */
  length(ms: number | null): string
  /** `on time`, `5 min late`, `2 min early`; to the minute. */
  lateness(ms: number): string
}

/** `baseAt` is when the run began, for `exact`. */
export function timesIn(zone: string, baseAt: number): Times {
  const clock = format(zone, { hour: '2-digit', minute: '2-digit' })
  const seconds = format(zone, { hour: '2-digit', minute: '2-digit', second: '2-digit' })
  const day = format(zone, { day: 'numeric', month: 'short' })
  const baseDay = day(baseAt)
  const exact = (at: number | null): string => (at === null || day(at) === baseDay ? seconds(at) : `${day(at)} ${seconds(at)}`)
  const full = format(zone, { day: 'numeric', month: 'short', year: 'numeric', hour: '2-digit', minute: '2-digit' })
  const length = (ms: number | null): string => (ms === null ? '–' : formatDuration(ms))
  return {
    zone, clock, exact, full, length,
    span: ({ startAt, endAt }) => {
      if (startAt === null || endAt === null) return startAt === null ? clock(endAt) : `from ${clock(startAt)}`
      const write = endAt - startAt < 120_000 && endAt !== startAt ? seconds : clock
      return `${write(startAt)} – ${write(endAt)}`
    },
    lateness: (ms) => (Math.abs(ms) < 30_000 ? 'on time' : `${length(Math.abs(ms))} ${ms > 0 ? 'late' : 'early'}`),
  }
}

function format(zone: string, options: Intl.DateTimeFormatOptions): (at: number | null) => string {
  const shape: Intl.DateTimeFormatOptions = { hourCycle: 'h23', ...options }
  let formatter: Intl.DateTimeFormat
  try {
    formatter = new Intl.DateTimeFormat('en-GB', { ...shape, timeZone: zone })
  } catch {
    // Only an unknown zone throws here; the whole report then says UTC rather than failing.
    formatter = new Intl.DateTimeFormat('en-GB', { ...shape, timeZone: 'UTC', timeZoneName: 'short' })
  }
  return (at) => (at === null || !Number.isFinite(at) ? '–' : formatter.format(at))
}
