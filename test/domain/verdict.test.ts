import fc from 'fast-check'
import { describe, expect, it } from 'vitest'
import type { Sample, Threshold } from '#domain/threshold.ts'
import { describeReading, isPast, longestGapMs, verdictOf } from '#domain/verdict.ts'
import { range } from '#support/run-states.ts'

const second = 1000
const every = 5 * second
const threshold = (change: Partial<Threshold> = {}): Threshold =>
  ({ id: 't', text: 'Error rate > 2% for 1m', metric: 'error rate', operator: '>', limit: 2, unit: '%', holdMs: 60 * second, range, ...change })

/** Readings every five seconds ending at `end`, oldest first. */
const readings = (end: number, ...values: (number | null)[]): Sample[] =>
  values.map((value, index) => ({ at: end - (values.length - 1 - index) * every, value }))
const many = (value: number, count: number): number[] => Array.from({ length: count }, () => value)
const now = 1_000_000

describe('the verdict of a threshold', () => {
  const table: [string, Sample[], Partial<Threshold>, string][] = [
    ['is no data without any reading', [], {}, 'no-data'],
    ['is ok with a fresh reading inside the limit', readings(now, 0.4), {}, 'ok'],
    ['is ok exactly at a `>` limit', readings(now, 2), {}, 'ok'],
    ['is past exactly at a `>=` limit', readings(now, 2), { operator: '>=', holdMs: 0 }, 'breached'],
    ['is past below a `<` limit', readings(now, 1.9), { operator: '<', holdMs: 0 }, 'breached'],
    ['is past exactly at a `<=` limit', readings(now, 2), { operator: '<=', holdMs: 0 }, 'breached'],
    ['is breached by one reading when there is no hold time', readings(now, 0, 3), { holdMs: 0 }, 'breached'],
    ['is pending while the limit is passed for less than the hold time', readings(now, 0, ...many(3, 12)), {}, 'pending'],
    ['is breached once the limit is passed for the whole hold time', readings(now, 0, ...many(3, 13)), {}, 'breached'],
    ['starts again after one reading inside the limit', readings(now, ...many(3, 20), 1, 3), {}, 'pending'],
    ['is no data when the newest reading failed', readings(now, ...many(0, 20), null), {}, 'no-data'],
    ['is no data when the newest reading failed, even during a breach', readings(now, ...many(3, 20), null), {}, 'no-data'],
    ['is no data when the newest reading is too old', readings(now - 15 * second - 1, ...many(0, 20)), {}, 'no-data'],
    ['still trusts a reading three intervals old', readings(now - 15 * second, 0), {}, 'ok'],
    ['is not excused by a failed reading amid the breach', readings(now, ...many(3, 6), null, ...many(3, 8)), {}, 'breached'],
    ['has no proof across a long silence', [...readings(now - 40 * second, ...many(3, 20)), ...readings(now, 3, 3)], {}, 'pending'],
    ['ignores readings from the future', [...readings(now, 3), { at: now + 1, value: 0 }], { holdMs: 0 }, 'breached'],
    ['takes the worst of contradicting readings of one instant', [{ at: now, value: 3 }, { at: now, value: 0 }], { holdMs: 0 }, 'breached'],
    ['is no data when a reading of the newest instant failed', [{ at: now, value: null }, { at: now, value: 0 }], {}, 'no-data'],
    ['is no data for a limit that is no number', readings(now, 0), { limit: NaN }, 'no-data'],
  ]
  it.each(table)('%s', (_, samples, change, expected) => {
    expect(verdictOf(threshold(change), samples, now, every).verdict).toBe(expected)
  })

  it('says since when, what was read last, and when', () => {
    expect(verdictOf(threshold(), readings(now, 0, 3, 4, 5), now, every)).toEqual({ verdict: 'pending', value: 5, at: now, sinceAt: now - 10 * second })
    expect(verdictOf(threshold(), readings(now, 0, null), now, every)).toEqual({ verdict: 'no-data', value: null, at: now, sinceAt: null })
  })

  it('waits three intervals, but at least ten seconds, before it calls a silence', () => {
    expect([longestGapMs(second), longestGapMs(60 * second), longestGapMs(NaN)]).toEqual([10 * second, 180 * second, 10 * second])
  })
})

const sample = fc.record({
  at: fc.oneof(fc.integer({ min: now - 200_000, max: now + 20_000 }), fc.constantFrom(NaN, Infinity, -Infinity, now)),
  value: fc.oneof(fc.double({ min: -5, max: 10 }), fc.constantFrom(null, NaN, Infinity, -Infinity, 2)),
})
const rule = fc.record({ operator: fc.constantFrom('>', '>=', '<', '<=' as const), holdMs: fc.constantFrom(0, 5000, 60_000), limit: fc.constantFrom(0, 2, 9) })

describe('whatever the readings', () => {
  it('ok is said only of a fresh finite reading inside the limit, with nothing newer that failed', () => {
    fc.assert(fc.property(fc.array(sample, { maxLength: 40 }), rule, (samples, change) => {
      const limit = threshold(change)
      const { verdict, value, at } = verdictOf(limit, samples, now, every)
      if (verdict !== 'ok') return
      expect(value !== null && Number.isFinite(value) && !isPast(value, limit)).toBe(true)
      expect(at !== null && at <= now && now - at <= longestGapMs(every)).toBe(true)
      const newer = samples.filter((other) => Number.isFinite(other.at) && other.at <= now && other.at >= (at ?? 0))
      expect(newer.every((other) => other.value !== null && Number.isFinite(other.value))).toBe(true)
    }), { numRuns: 500 })
  })

  it('taking readings away never turns no data into ok, unless what is taken away had failed', () => {
    fc.assert(fc.property(fc.array(sample, { maxLength: 30 }), rule, fc.nat(), (samples, change, which) => {
      if (verdictOf(threshold(change), samples, now, every).verdict !== 'no-data') return
      const gone = samples[which % Math.max(samples.length, 1)]
      if (gone === undefined || gone.value === null || !Number.isFinite(gone.value)) return
      expect(verdictOf(threshold(change), samples.filter((other) => other !== gone), now, every).verdict).toBe('no-data')
    }), { numRuns: 500 })
  })

  it('failed and impossible readings alone are never ok', () => {
    const useless = sample.filter((one) => one.value === null || !Number.isFinite(one.value) || !Number.isFinite(one.at) || one.at > now)
    fc.assert(fc.property(fc.array(useless), rule, (samples, change) => verdictOf(threshold(change), samples, now, every).verdict === 'no-data'))
  })

  it('order and repetition do not matter', () => {
    const shuffled = fc.array(sample, { maxLength: 25 }).chain((samples) => fc.tuple(fc.constant(samples), fc.shuffledSubarray([...samples, ...samples], { minLength: samples.length * 2 })))
    fc.assert(fc.property(shuffled, rule, ([samples, again], change) => {
      expect(verdictOf(threshold(change), again, now, every)).toEqual(verdictOf(threshold(change), samples, now, every))
    }), { numRuns: 500 })
  })

  it('a breach has readings past the limit over the whole hold time without a silence', () => {
    fc.assert(fc.property(fc.array(sample, { maxLength: 60 }), rule, (samples, change) => {
      const limit = threshold(change)
      const { verdict, at, sinceAt } = verdictOf(limit, samples, now, every)
      if (verdict !== 'breached' || at === null || sinceAt === null) return
      const proof = samples.filter((one) => one.at >= sinceAt && one.at <= at && one.value !== null && Number.isFinite(one.value)).toSorted((a, b) => a.at - b.at)
      expect(proof.every((one) => isPast(one.value ?? NaN, limit) || one.at === sinceAt)).toBe(true)
      expect(proof.every((one, index) => one.at - (proof[index - 1]?.at ?? sinceAt) <= longestGapMs(every))).toBe(true)
      expect(at - sinceAt).toBeGreaterThanOrEqual(limit.holdMs)
    }), { numRuns: 500 })
  })
})

it('writes readings as people read them', () => {
  expect([describeReading(2.4, '%'), describeReading(812.4, 'ms'), describeReading(12_500, 'ms'), describeReading(0.123, ''), describeReading(-0.001, '%')])
    .toEqual(['2.4 %', '812 ms', '12.5 s', '0.12', '0 %'])
})
