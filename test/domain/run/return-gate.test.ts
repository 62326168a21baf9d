import { describe, expect, it } from 'vitest'
import { createOutlook } from '#domain/forecast/outlook.ts'
import { nextMove } from '#domain/run/autopilot.ts'
import type { RunCommand } from '#domain/run/commands.ts'
import { decideAll } from '#domain/run/decide.ts'
import { describeEvent } from '#domain/run/describe.ts'
import { evolve } from '#domain/run/evolve.ts'
import type { RunEvent } from '#domain/run/events.ts'
import { waitingReturn } from '#domain/run/return-gate.ts'
import type { RunState } from '#domain/run/state.ts'
import { minute, phase, runbook, step } from '#support/run-states.ts'

const clock = (text: string): number => Date.parse(`2026-12-02T${text}:00Z`)
const undo = (id: string, minutes: number, takes: number, more = {}) => step(id, { undo: `undo ${id}`, plannedMs: takes * minute, attributes: { 'undo-planned': `${minutes}m`, ...more } })

/** The window ends at 04:00. Two steps take 25 and 10 minutes to undo; `switch` takes 20 minutes and 5 to undo; `look` changes nothing. */
const bookOf = (more = {}) => runbook({
  overview: { deploymentType: null, environment: 'Production', version: null, date: null, windowText: null, window: { startAt: clock('01:00'), endAt: clock('04:00'), zone: 'UTC' } },
  phases: [phase(1, null, null, [undo('migrate', 25, 30), undo('deploy', 10, 15), undo('switch', 5, 20, more), step('look', { kind: 'manual', hosts: [], plannedMs: 5 * minute })])],
  rollback: { triggers: [], steps: [], validation: [] },
})

interface Told { state: RunState; events: RunEvent[] }

function telling(book = bookOf(), automatic = true, startedAt = '01:00') {
  const outlook = createOutlook({ runbook: book, history: new Map(), reserveMs: 5 * minute })
  const take = (told: Told, time: string, command: RunCommand, by = 'mira'): Told => {
    const events = decideAll(told.state, command, { now: clock(time), by, returnGate: outlook.gateOf })
    return { state: events.reduce((state, event) => evolve(state, { seq: state.version + 1, event }), told.state), events }
  }
  const created: RunEvent = { type: 'run-created', runId: 'run', mode: 'live', speed: 1, automatic, runbookId: 'book', revision: 1, runbook: book, at: clock('00:50'), by: 'mira' }
  let told: Told = { state: evolve(null, { seq: 1, event: created }), events: [] }
  const done = (stepId: string): RunCommand => ({ type: 'report-host-finished', stepId, attempt: 1, host: 'web-1', result: { outcome: 'succeeded', exitCode: 0 } })
  told = take(told, startedAt, { type: 'start-run' })
  told = take(told, startedAt, { type: 'decide-gate', gateId: 'gate-before-phase-1', decision: 'go', reason: '' })
  return { take, told, done }
}

/** `migrate` and `deploy` are done, the second at `time`, and `switch` is next. */
function beforeSwitch(time: string, book = bookOf()) {
  const { take, told, done } = telling(book)
  const middle = take(told, '02:00', done('migrate'), 'holdpoint')
  return { take, told: take(middle, time, done('deploy'), 'holdpoint') }
}
const go = (stepId: string, reason = ''): RunCommand => ({ type: 'sign-off-step', stepId, decision: 'go', reason })
const noGo = (stepId: string): RunCommand => ({ type: 'sign-off-step', stepId, decision: 'no-go', reason: 'the bank sleeps' })
const numbers = { why: 'would-pass', stepEndP90: clock('03:25'), noReturnAfter: clock('03:15'), noReturnBefore: clock('03:20'), addedUndoMs: 5 * minute, unknownLengths: [] }

describe('a step before the point of no return', () => {
  it('starts freely at 02:50', () => {
    const { told } = beforeSwitch('02:50')
    expect([told.state.steps['switch']?.status, told.state.returnGates]).toEqual(['running', {}])
  })

  it('needs a sign-off at 03:05, with both numbers', () => {
    const { told } = beforeSwitch('03:05')
    expect(told.events.at(-1)).toMatchObject({ type: 'return-gate-reached', stepId: 'switch', numbers, by: 'holdpoint' })
    expect([told.state.steps['switch']?.status, waitingReturn(told.state)?.step.id]).toEqual(['planned', 'switch'])
    expect(describeEvent(told.events.at(-1)!, told.state.runbook)).toBe('Waiting for go/no-go: “switch” would pass the point of no return, 03:15 once it is done (03:20 without it): it ends by 03:25 in nine of ten cases, with 5 min more to undo')
  })

  it('begins once somebody says go, which the record has with the numbers of that moment', () => {
    const { take, told } = beforeSwitch('03:05')
    const went = take(told, '03:07', go('switch', 'the bank waits'), 'jonas')
    expect(went.events.map(({ type, by }) => [type, by])).toEqual([['return-gate-decided', 'jonas'], ['step-started', 'holdpoint']])
    expect(went.state.returnGates['switch']).toEqual({ state: 'go', numbers: { ...numbers, stepEndP90: clock('03:27') }, at: clock('03:07'), by: 'jonas', reason: 'the bank waits' })
  })

  it('stays shut after a no-go, which can become a go', () => {
    const { take, told } = beforeSwitch('03:05')
    const shut = take(told, '03:06', noGo('switch'))
    expect([shut.state.steps['switch']?.status, shut.state.returnGates['switch']?.state]).toEqual(['planned', 'no-go'])
    expect(take(shut, '03:07', { type: 'report-time' }).events).toEqual([])
    expect(take(shut, '03:08', go('switch')).state.steps['switch']?.status).toBe('running')
  })

  it('that is skipped leaves the point at 03:20, and the next step that changes nothing begins', () => {
    const { take, told } = beforeSwitch('03:05')
    const skipped = take(told, '03:06', { type: 'skip-step', stepId: 'switch', reason: 'too late' })
    expect([waitingReturn(skipped.state), skipped.state.steps['look']?.status]).toEqual([null, 'running'])
  })

  it('is held in the hands of a person too: starting it brings the gate, and a second start says why it waits', () => {
    const { take, told } = beforeSwitch('02:50')
    const paced = take(take(telling(bookOf(), false).told, '03:55', { type: 'start-step', stepId: 'migrate' }), '03:56', { type: 'add-note', about: null, text: 'x' })
    expect([paced.state.steps['migrate']?.status, paced.state.returnGates['migrate']?.numbers.why]).toEqual(['planned', 'would-pass'])
    expect(() => take(paced, '03:57', { type: 'start-step', stepId: 'migrate' })).toThrow('“migrate” would'.replace(/[“”]/g, '"'))
    const signed = take(paced, '03:57', go('migrate'))
    expect([signed.state.steps['migrate']?.status, take(signed, '03:58', { type: 'start-step', stepId: 'migrate' }).state.steps['migrate']?.status]).toEqual(['planned', 'running'])
    expect(told.state.steps['switch']?.status).toBe('running')
  })

  it('asks for its word first when it is dangerous', () => {
    const { take, told } = beforeSwitch('03:05', bookOf({ danger: 'true' }))
    expect(told.state.returnGates).toEqual({})
    expect(() => take(told, '03:05', { type: 'start-step', stepId: 'switch' })).toThrow('marked as dangerous')
    expect(take(told, '03:05', { type: 'start-step', stepId: 'switch', confirm: 'Production' }).events.map(({ type }) => type)).toEqual(['return-gate-reached'])
  })
})

describe('after the point of no return', () => {
  it('one go stands for all that follows', () => {
    const { take, told } = beforeSwitch('03:30')
    expect(told.state.returnGates['switch']?.numbers.why).toBe('passed-already')
    const went = take(told, '03:31', go('switch', 'forward is safer'))
    expect(went.state.returnPassed).toEqual({ at: clock('03:31'), by: 'mira', reason: 'forward is safer' })
    const next = take(went, '03:50', { type: 'report-host-finished', stepId: 'switch', attempt: 1, host: 'web-1', result: { outcome: 'succeeded', exitCode: 0 } })
    expect([next.state.steps['look']?.status, waitingReturn(next.state)]).toEqual(['running', null])
  })

  it('a rollback asks for no sign-off, and a gate that waited does not wait any more', () => {
    const { take, told } = beforeSwitch('03:05')
    expect(waitingReturn(take(told, '03:06', { type: 'start-rollback', reason: 'late' }).state)).toBeNull()
  })

  it('a live run that was started after its window is not asked', () => {
    const { told } = telling(bookOf(), true, '04:00')
    expect([told.state.steps['migrate']?.status, told.state.returnGates]).toEqual(['running', {}])
  })
})

it('only the step that waits can be signed off, and a rehearsal without a person says go', () => {
  const { take, told } = beforeSwitch('03:05')
  expect(() => take(told, '03:06', go('look'))).toThrow('No step waits')
  expect(() => take(take(told, '03:06', { type: 'pause', reason: '' }), '03:07', go('switch'))).toThrow('paused')
  expect(nextMove(told.state, { onTrigger: 'rollback', retries: 1 })).toEqual({ type: 'sign-off-step', stepId: 'switch', decision: 'go', reason: 'Rehearsed without a person.' })
})
