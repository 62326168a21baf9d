import fc from 'fast-check'
import { describe, expect, it } from 'vitest'
import { bucketSamples, gridOf, SLOT_MS } from '#domain/series.ts'

describe('bucketSamples', () => {
  it('keeps the extremes and the newest value of each column', () => {
    const samples = [{ at: 0, value: 5 }, { at: 1, value: 9 }, { at: 9, value: 1 }, { at: 10, value: 2 }]
    expect(bucketSamples(samples, 0, 20, 2)).toEqual([{ at: 0, min: 1, max: 9, last: 1 }, { at: 10, min: 2, max: 2, last: 2 }])
  })

  it('leaves a gap a gap, and takes a failed reading for no reading', () => {
    const samples = [{ at: 1, value: 5 }, { at: 2, value: null }, { at: 12, value: null }, { at: 30, value: 7 }]
    expect(bucketSamples(samples, 0, 30, 3)).toEqual([
      { at: 0, min: 5, max: 5, last: 5 }, { at: 10, min: null, max: null, last: null }, { at: 20, min: 7, max: 7, last: 7 }])
  })

  it('leaves out what lies before and after', () => {
    expect(bucketSamples([{ at: -1, value: 1 }, { at: 21, value: 1 }], 0, 20, 1)).toEqual([{ at: 0, min: null, max: null, last: null }])
  })

  it('has no columns for a length that is none', () => {
    expect([gridOf(5, 4, 3), gridOf(NaN, 4, 3), gridOf(0, 10, 0)]).toEqual([null, null, null])
    expect(bucketSamples([{ at: 5, value: 3 }], 5, 4, 3)).toEqual([])
    expect(bucketSamples([{ at: 5, value: 3 }], 5, 5, 1)).toEqual([{ at: 5, min: 3, max: 3, last: 3 }])
  })

  it('makes columns wider than some slots of whole ones, of readings in the range only', () => {
    const samples = [24_999, 25_000, 69_999, 70_000, 145_000, 145_001].map((at) => ({ at, value: at }))
    expect(bucketSamples(samples, 25_000, 145_000, 3)).toEqual([
      { at: 20_000, min: 25_000, max: 69_999, last: 69_999 }, { at: 70_000, min: 70_000, max: 70_000, last: 70_000 }, { at: 120_000, min: 145_000, max: 145_000, last: 145_000 }])
  })

  it('is the same as looking for the readings of each column, and its columns cover the range', () => {
    const reading = fc.record({ at: fc.integer({ min: -200_000, max: 2_000_000 }), value: fc.option(fc.integer({ min: -9, max: 9 })) })
    const time = fc.integer({ min: -450_000, max: 4_500_000 }).map((thirds) => thirds / 3)
    fc.assert(fc.property(fc.uniqueArray(reading, { selector: ({ at }) => at, maxLength: 200 }), time, time, fc.integer({ min: 1, max: 50 }), (readings, one, other, count) => {
      const [from, to] = [Math.min(one, other), Math.max(one, other)]
      const grid = gridOf(from, to, count)!
      const end = grid.start + grid.widthMs * grid.count
      expect([grid.count <= count, grid.start <= from, grid.start > from - SLOT_MS, end >= to - 1, end - grid.widthMs <= to]).toEqual([true, true, true, true, true])
      const samples = readings.toSorted((first, second) => first.at - second.at)
      const edges = Array.from({ length: grid.count }, (_, place) => grid.start + place * grid.widthMs)
      expect(bucketSamples(samples, from, to, count)).toEqual(edges.map((at, place) => {
        const isIn = (sample: { at: number }): boolean => sample.at >= Math.max(at, from) && sample.at <= to && (place === grid.count - 1 || sample.at < edges[place + 1]!)
        const values = samples.filter(isIn).flatMap(({ value }) => value ?? [])
        return { at, min: values.length === 0 ? null : Math.min(...values), max: values.length === 0 ? null : Math.max(...values), last: values.at(-1) ?? null }
      }))
    }), { numRuns: 300 })
  })
})
