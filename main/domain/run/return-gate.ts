import type { StepGate } from '../forecast/no-return.ts'
import { own } from '../own.ts'
import type { Step } from '../step.ts'
import type { DecideContext } from './decide/context.ts'
import type { RunFact } from './events.ts'
import type { ReturnGate, RunState } from './state.ts'
import { findStep, laneSteps } from './view.ts'

/** The numbers a sign-off is given on. */
export type ReturnNumbers = Omit<StepGate, 'decision'>

/**
 * What has to be signed off before a step may begin, or null when it is free: a step that would pass the point of no return, or
 * one that begins after it. Once somebody has said go past the point, it is not asked again. A run that was started after its
 * window has nothing left to make: starting it was the decision.
 */
export function returnNumbersFor(state: RunState, stepId: string, { now, returnGate }: DecideContext): ReturnNumbers | null {
  const isForward = state.rollback === null && findStep(state.runbook, stepId)?.lane === 'forward'
  if (!returnGate || !isForward || own(state.returnGates, stepId)?.state === 'go' || beganAfterWindow(state)) return null
  const { decision, ...numbers } = returnGate(state, stepId, now)
  return decision !== 'sign-off' || (numbers.why === 'passed-already' && state.returnPassed !== null) ? null : numbers
}

/** What follows instead of the step's start: the gate, the first time; nothing while it waits. Null when the step is free. */
export function returnGateBefore(state: RunState, step: Step, context: DecideContext): RunFact[] | null {
  const numbers = returnNumbersFor(state, step.id, context)
  if (numbers === null) return null
  return own(state.returnGates, step.id) ? [] : [{ type: 'return-gate-reached', stepId: step.id, numbers }]
}

/** The step that waits for a go past the point of no return, or null. */
export function waitingReturn(state: RunState): { step: Step; gate: ReturnGate } | null {
  if (state.rollback || state.aborting || state.stage !== 'phases') return null
  for (const step of laneSteps(state)) {
    const gate = own(state.returnGates, step.id)
    if (gate && gate.state !== 'go' && state.steps[step.id]?.status === 'planned') return { step, gate }
  }
  return null
}

function beganAfterWindow({ mode, startedAt, runbook }: RunState): boolean {
  const endAt = runbook.overview.window?.endAt
  return mode === 'live' && startedAt !== null && endAt !== undefined && startedAt >= endAt
}
