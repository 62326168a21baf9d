import { boundariesOf } from '../boundaries.ts'
import type { RunFact } from '../events.ts'
import { planStepFor } from '../undo-step.ts'
import { undoBesides } from '../undo.ts'
import type { RunState } from '../state.ts'
import { findStep, isDone } from '../view.ts'
import { refuse, requireActive, type Decide } from './context.ts'

/** Also while the run goes back to before a phase: then it goes back all the way. */
export const startRollback: Decide<'start-rollback'> = (state, { reason, running = 'abort' }) => {
  requireActive(state)
  if (state.rollback?.to) return [{ type: 'rollback-widened', reason, undo: undoBesides(state) }, ...doneAlready(state)]
  if (state.rollback) refuse('rollback-begun', `The rollback was begun by ${state.rollback.by}.`, 'Go on with its steps.')
  return [{ type: 'rollback-started', reason, running }]
}

/** Steps of the plan that take back what the rollback so far takes back do not run a second time. */
function doneAlready(state: RunState): RunFact[] {
  return (state.rollback?.undo ?? []).flatMap(({ stepId }): RunFact[] => {
    const step = findStep(state.runbook, stepId)?.step
    const planned = step && planStepFor(state.runbook, step)
    return planned && !isDone(state.steps[planned.id]) ? [{ type: 'step-skipped', stepId: planned.id, reason: `It is what takes back "${step.title}", before the rollback plan.` }] : []
  })
}

export const rollBackTo: Decide<'roll-back-to'> = (state, { phaseId, reason, running = 'abort' }) => {
  requireActive(state)
  if (state.rollback) refuse('rollback-begun', `The rollback was begun by ${state.rollback.by}.`, 'Go on with its steps.')
  const boundary = boundariesOf(state).find(({ phase }) => phase.id === phaseId)
  if (!boundary) refuse('phase-not-begun', 'The run has not come to that phase.', 'Choose a phase that has begun.')
  const [lacking] = boundary.lacking
  if (lacking) refuse('boundary-no-undo', `"${lacking.title}" was done since and has no undo, so the run cannot stand before phase ${boundary.phase.number} again.`, 'Choose a later phase, or roll back all of it.')
  return [{ type: 'rollback-started', reason, running, to: phaseId }]
}

export const abortForward: Decide<'abort-forward'> = (state, { reason }) => {
  requireActive(state)
  if (state.rollback?.running !== 'wait' || state.rollback.undo !== null) refuse('rollback-not-waiting', 'No rollback waits for steps that are running.', 'Roll back, or abort the run.')
  return [{ type: 'forward-abort-requested', reason }]
}
