import { describe, expect, it } from 'vitest'
import { timesIn } from '#domain/report/times.ts'
import { minute, windowStart } from '#support/run-states.ts'

const times = timesIn('Europe/Berlin', windowStart)

it('writes times in the zone, with the day where it is another than the run began', () => {
  expect(times.clock(windowStart)).toBe('22:00')
  expect(times.exact(windowStart + 90_000)).toBe('22:01:30')
  expect(times.exact(windowStart + 125 * minute)).toBe('2 Dec 00:05:00')
  expect(times.full(windowStart)).toBe('1 Dec 2026, 22:00')
  expect([times.clock(null), times.exact(null), times.length(null), times.clock(NaN)]).toEqual(['–', '–', '–', '–'])
})

it('writes a span without an end as one, and a short one with seconds', () => {
  expect(times.span({ startAt: windowStart, endAt: windowStart + 5 * minute })).toBe('22:00 – 22:05')
  expect(times.span({ startAt: windowStart, endAt: windowStart + 38_000 })).toBe('22:00:00 – 22:00:38')
  expect(times.span({ startAt: windowStart, endAt: null })).toBe('from 22:00')
  expect(times.span({ startAt: null, endAt: null })).toBe('–')
})

it('calls half a minute on time', () => {
  expect([times.lateness(20_000), times.lateness(5 * minute), times.lateness(-2 * minute)]).toEqual(['on time', '5 min late', '2 min early'])
})

it('falls back to UTC, and says so, for a zone nobody knows', () => {
  expect(timesIn('Nowhere/Land', windowStart).clock(windowStart)).toBe('21:00 UTC')
})

describe('where the clocks change', () => {
  // 2026-10-25: at 03:00 CEST the clocks go back to 02:00 CET.
  const change = Date.UTC(2026, 9, 25, 1, 0)
  const night = timesIn('Europe/Berlin', change - 60 * minute, [{ startAt: change - 50 * minute, endAt: change + 15 * minute }])

  it('tells the two hours apart by the zone short name', () => {
    expect(night.span({ startAt: change - 50 * minute, endAt: change + 15 * minute })).toBe('02:10 CEST – 02:15 CET')
    expect(night.span({ startAt: change - 50 * minute, endAt: change - 40 * minute })).toBe('02:10 – 02:20 CEST')
    expect(night.span({ startAt: change, endAt: change + 38_000 })).toBe('02:00:00 – 02:00:38 CET')
    expect(night.span({ startAt: change, endAt: null })).toBe('from 02:00 CET')
    expect([night.clock(change - 1), night.exact(change), night.full(change)]).toEqual(['02:59 CEST', '02:00:00 CET', '25 Oct 2026, 02:00 CET'])
  })

  it('writes an offset where the zone has no short name', () => {
    const autumn = Date.UTC(2026, 10, 1, 6, 0)
    expect(timesIn('America/New_York', autumn, [{ startAt: autumn - 1, endAt: autumn }]).span({ startAt: autumn - 1000, endAt: autumn + 3_600_000 })).toBe('01:59 UTC-4 – 02:00 UTC-5')
  })

  it('says nothing of it on every other night', () => {
    expect(timesIn('Europe/Berlin', change, [{ startAt: change, endAt: change + 90 * minute }, { startAt: null, endAt: null }]).clock(change)).toBe('02:00')
  })
})

it('writes seconds of a short span only where it does not lie on full minutes', () => {
  expect(times.span({ startAt: windowStart, endAt: windowStart + minute })).toBe('22:00 – 22:01')
  expect(times.span({ startAt: windowStart + 15_000, endAt: windowStart + 15_000 + minute })).toBe('22:00:15 – 22:01:15')
})
