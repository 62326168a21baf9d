import { expect, test } from 'vitest'
import type { Bucket } from '#preload/contract.ts'
import { chartFileName, csvOf } from '#renderer/parts/chart/export-chart.ts'
import { timeAt, xOf, zoomedTo } from '#renderer/parts/chart/plot-area.ts'
import { pointsOf, readingAt } from '#renderer/parts/chart/points.ts'

const column = (at: number, value: number | null): Bucket => ({ at, min: value, max: value, last: value })
const columns = (...values: (number | null)[]): Bucket[] => values.map((value, place) => column(place * 1000, value))
const drawn = (buckets: Bucket[], gapMs: number) => pointsOf(buckets, 1000, gapMs).map(({ at, last }) => [at, last])

test('columns narrower than readings are apart make no holes in the line', () => {
  expect(drawn(columns(1, null, null, 2, null, null, 3), 10_000)).toEqual([[0, null], [0, 1], [3000, 2], [6000, 3]])
})

test('a silence longer than readings may be apart is a gap, also at either end', () => {
  expect(drawn(columns(null, 1, 2, null, null, null, 3, 4, null), 2500)).toEqual([[0, null], [1000, 1], [2000, 2], [3000, null], [6000, 3], [7000, 4], [8000, null]])
})

test('a reading alone between two gaps is drawn one column wide', () => {
  expect(drawn(columns(null, null, 7, null, null), 0)).toEqual([[0, null], [2000, 7], [3000, 7], [4000, null]])
  expect(drawn(columns(null, null), 0)).toEqual([[1000, null]])
})

test('the crosshair reads the newest reading before it, and says no data in a gap', () => {
  const buckets = columns(1, null, null, 4)
  expect([500, 2500, 3500].map((at) => readingAt(buckets, at, 10_000)?.last)).toEqual([1, 1, 4])
  expect(readingAt(buckets, 2500, 1000)).toBeNull()
  expect(readingAt([], 5, 1000)).toBeNull()
})

test('a place on the plot and a time are each other’s inverse', () => {
  const range = { from: 5000, to: 65_000 }
  for (const at of [5000, 20_000, 65_000]) expect(timeAt(xOf(at, range, 700), range, 700)).toBeCloseTo(at, 6)
  expect([timeAt(-100, range, 700), timeAt(9999, range, 700)]).toEqual([5000, 65_000])
})

test('a zoom stays inside the run, is never shorter than ten seconds, and as long as the run it is none', () => {
  const whole = { from: 0, to: 100_000 }
  expect(zoomedTo(40_000, 20_000, whole)).toEqual({ from: 20_000, to: 40_000 })
  expect(zoomedTo(50_000, 50_001, whole)).toEqual({ from: 45_000.5, to: 55_000.5 })
  expect(zoomedTo(-30_000, 10_000, whole)).toEqual({ from: 0, to: 40_000 })
  expect(zoomedTo(95_000, 130_000, whole)).toEqual({ from: 65_000, to: 100_000 })
  expect(zoomedTo(-1, 200_000, whole)).toBeNull()
})

test('the CSV has one line a column in UTC, with empty cells where nothing is known', () => {
  expect(csvOf([column(0, 1.5), column(1000, null)], 1000)).toBe('from,until,least,greatest,last\r\n1970-01-01T00:00:00.000Z,1970-01-01T00:00:01.000Z,1.5,1.5,1.5\r\n1970-01-01T00:00:01.000Z,1970-01-01T00:00:02.000Z,,,\r\n')
})

test('a file name says metric and time, whatever the metric is called', () => {
  const at = Date.UTC(2026, 11, 5, 22, 7)
  expect(chartFileName('Error rate /api?', at)).toBe('error-rate-api-2026-12-05T2207Z')
  expect(chartFileName('../..', at)).toBe('metric-2026-12-05T2207Z')
})
