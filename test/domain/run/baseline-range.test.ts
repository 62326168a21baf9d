import { describe, expect, it } from 'vitest'
import { readBaselineRange } from '#domain/run/baseline-range.ts'
import { smallRunbook } from '#support/runbooks.ts'
import { story } from '#support/run-log.ts'

const minute = 60_000
const at = (text: string): number => Date.parse(text)

/** A run that was created long before. */
function inZone(zone: string): Parameters<typeof readBaselineRange>[1] {
  const runbook = smallRunbook()
  const { state } = story([], { runbook: { ...runbook, overview: { ...runbook.overview, window: { zone, startAt: 0, endAt: minute } } } })
  return { ...state, createdAt: 0 }
}

describe('the time a person says is usual', () => {
  const now = at('2026-11-24T21:02:30Z')
  const told = (text: string, zone = 'UTC', from = now) => {
    const range = readBaselineRange(text, inZone(zone), from)
    return range && [range.from, range.to].map((time) => new Date(time).toISOString().slice(0, 19))
  }

  it('is a length until now, however it is put, and never from before the run', () => {
    for (const text of ['10m', 'last 10 minutes', 'the last 10 min']) expect(told(text)).toEqual(['2026-11-24T20:52:30', '2026-11-24T21:02:30'])
    expect(readBaselineRange('2h', { ...inZone('UTC'), createdAt: now - 5 * minute }, now)).toEqual({ from: now - 5 * minute, to: now })
  })

  it('is the last time the clocks of the window showed it, over midnight and where the clocks change', () => {
    for (const text of ['20:40 to 20:55', '20:40-20:55', 'from 20:40 until 20:55', '20:40 – 20:55']) expect(told(text)).toEqual(['2026-11-24T20:40:00', '2026-11-24T20:55:00'])
    expect(told('21:40 to 21:55', 'Europe/Berlin')).toEqual(['2026-11-24T20:40:00', '2026-11-24T20:55:00'])
    // Not yet today, so yesterday's.
    expect(told('22:40 to 22:55')).toEqual(['2026-11-23T22:40:00', '2026-11-23T22:55:00'])
    expect(told('23:50:30 to 00:10', 'UTC', at('2026-11-25T01:00:00Z'))).toEqual(['2026-11-24T23:50:30', '2026-11-25T00:10:00'])
    // The night the clocks of Berlin go from 03:00 back to 02:00.
    expect(told('01:50 to 03:10', 'Europe/Berlin', at('2026-10-25T03:00:00Z'))).toEqual(['2026-10-24T23:50:00', '2026-10-25T02:10:00'])
  })

  it('is nothing else', () => {
    for (const text of ['', 'yesterday', '10', '25:00 to 26:00', '12:60 to 13:00', '12:00', '12:00 to', '-5m', '1'.repeat(200), 'before the release']) expect([text, told(text)]).toEqual([text, null])
  })
})
