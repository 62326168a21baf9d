import { describe, expect, it } from 'vitest'
import { blindMs, describeBlindTime, describeClockEntry, ledgerOf, type ClockReading } from '#domain/forecast/clock-ledger.ts'
import { offsetIn } from '#domain/zone.ts'

const minute = 60_000
const start = Date.UTC(2026, 9, 24, 23, 0)

interface Move { utc: number; mono: number; boot?: number }

/** Readings a second apart, with what each move adds on top of its second. */
function readings(moves: Move[], withBoot = false): ClockReading[] {
  let [utcMs, monoMs, bootMs] = [start, 5000, 90_000]
  const all: ClockReading[] = [{ utcMs, monoMs, ...(withBoot ? { bootMs } : {}) }]
  for (const { utc, mono, boot = utc } of moves) {
    utcMs += 1000 + utc
    monoMs += 1000 + mono
    bootMs += 1000 + boot
    all.push({ utcMs, monoMs, ...(withBoot ? { bootMs } : {}) })
  }
  return all
}

const still: Move = { utc: 0, mono: 0 }
const kinds = (moves: Move[], withBoot = false) => ledgerOf(readings(moves, withBoot), { everyMs: 1000 }).map(({ kind, ms }) => [kind, ms])

describe('the ledger of clocks', () => {
  it('has no line for clocks that go together, for a busy second, or for a clock that is slewed', () => {
    expect(kinds([still, { utc: 900, mono: 900 }, { utc: 3, mono: 0 }, { utc: -3, mono: 0 }, still])).toEqual([])
    expect(ledgerOf([], { everyMs: 1000 })).toEqual([])
  })

  it('notes sleep: the wall clock went on, the monotonic clock did not', () => {
    const entries = ledgerOf(readings([still, { utc: 20 * minute, mono: 0 }, still]), { everyMs: 1000 })
    expect(entries).toEqual([{ from: start + 1000, to: start + 2000 + 20 * minute, kind: 'suspend', ms: 20 * minute }])
    expect(describeBlindTime(entries)).toBe('app blind 20 min')
  })

  it('notes a machine that stood still where the monotonic clock counts sleep, or where only Holdpoint was stopped', () => {
    expect(kinds([{ utc: 20 * minute, mono: 20 * minute }])).toEqual([['stall', 20 * minute]])
  })

  it('notes a clock set back, which is not blindness', () => {
    const entries = ledgerOf(readings([{ utc: -30 * minute, mono: 0 }]), { everyMs: 1000 })
    expect(entries).toEqual([{ from: start, to: start + 1000 - 30 * minute, kind: 'wall-jump', ms: -30 * minute }])
    expect(describeBlindTime(entries)).toBeNull()
  })

  it('tells a clock set forward from sleep where a clock counts sleep, and calls it sleep where none does', () => {
    expect(kinds([{ utc: 60 * minute, mono: 0, boot: 0 }], true)).toEqual([['wall-jump', 60 * minute]])
    expect(kinds([{ utc: 60 * minute, mono: 0 }])).toEqual([['suspend', 60 * minute]])
  })

  it('notes both when the clock was wrong after sleep', () => {
    expect(kinds([{ utc: 80 * minute, mono: 0, boot: 20 * minute }], true)).toEqual([['suspend', 20 * minute], ['wall-jump', 60 * minute]])
  })

  it('notes the zone’s clocks changing, which makes nothing jump', () => {
    const across = [start + 2 * 60 * minute - 1000, start + 2 * 60 * minute].map((utcMs): ClockReading => ({ utcMs, monoMs: utcMs - start }))
    const entries = ledgerOf(across, { everyMs: 1000, zone: 'Europe/Berlin' })
    expect(entries.map(({ kind, ms }) => [kind, ms])).toEqual([['dst', -60 * minute]])
    expect(blindMs(entries)).toBe(0)
    expect(ledgerOf(across, { everyMs: 1000, zone: 'UTC' })).toEqual([])
    expect(offsetIn('Nowhere/Land')(start)).toBe(0)
  })

  it('notes that Holdpoint was closed, whatever the clocks of the new process say', () => {
    const [before] = readings([])
    const closed = (reading: Partial<ClockReading>) => ledgerOf([before!, { utcMs: start + 20 * minute, monoMs: 7000, ...reading }], { everyMs: 1000 })
    expect(closed({ isFirst: true })).toEqual([{ from: start, to: start + 20 * minute, kind: 'closed', ms: 20 * minute }])
    expect(closed({ monoMs: 3 }).map(({ kind }) => kind)).toEqual(['closed'])
    expect(describeBlindTime(closed({ isFirst: true }))).toBe('app blind 20 min')
    expect(closed({ isFirst: true }).map(describeClockEntry)).toEqual(['Holdpoint was closed for 20 min'])
  })

  it('adds up what nobody saw, and says each in words', () => {
    const entries = ledgerOf(readings([{ utc: 12 * minute, mono: 0 }, { utc: -minute, mono: 0 }, { utc: 8 * minute, mono: 8 * minute }]), { everyMs: 1000 })
    expect(describeBlindTime(entries)).toBe('app blind 20 min')
    expect(entries.map(describeClockEntry)).toEqual(['The machine slept for 12 min', 'The clock was set back by 1 min', 'Holdpoint stood still for 8 min'])
  })
})
