import { expect, test } from 'vitest'
import { instantIn, isDate, isZone } from '#domain/zone.ts'

const at = (zone: string, year: number, month: number, day: number, hour: number, minute = 0) => instantIn(zone, { year, month, day, minute: hour * 60 + minute })

test.each([
  ['winter in Berlin', at('Europe/Berlin', 2026, 12, 5, 22), '2026-12-05T21:00:00Z', 'plain'],
  ['summer in Berlin', at('Europe/Berlin', 2026, 7, 5, 22), '2026-07-05T20:00:00Z', 'plain'],
  ['half an hour off the hour', at('Asia/Kolkata', 2026, 1, 1, 0), '2025-12-31T18:30:00Z', 'plain'],
  ['UTC', at('UTC', 2026, 1, 1, 0), '2026-01-01T00:00:00Z', 'plain'],
  ['minutes past midnight', at('Europe/Berlin', 2026, 12, 5, 24, 30), '2026-12-05T23:30:00Z', 'plain'],
  ['a time the clocks skip is the instant they jump to', at('Europe/Berlin', 2026, 3, 29, 2, 30), '2026-03-29T01:30:00Z', 'gap'],
  ['a time the clocks show twice is the first', at('Europe/Berlin', 2026, 10, 25, 2, 30), '2026-10-25T00:30:00Z', 'overlap'],
  ['the hour after the overlap', at('Europe/Berlin', 2026, 10, 25, 3), '2026-10-25T02:00:00Z', 'plain'],
  ['west of Greenwich, skipped', at('America/New_York', 2026, 3, 8, 2, 30), '2026-03-08T07:30:00Z', 'gap'],
])('%s', (_, instant, expected, clock) => {
  expect({ at: new Date(instant.at).toISOString(), clock: instant.clock }).toEqual({ at: expected.replace('Z', '.000Z'), clock })
})

test('zones are known by name, not by offset', () => {
  expect(['Europe/Berlin', 'UTC', 'Mars/Olympus', '+01:00', ''].map(isZone)).toEqual([true, true, false, false, false])
})

test('a date is one of the calendar', () => {
  expect([isDate(2026, 12, 5), isDate(2026, 4, 31), isDate(2028, 2, 29), isDate(2026, 2, 29)]).toEqual([true, false, true, false])
})
