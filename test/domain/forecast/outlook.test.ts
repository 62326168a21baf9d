import { describe, expect, it } from 'vitest'
import { createOutlook } from '#domain/forecast/outlook.ts'
import type { Runbook } from '#domain/runbook.ts'
import { done, minute, phase, runbook, stateAfter, step, windowStart, type Happening } from '#support/run-states.ts'

const at = (minutes: number): number => windowStart + minutes * minute
const undo = (minutes: number) => ({ undo: 'u', attributes: { 'undo-planned': `${minutes}m` } })
const book = runbook({
  phases: [phase(1, '22:00', '22:20', [step('one', undo(10)), step('two', undo(20))]), phase(2, '22:20', '23:00', [step('three', undo(30)), step('four')])],
  rollback: { triggers: [], steps: [], validation: [] },
})
const started: Happening[] = [{ type: 'run-started', at: at(-10) }, { type: 'phase-started', phaseId: 'phase-1', at: at(0) }]
const outlook = (happenings: Happening[], now: number, change: Runbook = book, mode: 'live' | 'rehearsal' = 'live') =>
  createOutlook({ runbook: change, history: new Map(), reserveMs: 5 * minute }).at(stateAfter(change, happenings, mode), now)

describe('the outlook', () => {
  it('before anything is done can return until the reserve, for nothing', () => {
    const { noReturn, rollback, nextGate } = outlook([], at(-30))
    expect(noReturn).toMatchObject({ at: at(115), undoP90Ms: 0 })
    expect(rollback.nothingDone).toBe(true)
    expect(nextGate).toMatchObject({ stepId: 'one', gate: { decision: 'free', noReturnAfter: at(105), addedUndoMs: 10 * minute } })
  })

  it('moves the point of no return with every step, one that is running too, and gates the one after it', () => {
    const running: Happening = { type: 'step-started', stepId: 'two', attempt: 1, hosts: ['web-1'], at: at(10) }
    const { noReturn, nextGate, clocks, rollbackFit } = outlook([...started, ...done('one', 0, 10), running], at(40))
    expect(noReturn).toMatchObject({ at: at(85), leftMs: 45 * minute })
    expect(nextGate).toMatchObject({ stepId: 'three', gate: { decision: 'sign-off', why: 'would-pass', stepEndP90: at(60), noReturnAfter: at(55) } })
    expect(clocks.steps.get('two')).toMatchObject({ flag: 'late' })
    expect(rollbackFit).toEqual({ endP50: at(70), endP90: at(70), fits: 'fits' })
  })

  it('has nothing to return from once the rollback has begun or the run has ended', () => {
    const back: Happening[] = [...started, ...done('one', 0, 10), { type: 'rollback-started', reason: 'r', at: at(12) }]
    expect(outlook(back, at(13))).toMatchObject({ noReturn: null, nextGate: null, rollback: { nothingDone: false } })
    expect(outlook([...started, { type: 'run-finished', outcome: 'aborted', at: at(3) }], at(500))).toMatchObject({ noReturn: null, nextGate: null, rollbackFit: { endP50: at(3) } })
  })

  it('of a rehearsal on another day is about the window that it rehearses in', () => {
    const late = outlook([{ type: 'run-started', at: at(3000) }], at(3001), book, 'rehearsal')
    expect(late.noReturn?.at).toBe(at(3115))
  })

  it('without a window is unclear, and has no point of no return', () => {
    const open = runbook({ ...book, overview: { ...book.overview, window: null } })
    expect(outlook([], at(0), open)).toMatchObject({ noReturn: { at: null, leftMs: null }, rollbackFit: { fits: 'unclear' }, nextGate: { gate: { decision: 'unclear' } } })
  })
})
