import { describe, expect, it } from 'vitest'
import { attemptsOfRun } from '#domain/forecast/attempts.ts'
import type { ClockEntry } from '#domain/forecast/clock-ledger.ts'
import { countedLengths, historyOf, sampleKey } from '#domain/forecast/history.ts'
import { usualLengths } from '#domain/forecast/outliers.ts'
import { ascending, quantile } from '#domain/forecast/quantile.ts'
import type { RunMode, StoredEvent } from '#domain/run/events.ts'
import { done, journal, minute, runbook, windowStart, type Happening } from '#support/run-states.ts'

const at = (minutes: number): number => windowStart + minutes * minute
const started = (stepId: string, from: number, hosts = ['web-1'], attempt = 1): Happening => ({ type: 'step-started', stepId, attempt, hosts, at: at(from) })
const ended = (stepId: string, to: number, outcome: 'succeeded' | 'failed' | 'unknown' = 'succeeded', attempt = 1): Happening =>
  ({ type: 'step-finished', stepId, attempt, outcome, message: '', at: at(to) })
const paused = (from: number, to: number): Happening[] => [{ type: 'run-paused', reason: '', at: at(from) }, { type: 'run-resumed', at: at(to) }]

function named(runId: string, happenings: Happening[], mode: RunMode = 'live'): StoredEvent[] {
  return journal(runbook(), happenings, mode).map((stored) => (stored.event.type === 'run-created' ? { ...stored, event: { ...stored.event, runId } } : stored))
}

const oneRun = (happenings: Happening[], ledger: ClockEntry[] = []) => attemptsOfRun({ events: named('r', happenings), ledger })
const runsLasting = (...minutes: number[]) => minutes.map((length, index) => attemptsOfRun({ events: named(`run-${index}`, done('one', 0, length)) }))

describe('the attempts of a run', () => {
  it('last from a step’s start to its end, whatever gate was waited at before', () => {
    const gate: Happening[] = [{ type: 'gate-reached', gateId: 'gate-before-phase-2', at: at(5) }, { type: 'gate-decided', gateId: 'gate-before-phase-2', decision: 'go', reason: '', at: at(45) }]
    expect(oneRun([...done('one', 0, 5), ...gate, ...done('three', 45, 52)])).toEqual([
      { runId: 'r', mode: 'live', stepId: 'one', attempt: 1, at: at(0), ms: 5 * minute, outcome: 'succeeded', isWhole: true, isBlurred: false },
      { runId: 'r', mode: 'live', stepId: 'three', attempt: 1, at: at(45), ms: 7 * minute, outcome: 'succeeded', isWhole: true, isBlurred: false },
    ])
  })

  it('are not whole where a run that goes on with another leaves out the hosts where the step had succeeded', () => {
    const failed = { status: 'failed' as const, attempt: 1, at: at(-60), by: 'mira', message: '', ignored: false }
    const hosts = { 'web-1': { state: 'succeeded' as const, result: { outcome: 'succeeded' as const, exitCode: 0 as const }, ranBefore: false }, 'web-2': { state: 'failed' as const, result: { outcome: 'failed' as const, reason: 'exit' as const, exitCode: 1 }, ranBefore: false } }
    const inherited: Happening = { type: 'outcomes-inherited', fromRunId: 'r0', from: 'one', reason: '', steps: { one: { ...failed, hosts } }, phases: [], items: {}, captured: {}, excluded: {}, changed: [], added: [], removed: [], at: at(-1) }
    expect(oneRun([inherited, started('one', 0, ['web-2'], 2), ended('one', 5, 'succeeded', 2)])).toMatchObject([{ attempt: 2, outcome: 'succeeded', isWhole: false }])
  })

  it('leave a pause out while a person had the step in hand', () => {
    expect(oneRun([started('one', 0, []), ...paused(2, 12), ended('one', 15)])[0]?.ms).toBe(5 * minute)
    expect(oneRun([started('one', 0, []), { type: 'run-paused', reason: '', at: at(2) }, ended('one', 15)])[0]?.ms).toBe(2 * minute)
  })

  it('count a pause through which a command went on on its host', () => {
    const [start, begun, hostEnd, end] = done('one', 0, 15)
    expect(oneRun([start!, begun!, ...paused(2, 12), hostEnd!, end!])[0]?.ms).toBe(15 * minute)
  })

  it('leave out only what was paused between two hosts', () => {
    const host = (name: string, from: number, to: number): Happening[] => [
      { type: 'host-started', stepId: 'one', attempt: 1, host: name, at: at(from) }, { type: 'host-finished', stepId: 'one', attempt: 1, host: name, result: { outcome: 'succeeded', exitCode: 0 }, at: at(to) },
    ]
    const happenings: Happening[] = [started('one', 0, ['a', 'b']), ...host('a', 0, 5), ...host('b', 20, 25), ended('one', 25), ...paused(3, 20)]
    expect(oneRun(happenings.toSorted((one, other) => one.at - other.at))[0]?.ms).toBe(10 * minute)
  })

  it('stand still from their start when they begin in a pause, until it is lifted, by a rollback as well', () => {
    expect(oneRun([{ type: 'run-paused', reason: '', at: at(0) }, started('one', 2, []), { type: 'run-resumed', at: at(8) }, ended('one', 10)])[0]?.ms).toBe(2 * minute)
    expect(oneRun([{ type: 'run-paused', reason: '', at: at(0) }, { type: 'rollback-started', reason: 'r', at: at(1) }, started('back-one', 1, []), ended('back-one', 7)])[0]?.ms).toBe(6 * minute)
  })

  it('are not touched by late news of an attempt before', () => {
    const late: Happening = { type: 'host-started', stepId: 'one', attempt: 1, host: 'web-1', at: at(11) }
    const again: Happening[] = [started('one', 0, []), ended('one', 5, 'failed'), started('one', 10, [], 2), late, ...paused(12, 20), ended('one', 22, 'succeeded', 2)]
    expect(oneRun(again).map(({ attempt, ms }) => [attempt, ms])).toEqual([[1, 5 * minute], [2, 4 * minute]])
    expect(oneRun([started('one', 0, [], 2), ended('one', 3, 'succeeded', 1)])).toEqual([])
  })

  it('do not include what a person closed: nobody knows how long the work would have taken', () => {
    expect(oneRun([started('one', 0), { type: 'step-skipped', stepId: 'one', reason: 'r', at: at(3) }])).toEqual([])
    expect(oneRun([started('one', 0), ended('one', 3, 'failed'), { type: 'step-resolved', stepId: 'one', evidence: 'e', at: at(4) }]).map(({ outcome }) => outcome)).toEqual(['failed'])
  })

  it('survive a step called constructor, and a fact that this version does not know', () => {
    const unknown = { type: 'constructor', at: at(1) } as unknown as Happening
    expect(oneRun([started('constructor', 0), unknown, ended('constructor', 4)])[0]).toMatchObject({ stepId: 'constructor', ms: 4 * minute })
  })

  it('are blurred where the clock jumped, the link was lost or nobody watched, not where the zone’s clocks changed', () => {
    const entry = (kind: ClockEntry['kind']): ClockEntry[] => [{ from: at(1), to: at(2), kind, ms: minute }]
    expect((['suspend', 'stall', 'closed', 'wall-jump', 'dst'] as const).map((kind) => oneRun(done('one', 0, 5), entry(kind))[0]?.isBlurred)).toEqual([true, true, true, true, false])
    expect(oneRun(done('one', 3, 5), entry('suspend'))[0]?.isBlurred).toBe(false)
    const lost: Happening = { type: 'host-link-lost', stepId: 'one', attempt: 1, host: 'web-1', message: 'm', at: at(2) }
    const [start, begun, hostEnd, end] = done('one', 0, 5)
    expect(oneRun([start!, begun!, lost, hostEnd!, end!])[0]?.isBlurred).toBe(true)
  })
})

describe('history', () => {
  it('keeps what it does not count, with why', () => {
    const runs = [
      attemptsOfRun({ events: named('a', [started('one', 0, ['x', 'y']), ended('one', 2, 'failed'), started('one', 3, ['y'], 2), ended('one', 4, 'succeeded', 2)]) }),
      attemptsOfRun({ events: named('b', [started('one', 0), ended('one', 9, 'unknown')]) }),
      attemptsOfRun({ events: named('c', done('one', 0, 5), 'rehearsal') }),
      attemptsOfRun({ events: named('d', done('one', 0, 6)) }),
      attemptsOfRun({ events: named('e', done('one', 0, 7)) }),
      attemptsOfRun({ events: named('f', done('one', 0, 8)), ledger: [{ from: at(1), to: at(2), kind: 'suspend', ms: minute }] }),
    ]
    const byHand = new Set([sampleKey({ runId: 'd', attempt: 1 }, 'one')])
    const reasons = (options: Parameters<typeof historyOf>[1]) => Object.fromEntries((historyOf(runs, options).get('one') ?? []).map(({ runId, attempt, excluded }) => [`${runId}${attempt}`, excluded]))
    expect(reasons({ byHand })).toEqual({ a1: 'failed', a2: 'only-some-hosts', b1: 'unknown', c1: 'rehearsal', d1: 'by-hand', e1: null, f1: 'unclear-length' })
    expect(reasons({ rehearsals: true })).toMatchObject({ c1: null, d1: null })
  })

  it('gives the samples of a step oldest first', () => {
    expect(historyOf([runsLasting(5)[0]!]).get('one')).toEqual([{ runId: 'run-0', attempt: 1, at: at(0), ms: 5 * minute, mode: 'live', excluded: null }])
    const late = attemptsOfRun({ events: named('late', done('one', 60, 61)) })
    expect(historyOf([late, ...runsLasting(5)]).get('one')?.map(({ runId }) => runId)).toEqual(['run-0', 'late'])
  })

  it('leaves a single night out of the ordinary out, once there are five', () => {
    expect(countedLengths(historyOf(runsLasting(5, 6, 5, 90)).get('one')!)).toHaveLength(4)
    const samples = historyOf(runsLasting(5, 6, 5, 90, 6)).get('one')!
    expect(samples.filter(({ excluded }) => excluded === 'outlier').map(({ ms }) => ms)).toEqual([90 * minute])
  })

  it('does not let what it leaves out for another reason decide what is ordinary', () => {
    const failed = Array.from({ length: 9 }, (_, index) => attemptsOfRun({ events: named(`failed-${index}`, [started('one', 0), ended('one', 90, 'failed')]) }))
    expect(countedLengths(historyOf([...runsLasting(5, 6, 5, 6, 5), ...failed]).get('one')!)).toEqual([5, 6, 5, 6, 5].map((length) => length * minute))
  })
})

describe('the statistics', () => {
  it('are type-7 quantiles, as R and NumPy give them', () => {
    const numbers = ascending([15, 20, 35, 40, 50])
    expect([0, 0.05, 0.25, 0.5, 0.9, 1].map((p) => quantile(numbers, p))).toEqual([15, 16, 20, 35, 46, 50])
    expect(quantile([7], 0.9)).toBe(7)
  })

  it('take median ± 3 · 1.4826 · MAD for usual, and never a quarter of the median for odd', () => {
    const { least, most } = usualLengths([100_000, 110_000, 120_000, 130_000, 140_000])
    expect([least, most]).toEqual([120_000 - 44_478, 120_000 + 44_478])
    expect(usualLengths([100_000, 100_000, 100_000, 100_000, 124_000])).toEqual({ least: 75_000, most: 125_000 })
    expect(usualLengths([50, 50, 50, 50, 900])).toEqual({ least: -950, most: 1050 })
    expect(usualLengths([1, 1, 1, 1000])).toEqual({ least: -Infinity, most: Infinity })
  })
})
