import fc from 'fast-check'
import { describe, expect, it } from 'vitest'
import type { Forecast, Forecasts } from '#domain/forecast/forecast.ts'
import { gateFor, noReturnOf, USUAL_RESERVE_MS, type GateInput } from '#domain/forecast/no-return.ts'
import { rollbackCostOf } from '#domain/forecast/rollback-cost.ts'
import { undoId } from '#domain/run/undo-step.ts'
import { minute, phase, runbook, step } from '#support/run-states.ts'

const clock = (text: string): number => Date.parse(`2026-12-02T${text}:00Z`)
const lasting = (minutes: number | null): Forecast => {
  const ms = minutes === null ? null : minutes * minute
  return { p50: ms, p90: ms, n: 5, basis: 'history' }
}
const undo = (id: string, minutes: number) => step(id, { undo: `undo ${id}`, attributes: { 'undo-planned': `${minutes}m` } })

/** Two steps done that take 25 and 10 minutes to undo; the next takes 20 minutes and 5 to undo. */
const book = runbook({
  phases: [phase(1, null, null, [undo('migrate', 25), undo('deploy', 10), undo('switch', 5), step('look', { kind: 'manual', hosts: [] })])],
  rollback: { triggers: [], steps: [], validation: [] },
})
const back = (id: string, minutes: number | null): [string, Forecast] => [undoId(id), lasting(minutes)]
const forecasts: Forecasts = new Map([['migrate', lasting(30)], ['deploy', lasting(15)], ['switch', lasting(20)], ['look', lasting(10)], back('migrate', 25), back('deploy', 10), back('switch', 5)])
const situation = { runbook: book, touched: new Set(['migrate', 'deploy']), forecasts, windowEndAt: clock('04:00'), reserveMs: 5 * minute }
const gateAt = (now: string, change: Partial<GateInput> = {}) => gateFor({ ...situation, stepId: 'switch', now: clock(now), ...change })

describe('the point of no return', () => {
  it('is the window’s end less the reserve and the undo of everything done: 04:00 - 5 - 35 = 03:20', () => {
    expect(noReturnOf(rollbackCostOf(situation), { ...situation, now: clock('02:50') })).toEqual({
      at: clock('03:20'), leftMs: 30 * minute, undoP90Ms: 35 * minute, reserveMs: 5 * minute, isAtMost: false,
    })
  })

  it('lets the next step begin at 02:50: it ends by 03:10, and then the point is 03:15', () => {
    expect(gateAt('02:50')).toEqual({
      decision: 'free', why: null, stepEndP90: clock('03:10'), noReturnAfter: clock('03:15'), noReturnBefore: clock('03:20'), addedUndoMs: 5 * minute, unknownLengths: [],
    })
  })

  it('asks for a sign-off at 03:05, with both numbers: it ends by 03:25, after 03:15', () => {
    expect(gateAt('03:05')).toEqual({
      decision: 'sign-off', why: 'would-pass', stepEndP90: clock('03:25'), noReturnAfter: clock('03:15'), noReturnBefore: clock('03:20'), addedUndoMs: 5 * minute, unknownLengths: [],
    })
  })

  it('is left at 03:20 when the step is skipped', () => {
    expect(noReturnOf(rollbackCostOf(situation), { ...situation, now: clock('03:06') }).at).toBe(clock('03:20'))
    expect(gateAt('03:05', { stepId: 'look' })).toMatchObject({ decision: 'free', noReturnAfter: clock('03:20'), addedUndoMs: 0 })
  })

  it('is passed by a minute, not by reaching it', () => {
    expect([gateAt('02:55').decision, gateAt('02:56').decision]).toEqual(['free', 'sign-off'])
    expect([gateAt('03:20').why, gateAt('03:21').why]).toEqual(['would-pass', 'passed-already'])
  })

  it('is unclear without a window, without a length of the step, or of an undo; but not when even the least is too much', () => {
    expect(gateAt('02:50', { windowEndAt: null })).toMatchObject({ decision: 'unclear', noReturnAfter: null })
    expect(gateAt('02:50', { forecasts: new Map([...forecasts, ['switch', lasting(null)]]) })).toMatchObject({ decision: 'unclear', stepEndP90: null })
    const untold = runbook({ ...book, phases: [phase(1, null, null, [step('migrate', { undo: 'u' }), ...book.phases[0]!.steps.slice(1)])] })
    const partly = { runbook: untold, forecasts: new Map([...forecasts, ['migrate', lasting(null)], back('migrate', null)]) }
    expect(noReturnOf(rollbackCostOf({ ...situation, ...partly }), { ...situation, now: clock('02:50') })).toMatchObject({ at: clock('03:45'), isAtMost: true })
    expect(gateAt('02:50', partly)).toMatchObject({ decision: 'unclear', unknownLengths: ['Undo: migrate'] })
    expect(gateAt('03:30', partly).decision).toBe('sign-off')
  })

  it('never lets a step begin by itself that could not be taken back in time on a bad night', () => {
    const minutes = fc.nat(120)
    fc.assert(fc.property(minutes, minutes, minutes, minutes, minutes, (done, own, length, reserve, left) => {
      const steps = [undo('migrate', done + 1), undo('switch', own + 1)]
      const gate = gateFor({
        ...situation, runbook: { ...book, phases: [phase(1, null, null, steps)] }, forecasts: new Map([['migrate', lasting(1)], ['switch', lasting(length)], back('migrate', done + 1), back('switch', own + 1)]),
        touched: new Set(['migrate']), stepId: 'switch', reserveMs: reserve * minute, now: clock('04:00') - left * minute,
      })
      const spare = left - length - (done + 1) - (own + 1) - reserve
      expect(gate.decision).toBe(spare >= 0 ? 'free' : 'sign-off')
      expect(gate.why === 'passed-already').toBe(left < done + 1 + reserve)
    }))
  })

  it('keeps five minutes in reserve when nobody says', () => {
    expect(USUAL_RESERVE_MS).toBe(5 * minute)
  })
})
