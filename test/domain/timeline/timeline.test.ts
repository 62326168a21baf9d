import { describe, expect, it } from 'vitest'
import { createOutlook } from '#domain/forecast/outlook.ts'
import { timeRange } from '#domain/timeline/axis.ts'
import { timelineOf, type Timeline } from '#domain/timeline/timeline.ts'
import { timingOf } from '#domain/timing.ts'
import { done, minute, phase, runbook, stateAfter, step, windowStart, type Happening } from '#support/run-states.ts'

const at = (minutes: number): number => windowStart + minutes * minute
const book = runbook({
  phases: [
    phase(1, '22:00', '22:30', [step('stop', { plannedMs: 10 * minute }), step('long', { plannedMs: 20 * minute, attributes: { after: 'none' } }), step('join', { plannedMs: 5 * minute, attributes: { after: 'stop, long' } })]),
    phase(2, '22:30', '23:00', [step('start', { plannedMs: 10 * minute })]),
  ],
})
const started: Happening[] = [{ type: 'run-started', at: at(-5) }, { type: 'phase-started', phaseId: 'phase-1', at: at(0) }]
const lanes: Happening[] = [{ type: 'step-started', stepId: 'long', attempt: 1, hosts: ['web-1'], at: at(0) }]

function timeline(happenings: Happening[], now: number, withOutlook = true): Timeline {
  const state = stateAfter(book, happenings)
  const outlook = withOutlook ? createOutlook({ runbook: book, history: new Map(), reserveMs: 5 * minute }).at(state, now) : null
  return timelineOf({ state, timing: timingOf(state, now), outlook, now })
}

const rowOf = ({ rows }: Timeline, id: string) => rows.find((row) => row.id === id)!

describe('the timeline', () => {
  const running = timeline([...started, ...lanes, ...done('stop', 0, 12)], at(15))

  it('has a row for each phase and step, in the order of the document', () => {
    expect(running.rows.map(({ id, status }) => [id, status])).toEqual([['phase-1', 'running'], ['stop', 'succeeded'], ['long', 'running'], ['join', 'planned'], ['phase-2', 'planned'], ['start', 'planned']])
  })

  it('shows what is over as it was, what runs until now, and what is to come behind what it comes after', () => {
    expect(rowOf(running, 'stop')).toMatchObject({ actual: { startAt: at(0), endAt: at(12) }, forecast: { startAt: null, endAt: null }, floatMs: null, isCritical: false })
    expect(rowOf(running, 'long')).toMatchObject({ actual: { startAt: at(0), endAt: at(15) }, forecast: { startAt: at(0), endAt: at(20) } })
    expect(rowOf(running, 'join')).toMatchObject({ forecast: { startAt: at(20), endAt: at(25) } })
  })

  it('marks the critical path of two lanes, and what the other has to spare', () => {
    const before = timeline(started, at(0))
    expect(before.rows.filter(({ isCritical }) => isCritical).map(({ id }) => id)).toEqual(['long', 'join', 'start'])
    expect([rowOf(before, 'stop').floatMs, rowOf(before, 'long').floatMs]).toEqual([10 * minute, 0])
  })

  it('marks now, the edges of the window and the point of no return, and after the end no now', () => {
    expect(running.marks).toEqual([{ kind: 'window-opens', at: at(0) }, { kind: 'window-closes', at: at(120) }, { kind: 'no-return', at: expect.any(Number) }, { kind: 'now', at: at(15) }])
    const over = timeline([...started, { type: 'rollback-started', reason: 'r', at: at(20) }, { type: 'run-finished', outcome: 'failed', at: at(30) }], at(500))
    expect(over.marks.map(({ kind }) => kind)).toEqual(['window-opens', 'window-closes', 'rollback'])
    expect(over.rows.at(-1)?.id).toBe(book.rollback.steps.at(-1)?.id ?? 'start')
  })

  it('has the rollback under a heading of its own, and a phase it cut short ends with what still ran', () => {
    const back = timeline([...started, ...lanes, { type: 'rollback-started', reason: 'r', at: at(20) }], at(30))
    expect(back.rows.slice(-3).map(({ id, kind }) => [id, kind])).toEqual([['rollback:', 'phase'], ['back-one', 'step'], ['back-two', 'step']])
    expect(rowOf(back, 'rollback:')).toMatchObject({ title: 'Rollback', actual: { startAt: at(20), endAt: at(30) } })
    expect(rowOf(back, 'phase-1').actual).toEqual({ startAt: at(0), endAt: at(30) })
    expect(rowOf(timeline([...started, { type: 'rollback-started', reason: 'r', at: at(20) }], at(30)), 'phase-1')).toMatchObject({ status: 'planned', actual: { endAt: at(20) } })
  })

  it('keeps what was taken back to before a phase, each time, while the run goes on from there', () => {
    const undoable = runbook({ phases: [phase(1, '22:00', '22:30', [step('stop', { undo: 'start' })]), phase(2, '22:30', '23:00', [step('deploy', { undo: 'previous' })])] })
    const there: Happening[] = [...started, ...done('stop', 0, 5), { type: 'phase-finished', phaseId: 'phase-1', at: at(5) }, { type: 'phase-started', phaseId: 'phase-2', at: at(6) }, ...done('deploy', 6, 10)]
    const back = (from: number): Happening[] => [{ type: 'rollback-started', reason: 'r', running: 'abort', to: 'phase-2', at: at(from) }, { type: 'undo-planned', undo: [{ stepId: 'deploy', hosts: ['web-1'], certainty: 'changed' }], at: at(from) }]
    const rowsAfter = (happenings: Happening[], now: number) => {
      const state = stateAfter(undoable, [...there, ...happenings])
      return timelineOf({ state, timing: timingOf(state, at(now)), outlook: null, now: at(now) }).rows.slice(4).map(({ id, about, title, actual }) => [id, about, title, (actual.startAt ?? 0) - at(0), (actual.endAt ?? 0) - at(0)])
    }
    expect(rowsAfter([...back(11), { type: 'step-started', stepId: 'undo:deploy', attempt: 1, hosts: ['web-1'], at: at(11) }], 12)).toEqual([
      ['rollback:', 'rollback:', 'Rollback to before phase 2', 11 * minute, 12 * minute], ['undo:deploy', 'undo:deploy', 'Undo: deploy', 11 * minute, 12 * minute],
    ])
    const once: Happening[] = [...back(11), ...done('undo:deploy', 11, 14), { type: 'phase-boundary-restored', phaseId: 'phase-2', at: at(14) }]
    const twice: Happening[] = [...once, { type: 'phase-started', phaseId: 'phase-2', at: at(20) }, ...done('deploy', 20, 25), ...back(26), ...done('undo:deploy', 26, 28), { type: 'phase-boundary-restored', phaseId: 'phase-2', at: at(28) }]
    expect(rowsAfter(twice, 30)).toEqual([
      ['rollback:1', 'phase-2', 'Rollback to before phase 2', 11 * minute, 14 * minute], ['rollback:1/undo:deploy', 'deploy', 'Undo: deploy', 11 * minute, 14 * minute],
      ['rollback:2', 'phase-2', 'Rollback to before phase 2', 26 * minute, 28 * minute], ['rollback:2/undo:deploy', 'deploy', 'Undo: deploy', 26 * minute, 28 * minute],
    ])
  })

  it('is the plan’s projection until the history is known', () => {
    expect(rowOf(timeline(started, at(0), false), 'start')).toMatchObject({ flag: 'unplanned', isCritical: false, p90EndAt: null, forecast: { startAt: expect.any(Number) } })
  })

  it('leaves a plan days away out of the picture, and has none where nothing has a time', () => {
    expect(timeRange([{ startAt: at(0), endAt: at(60) }], [{ startAt: at(-5000), endAt: at(90) }])).toEqual({ from: at(0) - 81_000, to: at(90) + 81_000 })
    expect(timeRange([], [{ startAt: null, endAt: null }])).toBeNull()
  })
})
