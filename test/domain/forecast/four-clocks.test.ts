import { readdirSync } from 'node:fs'
import { join } from 'node:path'
import { describe, expect, it } from 'vitest'
import { forecastsOf } from '#domain/forecast/forecast.ts'
import { fourClocksOf } from '#domain/forecast/four-clocks.ts'
import type { DurationSample } from '#domain/forecast/history.ts'
import type { Runbook } from '#domain/runbook.ts'
import { evolve } from '#domain/run/evolve.ts'
import { inheritedFacts } from '#domain/run/resume/inherit.ts'
import type { RunState } from '#domain/run/state.ts'
import { createOutlook } from '#domain/forecast/outlook.ts'
import { timelineOf } from '#domain/timeline/timeline.ts'
import { timingOf } from '#domain/timing.ts'
import { firstPlanOf } from '#domain/timing/first-plan.ts'
import { readLog } from '#support/golden.ts'
import { done, fold, journal, minute, phase, runbook, step, windowStart, type Happening } from '#support/run-states.ts'

const goldenFolder = join(import.meta.dirname, '../../fixtures/runs')
const goldenLogs = readdirSync(goldenFolder).filter((name) => name.endsWith('.jsonl'))
const at = (minutes: number): number => windowStart + minutes * minute
const span = (from: number, to: number) => ({ startAt: at(from), endAt: at(to) })
const started: Happening[] = [{ type: 'run-started', at: at(-10) }, { type: 'phase-started', phaseId: 'phase-1', at: at(0) }]
const running = (stepId: string, from: number): Happening => ({ type: 'step-started', stepId, attempt: 1, hosts: ['web-1'], at: at(from) })
const took = (...minutes: number[]): DurationSample[] => minutes.map((length) => ({ runId: 'r', attempt: 1, at: 0, ms: length * minute, mode: 'live', excluded: null }))

function clocks(happenings: Happening[], now: number, { book = runbook(), history = new Map<string, DurationSample[]>(), planned = book }: { book?: Runbook; history?: Map<string, DurationSample[]>; planned?: Runbook } = {}) {
  const events = journal(book, happenings)
  const begun = fold(events)
  const firstPlan = planned === book ? null : firstPlanOf(begun, planned, (id) => id)
  const state = { ...begun, runbook: planned, firstPlan }
  return fourClocksOf({ state, timing: timingOf(state, at(now)), forecasts: forecastsOf(planned, history), now: at(now) })
}

describe('the four clocks', () => {
  it('before the start are the plan, without history', () => {
    const { steps, phases, run, window } = clocks([], -60)
    expect(steps.get('two')).toEqual({ baseline: span(10, 20), planned: span(10, 20), forecast: span(10, 20), p90EndAt: at(20), actual: { startAt: null, endAt: null }, flag: 'on-time', lateMs: 0 })
    expect(phases.get('phase-2')).toMatchObject({ planned: span(20, 60), forecast: span(20, 60) })
    expect(run).toMatchObject({ baseline: span(0, 60), forecast: span(0, 60), flag: 'on-time' })
    expect(window).toBe('fits')
  })

  it('forecast from history, by p50 and p90, and say at risk while it can still be in time', () => {
    const history = new Map([['one', took(6, 8, 16)], ['two', took(9, 9, 9)]])
    const { steps, run, window } = clocks([...started, running('one', 0)], 2, { history })
    expect(steps.get('one')).toMatchObject({ forecast: span(0, 8), p90EndAt: at(14.4), flag: 'at-risk', lateMs: -2 * minute })
    expect(steps.get('two')).toMatchObject({ forecast: span(8, 17), p90EndAt: at(23.4), flag: 'at-risk' })
    expect(run).toMatchObject({ forecast: span(0, 57), p90EndAt: at(63.4), flag: 'at-risk' })
    expect(window).toBe('fits')
  })

  it('say late once the planned end has passed, and after it what really happened', () => {
    expect(clocks([...started, running('one', 0)], 11).steps.get('one')).toMatchObject({ flag: 'late', lateMs: minute, forecast: span(0, 11) })
    expect(clocks([...started, ...done('one', 0, 12)], 30).steps.get('one')).toMatchObject({ flag: 'late', actual: span(0, 12), lateMs: 2 * minute })
    expect(clocks([...started, ...done('one', 0, 10.4)], 30).steps.get('one')).toMatchObject({ flag: 'on-time' })
  })

  it('keep the first plan through every run that goes on with the one before, however the runbook is edited', () => {
    const { phases } = runbook()
    const later = (byMinutes: number): Runbook => ({ ...runbook(), phases: phases.map((one) => ({ ...one, planned: one.planned && { ...one.planned, startMinute: one.planned.startMinute + byMinutes, endMinute: one.planned.endMinute + byMinutes } })) })
    const goesOn = (state: RunState, next: Runbook): RunState => {
      const created = { type: 'run-created', runId: `${state.id}+`, mode: 'live', speed: 1, automatic: false, runbookId: 'book', revision: 2, runbook: next } as const
      const facts = [created, ...inheritedFacts(state, next, { from: null, keep: [], again: [] }, 'the disk is full no more'), { type: 'run-started' as const }]
      return facts.reduce<RunState | null>((before, fact, index) => evolve(before, { seq: index + 1, event: { ...fact, at: at(-5), by: 'mo' } }), null)!
    }
    const first = fold(journal(runbook(), [{ type: 'run-started', at: at(-10) }]))
    const third = goesOn(goesOn(first, later(30)), later(75))
    const { steps, run } = fourClocksOf({ state: third, timing: timingOf(third, at(0)), forecasts: forecastsOf(third.runbook, new Map()), now: at(0) })
    expect(steps.get('two')).toMatchObject({ baseline: span(10, 20), planned: span(85, 95) })
    expect(run).toMatchObject({ baseline: span(0, 60), planned: span(75, 135) })
    const rows = timelineOf({ state: third, timing: timingOf(third, at(0)), outlook: createOutlook({ runbook: third.runbook, history: new Map(), reserveMs: 0 }).at(third, at(0)), now: at(0) }).rows
    expect(rows.find(({ id }) => id === 'two')).toMatchObject({ baseline: span(10, 20), planned: span(85, 95) })
  })

  it('keep the baseline when the plan is changed', () => {
    const changed = runbook({ phases: [phase(1, '22:00', '22:40', [step('one'), step('two')]), phase(2, '22:40', '23:20', [step('three'), step('four')])] })
    const { steps, run } = clocks([], -60, { planned: changed })
    expect(steps.get('three')).toMatchObject({ baseline: span(20, 40), planned: span(40, 60) })
    expect(run).toMatchObject({ baseline: span(0, 60), planned: span(0, 80) })
  })

  it('let steps that do not wait for each other run side by side, and give the critical path of what is left', () => {
    const lane = (id: string, minutes: number, after: string) => step(id, { plannedMs: minutes * minute, attributes: { after } })
    const book = runbook({ phases: [phase(1, null, null, [lane('a', 5, 'none'), lane('b', 20, 'none'), lane('c', 4, 'a'), lane('d', 6, 'b c')]), phase(2, null, null, [step('e', { plannedMs: minute })])] })
    const { steps, run, critical } = clocks([...started, ...done('a', 0, 5), running('b', 0), running('c', 5)], 6, { book })
    expect(steps.get('c')?.forecast).toEqual(span(5, 9))
    expect(steps.get('d')?.forecast).toEqual(span(20, 26))
    expect(run.forecast.endAt).toBe(at(27))
    expect(critical.path).toEqual(['b', 'd', 'e'])
    expect(critical).toMatchObject({ lengthMs: 21 * minute })
    expect(critical.steps.get('c')?.floatMs).toBe(11 * minute)
  })

  it('say over and at risk about the window, and nothing without an honest forecast', () => {
    expect(clocks([...started, running('one', 0)], 75).window).toBe('over')
    expect(clocks([...started, running('one', 0)], 40, { history: new Map([['three', took(10, 10, 80)]]) }).window).toBe('at-risk')
    const book = runbook({ phases: [phase(1, null, null, [step('one'), step('two', { plannedMs: minute })])] })
    const unplanned = clocks([...started, running('one', 0)], 5, { book })
    expect(unplanned).toMatchObject({ window: null, run: { flag: 'unplanned', p90EndAt: null, forecast: { endAt: null } } })
    expect(unplanned.steps.get('two')?.forecast).toEqual({ startAt: null, endAt: null })
  })

  it('forecast the rollback, not the phases, once it has begun; and stand still at the end', () => {
    const back: Happening[] = [...started, ...done('one', 0, 5), { type: 'rollback-started', reason: 'errors', at: at(30) }]
    const rolling = clocks(back, 31)
    expect(rolling.run.forecast.endAt).toBe(at(41))
    expect(rolling.steps.get('back-two')?.forecast).toEqual(span(36, 41))
    expect(rolling.steps.get('three')?.forecast).toEqual({ startAt: null, endAt: null })
    expect(rolling.critical.path).toEqual(['back-one', 'back-two'])
    const over: Happening[] = [...back, ...done('back-one', 31, 35), ...done('back-two', 35, 39), { type: 'rollback-steps-finished', at: at(39) }, { type: 'run-finished', outcome: 'rolled-back', at: at(50) }]
    expect(clocks(over, 500).run).toMatchObject({ actual: span(0, 39), flag: 'on-time' })
  })

  it('take what is done for done: phases that are over end the run, monitoring comes after', () => {
    const finished = (id: string, when: number): Happening => ({ type: 'phase-finished', phaseId: id, at: at(when) })
    const happenings: Happening[] = [...started, ...done('one', 0, 5), ...done('two', 5, 9), finished('phase-1', 9), { type: 'phase-started', phaseId: 'phase-2', at: at(10) }, ...done('three', 10, 20), ...done('four', 20, 40), finished('phase-2', 40)]
    const { run, critical, window } = clocks(happenings, 90)
    expect(run).toMatchObject({ actual: span(0, 40), forecast: { endAt: at(40) }, p90EndAt: at(40), flag: 'on-time', lateMs: -20 * minute })
    expect([critical.path, window]).toEqual([[], 'fits'])
  })

  it.each(goldenLogs)('agree with the projection, without history and after=, at every event of the golden log %s', (name) => {
    const events = readLog(join(goldenFolder, name))
    for (let count = 1; count <= events.length; count += 1) {
      const state = fold(events.slice(0, count))
      const now = state.lastEventAt + 90_000
      const timing = timingOf(state, now)
      const { steps, phases, run } = fourClocksOf({ state, timing, forecasts: forecastsOf(state.runbook, new Map()), now })
      const spans = (clocked: typeof steps) => Object.fromEntries([...clocked].map(([id, { planned, forecast, actual }]) => [id, { planned, projected: forecast, actual }]))
      const projected = (timings: typeof timing.steps) => Object.fromEntries(Object.entries(timings).map(([id, { planned, projected: span, actual }]) => [id, { planned, projected: span, actual }]))
      expect(spans(steps), `event ${count}`).toEqual(projected(timing.steps))
      expect(spans(phases), `event ${count}`).toEqual(projected(timing.phases))
      if (state.finishedAt === null && state.aborting === null) expect(run.actual.endAt ?? run.forecast.endAt, `event ${count}`).toBe(timing.projectedFinishAt)
    }
  })
})
