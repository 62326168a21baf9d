import { describe, expect, it } from 'vitest'
import { timingOf } from '#domain/timing.ts'
import { wallClockOf } from '#domain/zone.ts'
import { berlinWindow, done, minute, phase, runbook, stateAfter, step, windowStart, type Happening } from '#support/run-states.ts'

const at = (minutes: number): number => windowStart + minutes * minute
const started: Happening[] = [
  { type: 'run-started', at: at(-10), by: 'mira' },
  { type: 'phase-started', phaseId: 'phase-1', at: at(0) },
]
const running = (stepId: string, from: number): Happening => ({ type: 'step-started', stepId, attempt: 1, hosts: ['web-1'], at: at(from) })

describe('the plan', () => {
  it('puts phases on the calendar of the window and shares a phase evenly among its steps', () => {
    const timing = timingOf(stateAfter(runbook()), at(-60))
    expect(timing.phases['phase-2']?.planned).toEqual({ startAt: at(20), endAt: at(60) })
    expect([timing.steps.one?.planned, timing.steps.two?.planned, timing.steps.four?.planned]).toEqual([
      { startAt: at(0), endAt: at(10) }, { startAt: at(10), endAt: at(20) }, { startAt: at(40), endAt: at(60) },
    ])
    expect(timing.plannedFinishAt).toBe(at(60))
  })

  it('lets a step keep its own planned length and shares the rest', () => {
    const book = runbook({ phases: [phase(1, '22:00', '22:30', [step('long', { plannedMs: 20 * minute }), step('a'), step('b')])] })
    const timing = timingOf(stateAfter(book), at(-60))
    expect(timing.steps.a?.planned).toEqual({ startAt: at(20), endAt: at(25) })
    expect(timing.steps.b?.planned).toEqual({ startAt: at(25), endAt: at(30) })
  })

  it('carries phases over midnight, and a phase before the window to the evening before', () => {
    const late = runbook({ phases: [phase(1, '23:30', '00:15', [step('one')]), phase(2, '00:15', '01:00', [step('two')])] })
    expect(timingOf(stateAfter(late), at(0)).phases['phase-1']?.planned).toEqual({ startAt: at(90), endAt: at(135) })
    expect(timingOf(stateAfter(late), at(0)).phases['phase-2']?.planned).toEqual({ startAt: at(135), endAt: at(180) })
    const early = runbook({
      overview: { ...runbook().overview, window: { ...berlinWindow, startAt: at(150), endAt: at(270) } },
      phases: [phase(1, '23:45', '00:30', [step('one')])],
    })
    expect(timingOf(stateAfter(early), at(0)).phases['phase-1']?.planned).toEqual({ startAt: at(105), endAt: at(150) })
  })

  it('keeps phases in order when a window lasts longer than a day', () => {
    const book = runbook({
      overview: { ...runbook().overview, window: { ...berlinWindow, endAt: at(48 * 60) } },
      phases: [phase(1, '23:00', '23:30', [step('one')]), phase(2, '22:30', '23:00', [step('two')])],
    })
    expect(timingOf(stateAfter(book), at(0)).phases['phase-2']?.planned.startAt).toBe(at(24 * 60 + 30))
  })

  it('knows both nights on which the clocks change', () => {
    const berlin = wallClockOf('Europe/Berlin')
    expect(berlin.instantOf({ year: 2026, month: 3, day: 29 }, 0, 60)).toBe(Date.UTC(2026, 2, 29, 0, 0))
    expect(berlin.instantOf({ year: 2026, month: 3, day: 29 }, 0, 150)).toBe(Date.UTC(2026, 2, 29, 1, 30))
    expect(berlin.instantOf({ year: 2026, month: 3, day: 29 }, 0, 180)).toBe(Date.UTC(2026, 2, 29, 1, 0))
    expect(berlin.instantOf({ year: 2026, month: 10, day: 25 }, 0, 150)).toBe(Date.UTC(2026, 9, 25, 0, 30))
    expect(berlin.instantOf({ year: 2026, month: 10, day: 25 }, 0, 180)).toBe(Date.UTC(2026, 9, 25, 2, 0))
    expect(wallClockOf('Nowhere/Land').instantOf({ year: 2026, month: 1, day: 1 }, 0, 0)).toBe(Date.UTC(2026, 0, 1))
  })
})

describe('the projection', () => {
  it('runs lanes side by side: a step begins when what it comes after has ended, and the phase ends with the last', () => {
    const lane = (id: string, minutes: number, after: string) => step(id, { plannedMs: minutes * minute, attributes: { after } })
    const book = runbook({ phases: [phase(1, '22:00', '23:00', [step('a', { plannedMs: 10 * minute }), lane('b', 30, 'none'), lane('c', 5, 'a'), lane('d', 5, 'b,c')]), phase(2, '23:00', '23:20', [step('e', { plannedMs: 20 * minute })])] })
    const timing = timingOf(stateAfter(book, [...started, running('a', 0), running('b', 0)]), at(0))
    const spans = ['a', 'b', 'c', 'd', 'e'].map((id) => timing.steps[id]?.projected)
    expect(spans).toEqual([[0, 10], [0, 30], [10, 15], [30, 35], [35, 55]].map(([from, to]) => ({ startAt: at(from ?? 0), endAt: at(to ?? 0) })))
    expect([timing.phases['phase-1']?.projected.endAt, timing.projectedFinishAt]).toEqual([at(35), at(55)])
  })


  it('before the start follows the plan, and moves with the clock once that is past', () => {
    expect(timingOf(stateAfter(runbook()), at(-60)).projectedFinishAt).toBe(at(60))
    expect(timingOf(stateAfter(runbook()), at(30)).projectedFinishAt).toBe(at(90))
  })

  it('keeps what is done, gives the running step its planned length, and lets the rest follow on', () => {
    const timing = timingOf(stateAfter(runbook(), [...started, ...done('one', 0, 4), running('two', 5)]), at(6))
    expect(timing.steps.one).toMatchObject({ actual: { startAt: at(0), endAt: at(4) }, projected: { startAt: at(0), endAt: at(4) }, lateMs: -6 * minute })
    expect(timing.steps.two?.projected).toEqual({ startAt: at(5), endAt: at(15) })
    expect(timing.phases['phase-1']).toMatchObject({ actual: { startAt: at(0), endAt: null }, projected: { startAt: at(0), endAt: at(15) }, lateMs: -5 * minute })
    expect(timing.phases['phase-2']?.projected).toEqual({ startAt: at(15), endAt: at(55) })
    expect(timing).toMatchObject({ projectedFinishAt: at(55), windowLeftMs: 114 * minute, overrunMs: -65 * minute, standing: 'within' })
  })

  it('never projects an end into the past: a step over its length pushes everything', () => {
    const timing = timingOf(stateAfter(runbook(), [...started, running('one', 0)]), at(45))
    expect(timing.steps.one).toMatchObject({ projected: { endAt: at(45) }, lateMs: 35 * minute })
    expect(timing.projectedFinishAt).toBe(at(95))
  })

  it('counts a failed or unknown step as that length once more, from now', () => {
    const failed: Happening = { type: 'step-finished', stepId: 'one', attempt: 1, outcome: 'failed', message: 'exit 1', at: at(2) }
    const timing = timingOf(stateAfter(runbook(), [...started, running('one', 0), failed]), at(20))
    expect(timing.steps.one?.projected).toEqual({ startAt: at(0), endAt: at(30) })
    expect(timing.steps.two?.projected).toEqual({ startAt: at(30), endAt: at(40) })
  })

  it('says tight when little is left and over when the window will be passed', () => {
    const facts = [...started, running('one', 0)]
    expect(timingOf(stateAfter(runbook(), facts), at(64)).standing).toBe('tight')
    expect(timingOf(stateAfter(runbook(), facts), at(80))).toMatchObject({ standing: 'over', overrunMs: 10 * minute })
    expect(timingOf(stateAfter(runbook(), facts), at(130))).toMatchObject({ standing: 'over', windowLeftMs: -10 * minute })
  })

  it('refuses to project past a step whose length nobody knows, until it is done', () => {
    const book = runbook({ phases: [phase(1, null, null, [step('one'), step('two', { plannedMs: minute })])] })
    const unknown = timingOf(stateAfter(book, [...started, running('one', 0)]), at(5))
    expect(unknown).toMatchObject({ projectedFinishAt: null, overrunMs: null, standing: 'unplanned' })
    expect(unknown.steps.two?.projected).toEqual({ startAt: null, endAt: null })
    expect(timingOf(stateAfter(book, [...started, ...done('one', 0, 7)]), at(8)).projectedFinishAt).toBe(at(9))
  })

  it('has no standing without a window, but still projects', () => {
    const book = runbook({ overview: { ...runbook().overview, window: null } })
    const timing = timingOf(stateAfter(book, [...started, running('one', 0)]), at(5))
    expect(timing).toMatchObject({ window: null, windowLeftMs: null, overrunMs: null, standing: 'unplanned', projectedFinishAt: at(60), plannedFinishAt: null })
  })

  it('projects the rollback, not the phases, once it has begun', () => {
    const timing = timingOf(stateAfter(runbook(), [...started, ...done('one', 0, 5), { type: 'rollback-started', reason: 'errors', at: at(30) }]), at(31))
    expect(timing.projectedFinishAt).toBe(at(41))
    expect(timing.steps['back-two']?.projected).toEqual({ startAt: at(36), endAt: at(41) })
    expect(timing.steps.three?.projected).toEqual({ startAt: null, endAt: null })
  })

  it('stands still once the run has ended', () => {
    const facts: Happening[] = [...started, ...done('one', 0, 5), { type: 'abort-requested', reason: 'enough', at: at(6) }, { type: 'run-finished', outcome: 'aborted', at: at(8) }]
    const timing = timingOf(stateAfter(runbook(), facts), at(5000))
    expect(timing).toMatchObject({ windowLeftMs: 112 * minute, projectedFinishAt: at(8), standing: 'within' })
    expect(timing.steps.two?.projected).toEqual({ startAt: null, endAt: null })
  })

  it('tells when monitoring will end: from the projection, then from the run', () => {
    const book = runbook({ monitoring: { text: '30 minutes', durationMs: 30 * minute, range: step('x').range } })
    expect(timingOf(stateAfter(book), at(-60)).monitoringEndsAt).toBe(at(90))
    const monitored = stateAfter(book, [...started, { type: 'monitoring-started', endsAt: at(77), at: at(47) }])
    expect(timingOf(monitored, at(50)).monitoringEndsAt).toBe(at(77))
  })
})

it('times a rehearsal as if the window opened with it, and leaves one inside its window alone', () => {
  const facts: Happening[] = [{ type: 'run-started', at: at(-3000) }]
  const moved = timingOf(stateAfter(runbook(), facts, 'rehearsal'), at(-2990))
  expect(moved).toMatchObject({ movedMs: -3000 * minute, windowLeftMs: 110 * minute, plannedFinishAt: at(-2940) })
  expect(timingOf(stateAfter(runbook(), [{ type: 'run-started', at: at(3) }], 'rehearsal'), at(4)).movedMs).toBe(0)
  expect(timingOf(stateAfter(runbook(), facts, 'live'), at(-2990)).movedMs).toBe(0)
})
