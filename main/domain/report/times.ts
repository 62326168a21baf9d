import { formatDuration } from '../duration.ts'
import type { Span } from '../timing.ts'
import { offsetIn } from '../zone.ts'
import type { ReportModel } from './model.ts'

/** Times of a report, written in one zone. A missing time is `–`. Where the clocks change, each has the zone's short name: `22:04 CEST`. */
export interface Times {
  zone: string
  /** `22:04` */
  clock(at: number | null): string
  /** `22:04:31`; `2 Dec 00:04:31` on another day than the run began. */
  exact(at: number | null): string
  /** `1 Dec 2026, 22:04` */
  full(at: number | null): string
  /** `22:04 – 22:10`, with seconds when it is shorter than two minutes and not of full ones; `from 22:04` while it has no end. */
  span(span: Span): string
  /** `4 min 10 s` */
  length(ms: number | null): string
  /** `on time`, `5 min late`, `2 min early`; to the minute. */
  lateness(ms: number): string
}

/** The times of a report, with the zone's short name when its clocks change within the run, the plan or the window. */
export function timesOf({ zone, overview, timeline, phases, generatedAt }: ReportModel): Times {
  const run: Span = { startAt: timeline[0]?.at ?? null, endAt: timeline.at(-1)?.at ?? null }
  return timesIn(zone, overview.startedAt ?? generatedAt, [overview.window, run, ...phases.flatMap(({ planned, actual }) => [planned, actual])])
}

/** `baseAt` is when the run began, for `exact`; `covered` is what the times are about. */
export function timesIn(zone: string, baseAt: number, covered: Span[] = []): Times {
  const name = isChanging(zone, covered) ? format(zone, { hour: '2-digit', timeZoneName: 'short' }, zoneName) : () => ''
  const named = (write: Writer): Writer => (at) => (at === null || name(at) === '' ? write(at) : `${write(at)} ${name(at)}`)
  const minutes = format(zone, { hour: '2-digit', minute: '2-digit' })
  const seconds = format(zone, { hour: '2-digit', minute: '2-digit', second: '2-digit' })
  const day = format(zone, { day: 'numeric', month: 'short' })
  const baseDay = day(baseAt)
  const clock = named(minutes)
  const length = (ms: number | null): string => (ms === null ? '–' : formatDuration(ms))
  return {
    zone, clock, length,
    exact: named((at) => (at === null || day(at) === baseDay ? seconds(at) : `${day(at)} ${seconds(at)}`)),
    full: named(format(zone, { day: 'numeric', month: 'short', year: 'numeric', hour: '2-digit', minute: '2-digit' })),
    span: ({ startAt, endAt }) => {
      if (startAt === null || endAt === null) return startAt === null ? clock(endAt) : `from ${clock(startAt)}`
      const isFine = endAt - startAt < 120_000 && endAt !== startAt && (startAt % 60_000 !== 0 || endAt % 60_000 !== 0)
      const write = isFine ? seconds : minutes
      // One name is enough for both ends unless the clocks change between them.
      return `${name(startAt) === name(endAt) ? write(startAt) : named(write)(startAt)} – ${named(write)(endAt)}`
    },
    lateness: (ms) => (Math.abs(ms) < 30_000 ? 'on time' : `${length(Math.abs(ms))} ${ms > 0 ? 'late' : 'early'}`),
  }
}

type Writer = (at: number | null) => string

function isChanging(zone: string, covered: Span[]): boolean {
  const ends = covered.flatMap(({ startAt, endAt }) => [startAt, endAt]).filter((at): at is number => at !== null && Number.isFinite(at))
  const offsetAt = offsetIn(zone)
  return new Set(ends.map((at) => offsetAt(at))).size > 1
}

/** `CEST`, or `UTC-4` for a zone that has no short name in English. */
function zoneName(formatter: Intl.DateTimeFormat, at: number): string {
  return (formatter.formatToParts(at).find((part) => part.type === 'timeZoneName')?.value ?? '').replace(/^GMT(?=[+-])/, 'UTC')
}

function format(zone: string, options: Intl.DateTimeFormatOptions, write = (formatter: Intl.DateTimeFormat, at: number): string => formatter.format(at)): Writer {
  const shape: Intl.DateTimeFormatOptions = { hourCycle: 'h23', ...options }
  let formatter: Intl.DateTimeFormat
  try {
    formatter = new Intl.DateTimeFormat('en-GB', { ...shape, timeZone: zone })
  } catch {
    // Only an unknown zone throws here; the whole report then says UTC rather than failing.
    formatter = new Intl.DateTimeFormat('en-GB', { ...shape, timeZone: 'UTC', timeZoneName: 'short' })
  }
  return (at) => (at === null || !Number.isFinite(at) ? '–' : write(formatter, at))
}
