import { flowOf } from '../flow/attributes.ts'
import type { Step } from '../step.ts'
import type { RunState } from './state.ts'
import { laneSteps } from './view.ts'

/** The step that `on-fail=step:ID` names for when this one fails: it stands after it, in the same phase or in the rollback. Null without one. */
export function handlerOf(state: RunState, step: Step): Step | null {
  const { onFail } = flowOf(step).flow
  if (onFail.action !== 'run-step') return null
  const lane = laneSteps(state)
  const place = lane.findIndex(({ id }) => id === step.id)
  return place === -1 ? null : (lane.slice(place + 1).find(({ id }) => id === onFail.stepId) ?? null)
}

/** A failed step whose handler has not begun, with that handler; null when nothing is to be handled. A handler runs once in a run. */
export function dueHandler(state: RunState): { failed: Step; handler: Step } | null {
  for (const failed of laneSteps(state)) {
    const current = state.steps[failed.id]
    if (current?.status !== 'failed' || current.retryAt !== null) continue
    const handler = handlerOf(state, failed)
    if (handler && state.steps[handler.id]?.status === 'planned') return { failed, handler }
  }
  return null
}
