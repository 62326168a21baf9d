import { expect, test } from 'vitest'
import { addSample, emptySeries, endOf, seedSeries, slideTo } from '#renderer/parts/chart/live-series.ts'
import { formatRound, formatValue, joinStretches, roundUp, shownRange, timeTicks, valueTop } from '#renderer/parts/chart/scale.ts'

const NOW = 1_700_000_010_000
const reading = (at: number, value: number | null) => ({ metric: 'error rate', at, value })
const series = () => emptySeries('error rate', NOW, 4, 40_000)

test('a spike survives in its bucket as the greatest value, and the last reading is the line', () => {
  const after = [reading(NOW, 1), reading(NOW + 1, 9), reading(NOW + 2, 2)].reduce(addSample, series())
  expect(after.buckets.at(-1)).toEqual({ at: NOW, min: 1, max: 9, last: 2 })
  expect(after.latest).toEqual({ at: NOW + 2, value: 2 })
})

test('a reading that is counted twice changes nothing', () => {
  const once = addSample(series(), reading(NOW, 3))
  expect(addSample(once, reading(NOW, 3))).toEqual(once)
})

test('silence slides the window and leaves a gap, never a zero', () => {
  const slid = slideTo(addSample(series(), reading(NOW, 3)), NOW + 20_000)
  expect(slid.buckets.map((bucket) => bucket.last)).toEqual([null, 3, null, null])
  expect(endOf(slid)).toBe(NOW + 30_000)
})

test('a window that already ends at now is the same object, so nothing repaints', () => {
  const before = series()
  expect(slideTo(before, NOW + 9_000)).toBe(before)
})

test('a failed reading is no data: it moves the time of the last reading and no value', () => {
  const after = addSample(addSample(series(), reading(NOW, 3)), reading(NOW + 5_000, null))
  expect([after.latest, after.lastAt]).toEqual([{ at: NOW, value: 3 }, NOW + 5_000])
})

test('history from main lands in the buckets of its time', () => {
  const empty = series()
  const stored = { metric: 'error rate', from: empty.from, to: endOf(empty), buckets: [{ at: empty.from, min: 1, max: 4, last: 2 }, { at: empty.from - 1, min: 8, max: 8, last: 8 }] }
  expect(seedSeries(empty, stored).buckets[0]).toEqual({ at: empty.from, min: 1, max: 4, last: 2 })
})

test('the value axis keeps air above the limit and above every spike', () => {
  expect(valueTop([], 2)).toBe(4)
  expect(valueTop([], 2, [5])).toBe(6)
  expect(valueTop([], 2, [50])).toBe(4)
  expect(valueTop([{ at: 0, min: 1, max: 90, last: 1 }], 2)).toBe(100)
  expect([0, 0.3, 7.1, 99].map(roundUp)).toEqual([1, 0.3, 8, 100])
})

test('time ticks are round and inside the window', () => {
  expect(timeTicks(30_000, 1_830_000, 3)).toEqual([600_000, 1_200_000, 1_800_000])
})

test('values carry as many digits as are of use', () => {
  expect([formatValue(0.421, '%'), formatValue(13.37, '%'), formatValue(212.4, 'ms'), formatValue(12_400, 'ms'), formatValue(7, '')])
    .toEqual(['0.42 %', '13.4 %', '212 ms', '12.4 s', '7.00'])
})

test('limits and axes are written short, and never lose a zero that counts', () => {
  expect([formatRound(800, 'ms'), formatRound(2, '%'), formatRound(0.5, '%'), formatRound(12_000, 'ms'), formatRound(100, '')]).toEqual(['800 ms', '2 %', '0.5 %', '12 s', '100'])
})

test('a tile begins where the run began and grows, until the run is longer than its window', () => {
  const minute = 60_000
  expect(shownRange(-15 * minute, 10_000, 0)).toEqual({ from: 0, to: 2 * minute })
  expect(shownRange(-5 * minute, 10 * minute, 0)).toEqual({ from: 0, to: 10 * minute })
  expect(shownRange(5 * minute, 20 * minute, 0)).toEqual({ from: 5 * minute, to: 20 * minute })
  // The axes stand still for half a minute.
  expect(shownRange(5 * minute + 7500, 20 * minute + 7500, 0)).toEqual(shownRange(5.5 * minute, 20.5 * minute, 0))
})

test('overlapping breaches are one shade', () => {
  expect(joinStretches([{ from: 5, to: 9 }, { from: 0, to: 2 }, { from: 1, to: 3 }])).toEqual([{ from: 0, to: 3 }, { from: 5, to: 9 }])
})
