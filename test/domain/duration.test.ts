import fc from 'fast-check'
import { describe, expect, it } from 'vitest'
import { formatDuration, parseDuration } from '#domain/duration.ts'

const MINUTE = 60_000
const HOUR = 60 * MINUTE

describe('parseDuration', () => {
  it.each([
    ['1h 30m', 90 * MINUTE], ['1h30m', 90 * MINUTE], ['90s', 90_000], ['500ms', 500], ['15 minutes', 15 * MINUTE],
    ['2 hours', 2 * HOUR], ['1 hour and 30 minutes', 90 * MINUTE], ['1 hour, 30 minutes', 90 * MINUTE], ['1.5h', 90 * MINUTE],
    [' 24  Hours ', 24 * HOUR], ['2 days', 48 * HOUR], ['1 week', 168 * HOUR], ['0s', 0], ['1 min', MINUTE],
  ])('reads %s', (text, ms) => expect(parseDuration(text)).toBe(ms))

  it.each(['', ' ', '15', 'm', 'soon', '5 parsecs', '2m 3m', '30m 1h', '1h 30', '-5m', '5m!', '1h,', '1h and', ',1h', '1e9h', '99999999999 weeks', '5 m m', 'x'.repeat(101)])(
    'does not guess at %j', (text) => expect(parseDuration(text)).toBeNull())

  it('never throws or hangs on any text', () => {
    fc.assert(fc.property(fc.string({ maxLength: 200 }), (text) => {
      const ms = parseDuration(text)
      return ms === null || (Number.isSafeInteger(ms) && ms >= 0)
    }))
  })
})

describe('formatDuration', () => {
  it.each([
    [0, '0 s'], [250, '250 ms'], [999.7, '1 s'], [1500, '1.5 s'], [9_960, '10 s'], [45_000, '45 s'], [59_600, '1 min'], [90_000, '1 min 30 s'],
    [90 * MINUTE, '1 h 30 min'], [HOUR - 100, '1 h'], [HOUR + 29_000, '1 h'], [24 * HOUR - 1, '1 d'], [51 * HOUR, '2 d 3 h'],
    [-5 * MINUTE, '−5 min'], [-0.2, '0 s'], [NaN, '–'],
  ])('writes %d ms as %s', (ms, text) => expect(formatDuration(ms)).toBe(text))

  it('writes whole minutes so that they read back the same', () => {
    fc.assert(fc.property(fc.integer({ min: 1, max: 1439 }), (minutes) => parseDuration(formatDuration(minutes * MINUTE)) === minutes * MINUTE))
  })
})
