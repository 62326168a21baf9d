import { describe, expect, it } from 'vitest'
import { bucketSamples, columns } from '#domain/series.ts'

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
    expect([columns(5, 4, 3), columns(NaN, 4, 3), columns(0, 10, 0)]).toEqual([[], [], []])
    expect(bucketSamples([{ at: 5, value: 3 }], 5, 5, 1)).toEqual([{ at: 5, min: 3, max: 3, last: 3 }])
  })
})
