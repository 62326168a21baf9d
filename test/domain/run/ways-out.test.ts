import { describe, expect, test } from 'vitest'
import { nextMove } from '#domain/run/autopilot.ts'
import type { RunCommand } from '#domain/run/commands.ts'
import { isEnded, statusOf } from '#domain/run/view.ts'
import { followedBy, go, opening, refusalOf, story, succeeded, tick } from '#support/run-log.ts'
import { manual, phase, sh, smallRunbook } from '#support/runbooks.ts'

const policy = { onTrigger: 'rollback' as const, retries: 1 }
const fire: RunCommand = { type: 'fire-trigger', triggerId: 'trigger-angry', reason: 'phones ring' }
const byHand = smallRunbook({ checklists: [], phases: [phase(1, [manual('look'), sh('start', ['app1'])])] })

describe('no state is a dead end', () => {
  test('a runbook without phases goes on to its monitoring instead of waiting for ever in its preparation', () => {
    expect(story([{ type: 'start-run' }], { runbook: smallRunbook({ phases: [] }) }).state.stage).toBe('monitoring')
  })

  test('aborting closes the step a person had in hand: an ended run has nothing in progress', () => {
    const told = story([{ type: 'start-run' }, go(1), { type: 'abort', reason: 'wrong night' }], { runbook: byHand })
    expect(told.facts).toEqual([
      { type: 'abort-requested', reason: 'wrong night' },
      { type: 'step-skipped', stepId: 'look', reason: 'Left open: the run was aborted.' },
      { type: 'run-finished', outcome: 'aborted' },
    ])
  })

  test('the autopilot resumes a paused run, also before a gate', () => {
    const told = story([{ type: 'start-run' }, tick('tests-pass'), { type: 'pause', reason: '' }])
    expect(nextMove(told.state, policy)).toEqual({ type: 'resume' })
  })

  test('monitoring that is over but silent or breached is ended by hand, with what was open in the reason', () => {
    const through = story([...opening, succeeded('stop', 'app1'), succeeded('stop', 'app2'), tick('look'), go(2), succeeded('start', 'app1')])
    const silent = followedBy(through, { type: 'report-no-data', metric: 'error rate' })
    const endsAt = silent.state.monitoring?.endsAt ?? 0
    expect(nextMove(silent.state, policy, endsAt + 1000)).toBeNull()
    const move = nextMove(silent.state, policy, endsAt + 60_000)
    expect(move).toEqual({ type: 'end-monitoring', reason: 'The monitoring time is over: no data for error rate.' })
    expect(nextMove(through.state, policy, endsAt + 60_000)).toBeNull()
  })
})

describe('a fired rollback trigger', () => {
  test('is answered by going on at the gate with a reason, and does not hold the first step behind it', () => {
    const told = story([{ type: 'start-run' }, tick('tests-pass'), fire, { type: 'decide-gate', gateId: 'gate-before-phase-1', decision: 'go', reason: 'another system' }])
    expect(told.facts.map((fact) => fact.type)).toEqual(['gate-decided', 'breach-overridden', 'phase-started', 'step-started'])
    expect(told.state.breaches[0]?.override).toMatchObject({ by: 'dana', reason: 'another system' })
  })

  test('keeps the run from being finished as a success until somebody answers it', () => {
    const closing = story([{ type: 'start-run' }, go(1), tick('look'), succeeded('start', 'app1'), { type: 'end-monitoring', reason: 'quiet' }, tick('support-told'), fire], { runbook: byHand })
    expect(refusalOf(() => followedBy(closing, { type: 'finish-run' }))).toBe('trigger-unanswered')
    const answered = followedBy(closing, { type: 'override-breach', breachId: closing.state.breaches[0]?.id ?? '', reason: 'wrong number' })
    expect(statusOf(followedBy(answered, { type: 'finish-run' }).state)).toBe('ended-succeeded')
    expect(isEnded(followedBy(closing, { type: 'start-rollback', reason: 'back' }).state)).toBe(false)
  })
})

test('a breach that is over cannot be overridden, and the record names its rule', () => {
  const open = story([...opening, { type: 'report-breach', thresholdId: 'limit', triggerId: null, metric: 'error rate', evidence: { rule: 'Error rate > 2%', samples: [], stepId: null } }])
  const breachId = open.state.breaches[0]?.id ?? ''
  expect(followedBy(open, { type: 'report-breach-over', breachId }).facts.at(-1)).toMatchObject({ type: 'breach-closed', rule: 'Error rate > 2%' })
  expect(followedBy(open, { type: 'override-breach', breachId, reason: 'known' }).facts.at(-1)).toMatchObject({ type: 'breach-overridden', rule: 'Error rate > 2%' })
  expect(refusalOf(() => followedBy(followedBy(open, { type: 'report-breach-over', breachId }), { type: 'override-breach', breachId, reason: 'late' }))).toBe('breach-over')
})

test('what has to hold after a rollback cannot be ticked or waived before one has begun', () => {
  const told = story(opening)
  expect(refusalOf(() => followedBy(told, tick('app-accessible')))).toBe('item-too-early')
  expect(refusalOf(() => followedBy(told, { type: 'waive', id: 'app-accessible', reason: 'no' }))).toBe('item-too-early')
  expect(refusalOf(() => followedBy(followedBy(told, { type: 'start-rollback', reason: 'errors' }), tick('app-accessible')))).toBe('not refused')
})
