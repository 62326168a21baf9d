import { expect, it } from 'vitest'
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
