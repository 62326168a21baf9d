import fc from 'fast-check'
import { describe, expect, it } from 'vitest'
import { measurementsOf, readingsOf } from '#domain/measurements.ts'
import { resolveLimit, type Sample, type Threshold } from '#domain/threshold.ts'
import { describeReading, isPast, longestGapMs, verdictOf, worstOf, type VerdictInput } from '#domain/verdict.ts'
import { range } from '#support/run-states.ts'

const second = 1000
const every = 5 * second
const threshold = (change: Partial<Threshold> = {}): Threshold =>
  ({ id: 't', text: 'Error rate > 2% for 1m', metric: 'error rate', operator: '>', limit: 2, unit: '%', holdMs: 60 * second, range, ...change })

/** Readings every five seconds ending at `end`, oldest first. */
const readings = (end: number, ...values: (number | null)[]): Sample[] =>
  values.map((value, index) => ({ at: end - (values.length - 1 - index) * every, value }))
const many = (value: number, count: number): number[] => Array.from({ length: count }, () => value)
const now = 1_000_000_000
const judge = (change: Partial<Threshold>, samples: Sample[], input: Partial<VerdictInput> = {}) => verdictOf(threshold(change), { samples, now, everyMs: every, ...input })

type Row = [string, Sample[], Partial<Threshold>, string]

describe('the verdict of a threshold with a hold time', () => {
  it.each<Row>([
    ['is inconclusive without any reading', [], {}, 'inconclusive'],
    ['is ok with a fresh reading inside the limit', readings(now, 0.4), {}, 'ok'],
    ['is ok exactly at a `>` limit', readings(now, 2), {}, 'ok'],
    ['is past exactly at a `>=` limit', readings(now, 2), { operator: '>=', holdMs: 0 }, 'breached'],
    ['is past below a `<` limit', readings(now, 1.9), { operator: '<', holdMs: 0 }, 'breached'],
    ['is past exactly at a `<=` limit', readings(now, 2), { operator: '<=', holdMs: 0 }, 'breached'],
    ['is breached by one reading when there is no hold time', readings(now, 0, 3), { holdMs: 0 }, 'breached'],
    ['is a warning while the limit is passed for less than the hold time', readings(now, 0, ...many(3, 12)), {}, 'warning'],
    ['is breached once the limit is passed for the whole hold time', readings(now, 0, ...many(3, 13)), {}, 'breached'],
    ['starts again after one reading inside the limit', readings(now, ...many(3, 20), 1, 3), {}, 'warning'],
    ['is inconclusive when the newest reading failed', readings(now, ...many(0, 20), null), {}, 'inconclusive'],
    ['is inconclusive when the newest reading failed, even during a breach', readings(now, ...many(3, 20), null), {}, 'inconclusive'],
    ['is inconclusive when the newest reading is too old', readings(now - 15 * second - 1, ...many(0, 20)), {}, 'inconclusive'],
    ['still trusts a reading three intervals old', readings(now - 15 * second, 0), {}, 'ok'],
    ['is not excused by a failed reading amid the breach', readings(now, ...many(3, 6), null, ...many(3, 8)), {}, 'breached'],
    ['has no proof across a long silence', [...readings(now - 40 * second, ...many(3, 20)), ...readings(now, 3, 3)], {}, 'warning'],
    ['ignores readings from the future', [...readings(now, 3), { at: now + 1, value: 0 }], { holdMs: 0 }, 'breached'],
    ['takes the worst of contradicting readings of one instant', [{ at: now, value: 3 }, { at: now, value: 0 }], { holdMs: 0 }, 'breached'],
    ['is inconclusive when a reading of the newest instant failed', [{ at: now, value: null }, { at: now, value: 0 }], {}, 'inconclusive'],
    ['is inconclusive for a limit that is no number', readings(now, 0), { limit: NaN }, 'inconclusive'],
    ['is a warning until as many in a row are inside the limit as it takes to recover', readings(now, 3, 0, 0), { holdMs: 0, recover: 3 }, 'warning'],
    ['is ok again once they are', readings(now, 3, 0, 0, 0), { holdMs: 0, recover: 3 }, 'ok'],
    ['does not recover across a gap', readings(now, 3, 0, null, 0), { holdMs: 0, recover: 3 }, 'inconclusive'],
  ])('%s', (_, samples, change, expected) => {
    expect(judge(change, samples).verdict).toBe(expected)
  })
})

describe('the verdict of a threshold that counts', () => {
  const count = { holdMs: 0, count: { failures: 3, of: 5 } }
  it.each<Row>([
    ['is ok with one good measurement and nothing before', readings(now, 0), count, 'ok'],
    ['is a warning with one failure among the five', readings(now, 0, 3, 0, 0, 0), count, 'warning'],
    ['is a warning with two failures', readings(now, 3, 0, 3, 0, 0), count, 'warning'],
    ['is breached with three failures among five, wherever they are', readings(now, 3, 0, 3, 0, 3), count, 'breached'],
    ['is breached although the newest is good', readings(now, 3, 3, 3, 0, 0), count, 'breached'],
    ['is breached before five have been made', readings(now, 3, 3, 3), count, 'breached'],
    ['has forgotten what is older than five measurements', readings(now, 3, 3, 0, 0, 0, 0, 3), count, 'warning'],
    ['is ok when all failures are older', readings(now, 3, 3, 3, 0, 0, 0, 0, 0), count, 'ok'],
    ['is inconclusive when the newest failed to be read', readings(now, 0, 0, 0, 0, null), count, 'inconclusive'],
    ['is inconclusive when as many are missing as would be a breach', readings(now, null, null, null, 0, 0), count, 'inconclusive'],
    ['bears fewer missing ones than would be a breach', readings(now, 0, null, null, 0, 0), count, 'ok'],
    ['says warning rather than inconclusive when one has failed and the rest is missing', readings(now, 3, null, null, null, 0), count, 'warning'],
    ['counts a reading that came twice once', [...readings(now, 0, 0, 0, 0, 3), ...readings(now, 3), ...readings(now, 3)], count, 'warning'],
    ['takes one after another with `3 samples in a row`', readings(now, 3, 0, 3, 3), { holdMs: 0, count: { failures: 3, of: 3 } }, 'warning'],
    ['is breached by three in a row', readings(now, 0, 3, 3, 3), { holdMs: 0, count: { failures: 3, of: 3 } }, 'breached'],
  ])('%s', (_, samples, change, expected) => {
    expect(judge(change, samples).verdict).toBe(expected)
  })
})

describe('the verdict of a threshold with an interval of its own', () => {
  const slow = { holdMs: 0, everyMs: 30 * second, count: { failures: 2, of: 3 } }
  /** Six readings of 5 s to each slot of 30 s; the slots end at now, now - 30 s … (1,000,000,000 is a multiple of 30 s less 10 s). */
  const end = now + 20 * second
  const slots = (...values: (number | null)[]): Sample[] => values.flatMap((value, index) => {
    const slotEnd = end - (values.length - 1 - index) * 30 * second
    return value === null ? [] : Array.from({ length: 6 }, (_, place) => ({ at: slotEnd - (6 - place) * every, value }))
  })
  it.each<Row>([
    ['has no measurement before its first interval is over', slots(3).map(({ at, value }) => ({ at: at + 30 * second, value })), slow, 'inconclusive'],
    ['makes one measurement an interval', slots(3, 0), slow, 'warning'],
    ['is breached by two intervals', slots(3, 0, 3), slow, 'breached'],
    ['takes the newest reading of an interval', [...slots(0, 0), { at: end - 31 * second, value: 3 }, { at: end - 1, value: 3 }], slow, 'breached'],
    ['has a failed measurement for an interval without readings', slots(0, null, null, 0), slow, 'inconclusive'],
    ['is inconclusive when the newest interval has none', slots(0, 0, null).concat(slots(0, 0, null)), slow, 'inconclusive'],
    ['holds for a time by its measurements', slots(3, 3, 3), { holdMs: 60 * second, everyMs: 30 * second }, 'breached'],
    ['has not held for the whole time yet', slots(0, 3, 3), { holdMs: 60 * second, everyMs: 30 * second }, 'warning'],
    ['is never measured more often than it is read', readings(end, 0, 3), { holdMs: 0, everyMs: second }, 'breached'],
  ])('%s', (_, samples, change, expected) => {
    expect(verdictOf(threshold(change), { samples, now: end, everyMs: every }).verdict).toBe(expected)
  })
})

describe('what a verdict says besides', () => {
  it('is since when, what was measured last, when, and the measurements that decided it', () => {
    expect(judge({}, readings(now, 0, 3, 4, 5))).toEqual({ verdict: 'warning', doubt: null, value: 5, at: now, sinceAt: now - 10 * second, deciding: readings(now, 3, 4, 5) })
    expect(judge({}, readings(now, 0, null))).toEqual({ verdict: 'inconclusive', doubt: 'no-data', value: null, at: now, sinceAt: null, deciding: readings(now, null) })
    expect(judge({ count: { failures: 2, of: 3 } }, readings(now, 9, 3, 0, 3))).toEqual({ verdict: 'breached', doubt: null, value: 3, at: now, sinceAt: now - 10 * second, deciding: readings(now, 3, 0, 3) })
  })

  it('is too early before its delay is over, and what was read until then does not count', () => {
    const samples = readings(now, ...many(3, 20))
    expect(judge({}, samples, { judgedFrom: null }).doubt).toBe('too-early')
    expect(judge({}, samples, { judgedFrom: now + 1 }).doubt).toBe('too-early')
    expect(judge({}, samples, { judgedFrom: now - 30 * second }).verdict).toBe('warning')
    expect(judge({}, samples, { judgedFrom: now - 60 * second }).verdict).toBe('breached')
  })

  it('is that there is nothing to compare with, until there is a baseline', () => {
    const relative = threshold({ of: 'baseline', limit: 2, unit: '', holdMs: 0 })
    expect(verdictOf(resolveLimit(relative, null), { samples: readings(now, 0), now, everyMs: every })).toMatchObject({ verdict: 'inconclusive', doubt: 'no-baseline' })
    const resolved = resolveLimit(relative, { value: 206, n: 34 })
    expect([resolved.limit, ...[412, 413].map((value) => verdictOf(resolved, { samples: readings(now, value), now, everyMs: every }).verdict)]).toEqual([412, 'ok', 'breached'])
    expect(resolveLimit(threshold({ limit: 2 }), null).limit).toBe(2)
  })

  it('waits three intervals, but at least ten seconds, before it calls a silence', () => {
    expect([longestGapMs(second), longestGapMs(60 * second), longestGapMs(NaN)]).toEqual([10 * second, 180 * second, 10 * second])
  })

  it('is the worst of several rules, and nobody knows when there are none', () => {
    expect([worstOf(['ok', 'warning']), worstOf(['ok', 'inconclusive', 'warning']), worstOf(['ok', 'breached', 'inconclusive']), worstOf([])]).toEqual(['warning', 'inconclusive', 'breached', 'inconclusive'])
  })
})

const usable = fc.record({ at: fc.integer({ min: now - 200_000, max: now }), value: fc.oneof(fc.double({ min: -5, max: 10, noNaN: true }), fc.constant(2)) })
const useless = fc.oneof(
  fc.record({ at: fc.integer({ min: now - 200_000, max: now }), value: fc.constantFrom(null, NaN, Infinity, -Infinity) }),
  fc.record({ at: fc.constantFrom(NaN, Infinity, -Infinity, now + 1, now + 20_000), value: fc.constantFrom(0, 2, 9, null, NaN) }),
)
const samplesOf = (maxLength: number) => fc.array(fc.oneof(usable, useless), { maxLength })
const rule = fc.record({
  operator: fc.constantFrom('>', '>=', '<', '<=' as const), holdMs: fc.constantFrom(0, 5000, 60_000), limit: fc.constantFrom(0, 2, 9),
  count: fc.constantFrom(undefined, { failures: 1, of: 1 }, { failures: 2, of: 2 }, { failures: 3, of: 5 }, { failures: 1, of: 8 }),
  everyMs: fc.constantFrom(undefined, second, 30 * second, 60 * second), recover: fc.constantFrom(undefined, 1, 3),
}).map(({ count, everyMs, recover, ...change }): Partial<Threshold> => ({ ...change, ...(count && { count }), ...(everyMs && { everyMs }), ...(recover && { recover }) }))

describe('whatever the readings', () => {
  it('ok is said only of a fresh measurement inside the limit, when the missing ones could not be a breach', () => {
    fc.assert(fc.property(samplesOf(40), rule, (samples, change) => {
      const limit = threshold(change)
      const { verdict, value, at } = judge(change, samples)
      if (verdict !== 'ok' || at === null) return
      expect(value !== null && Number.isFinite(value) && !isPast(value, limit)).toBe(true)
      expect(at <= now && now - at <= longestGapMs(Math.max(every, change.everyMs ?? 0))).toBe(true)
      const measured = measurementsOf(readingsOf(samples, limit, -Infinity, now), limit, every, now)
      const could = measured.slice(-(change.count?.of ?? 1)).filter((one) => one.value === null || isPast(one.value, limit)).length
      expect(could).toBeLessThan(change.count?.failures ?? 1)
      expect(measured.slice(-(change.recover ?? 1)).every((one) => one.value !== null && !isPast(one.value, limit))).toBe(true)
    }), { numRuns: 2000 })
  })

  it('no gap, NaN, duplicate, late or disordered reading turns inconclusive into ok', () => {
    const muddled = samplesOf(30).chain((samples) => fc.tuple(
      fc.constant(samples), fc.array(useless, { maxLength: 10 }),
      samples.length === 0 ? fc.constant<Sample[]>([]) : fc.array(fc.constantFrom(...samples), { maxLength: 10 }),
    )).chain(([samples, gaps, again]) => fc.tuple(fc.constant(samples), fc.shuffledSubarray([...samples, ...gaps, ...again], { minLength: samples.length + gaps.length + again.length })))
    fc.assert(fc.property(muddled, rule, ([samples, muddle], change) => {
      if (judge(change, samples).verdict !== 'inconclusive') return
      expect(judge(change, muddle).verdict).not.toBe('ok')
    }), { numRuns: 1500 })
  })

  it('a reading that is lost turns no data into ok only if it had failed', () => {
    fc.assert(fc.property(samplesOf(30), rule, fc.nat(), (samples, change, which) => {
      if (change.everyMs !== undefined || judge(change, samples).verdict !== 'inconclusive') return
      const gone = samples[which % Math.max(samples.length, 1)]
      if (gone === undefined || gone.value === null || !Number.isFinite(gone.value)) return
      expect(judge(change, samples.filter((other) => other !== gone)).verdict).not.toBe('ok')
    }), { numRuns: 2000 })
  })

  it('failed and impossible readings alone are inconclusive', () => {
    fc.assert(fc.property(fc.array(useless), rule, (samples, change) => judge(change, samples).verdict === 'inconclusive'))
  })

  it('order and repetition do not matter', () => {
    const shuffled = samplesOf(25).chain((samples) => fc.tuple(fc.constant(samples), fc.shuffledSubarray([...samples, ...samples], { minLength: samples.length * 2 })))
    fc.assert(fc.property(shuffled, rule, ([samples, again], change) => {
      expect(judge(change, again)).toEqual(judge(change, samples))
    }), { numRuns: 1000 })
  })

  it('a breach has its failures: over the whole hold time without a silence, or as many as are counted', () => {
    fc.assert(fc.property(samplesOf(60), rule, (samples, change) => {
      const limit = threshold(change)
      const { verdict, at, sinceAt, deciding } = judge(change, samples)
      if (verdict !== 'breached' || at === null || sinceAt === null) return
      const past = deciding.filter((one) => one.value !== null && isPast(one.value, limit))
      expect(past[0]?.at).toBe(sinceAt)
      if (change.count) {
        expect(past.length).toBeGreaterThanOrEqual(change.count.failures)
        return
      }
      expect(past.length).toBe(deciding.filter((one) => one.value !== null).length)
      expect(past.every((one, index) => one.at - (past[index - 1]?.at ?? sinceAt) <= longestGapMs(Math.max(every, change.everyMs ?? 0)))).toBe(true)
      expect(at - sinceAt).toBeGreaterThanOrEqual(limit.holdMs)
    }), { numRuns: 2000 })
  })
})

it('writes readings as people read them', () => {
  expect([describeReading(2.4, '%'), describeReading(812.4, 'ms'), describeReading(12_500, 'ms'), describeReading(0.123, ''), describeReading(-0.001, '%')])
    .toEqual(['2.4 %', '812 ms', '12.5 s', '0.12', '0 %'])
})
