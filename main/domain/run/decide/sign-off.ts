import { own } from '../../own.ts'
import { returnNumbersFor, waitingReturn } from '../return-gate.ts'
import { refuse, requireActive, type Decide } from './context.ts'

export const signOffStep: Decide<'sign-off-step'> = (state, { stepId, decision, reason }, context) => {
  requireActive(state)
  const gate = own(state.returnGates, stepId)
  const waiting = waitingReturn(state)
  if (!gate || waiting?.step.id !== stepId) refuse('sign-off-not-waiting', 'No step waits for a go past the point of no return there.', waiting ? `"${waiting.step.title}" does.` : '')
  if (decision === 'go' && state.paused) refuse('run-paused', `The run is paused by ${state.paused.by}.`, 'Resume it first.')
  // Time has gone on since the gate was reached: what is signed is what holds now.
  return [{ type: 'return-gate-decided', stepId, decision, reason, numbers: returnNumbersFor(state, stepId, context) ?? gate.numbers }]
}
