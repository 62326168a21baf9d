import type { RunState } from '../run/state.ts'
import { touchedSteps } from '../run/undo.ts'
import { isEnded, nextStep } from '../run/view.ts'
import type { Runbook } from '../runbook.ts'
import { timingOf } from '../timing.ts'
import { forecastsOf, type Forecasts } from './forecast.ts'
import { fourClocksOf, type FourClocks } from './four-clocks.ts'
import type { History } from './history.ts'
import { gateFor, noReturnOf, type NoReturn, type StepGate } from './no-return.ts'
import { rollbackCostOf, rollbackFit, stepsAlreadyBack, type RollbackCost, type RollbackFit } from './rollback-cost.ts'

/** Will we make the window, and can we still go back: what the room, the command line and the report say about time. */
export interface Outlook {
  clocks: FourClocks
  rollback: RollbackCost
  rollbackFit: RollbackFit
  /** Null once the rollback has begun or the run has ended: then there is nothing to return from. */
  noReturn: NoReturn | null
  /** The gate in front of the step that is next; null when none is. */
  nextGate: { stepId: string; gate: StepGate } | null
}

export interface OutlookInput {
  runbook: Runbook
  history: History
  reserveMs: number
}

/** Reads what does not change during a run once; `at` is quick enough for every tick. `now` is on the run's clock. */
export function createOutlook({ runbook, history, reserveMs }: OutlookInput): { forecasts: Forecasts; at(state: RunState, now: number): Outlook; gateOf(state: RunState, stepId: string, now: number): StepGate } {
  const forecasts = forecastsOf(runbook, history)
  const wayBack = (state: RunState) => ({ runbook, forecasts, alreadyBack: stepsAlreadyBack(state), touched: touchedSteps(state) })
  return {
    forecasts,
    gateOf: (state, stepId, now) => gateFor({ ...wayBack(state), stepId, windowEndAt: timingOf(state, now).window?.endAt ?? null, reserveMs, now }),
    at(state, now) {
      const clock = state.finishedAt ?? now
      const timing = timingOf(state, now)
      const windowEndAt = timing.window?.endAt ?? null
      const way = wayBack(state)
      const rollback = rollbackCostOf(way)
      const canReturn = state.rollback === null && !isEnded(state)
      const next = canReturn ? nextStep(state) : null
      const limits = { windowEndAt, reserveMs, now: clock }
      return {
        clocks: fourClocksOf({ state, timing, forecasts, now }),
        rollback, rollbackFit: rollbackFit(rollback, windowEndAt, clock),
        noReturn: canReturn ? noReturnOf(rollback, limits) : null,
        nextGate: next === null ? null : { stepId: next.id, gate: gateFor({ ...way, ...limits, stepId: next.id }) },
      }
    },
  }
}
