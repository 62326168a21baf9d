import type { Step } from '../step.ts'
import type { DecideContext } from './decide/context.ts'
import type { RunFact } from './events.ts'
import { blindTriggers } from './health.ts'
import { returnGateBefore } from './return-gate.ts'
import { gateBefore, type RunState } from './state.ts'
import { automatedRunning, currentPhase, holdingTriggers, isDone, isManual, laneSteps, mayStillRun, openBeforeFinish, retryingStep, runningSteps, stuckSteps } from './view.ts'
import { flowOf } from '../flow/attributes.ts'
import { describeWhen } from '../flow/when.ts'
import { conditionOf } from './condition.ts'
import { readyIn } from './ready.ts'
import { dueHandler } from './handler.ts'
import { own } from '../own.ts'
import { phaseIndex, undosOf } from './undo.ts'
import { hasNoHostLeft, hostsOf, includedHosts, isExcluded, NO_HOST_LEFT } from './decide/hosts.ts'

/**
 * What follows by itself from the state, one move at a time: the next step of an automatic phase, a phase's end, the gate
 * behind it, the monitoring time, the end of an abort. Empty when a person or a host is to move.
 */
export function progress(state: RunState, context: DecideContext): RunFact[] {
  switch (state.stage) {
    case 'planned':
    case 'ended':
    case 'monitoring':
    case 'rollback-validation':
      return []
    case 'closing':
      return finishWatched(state)
    case 'preparation':
      return currentPhase(state) ? (reachGate(state) ?? []) : startMonitoring(state, context.now)
    case 'phases':
      return progressPhase(state, context)
    case 'aborting':
      return progressAbort(state)
    case 'rollback':
      return progressRollback(state, context)
  }
}

/** The run is over once the hosts have answered; what a person had in hand is closed, as nobody can tick it any more. */
function progressAbort(state: RunState): RunFact[] {
  if (automatedRunning(state).length > 0) return []
  const left = runningSteps(state)[0]
  if (left) return [{ type: 'step-skipped', stepId: left.step.id, reason: 'Left open: the run was aborted.' }]
  return [{ type: 'run-finished', outcome: state.rollback ? 'failed' : 'aborted' }]
}

function reachGate(state: RunState): RunFact[] | null {
  const phase = currentPhase(state)
  if (!phase) return null
  const gateId = gateBefore(phase.id)
  return state.gates[gateId]?.state === 'closed' ? [{ type: 'gate-reached', gateId }] : null
}

function progressPhase(state: RunState, context: DecideContext): RunFact[] {
  const phase = currentPhase(state)
  if (!phase) return startMonitoring(state, context.now)
  if (state.gates[gateBefore(phase.id)]?.state !== 'go') return reachGate(state) ?? []
  const narrowed = narrow(state)
  if (narrowed.length > 0) return narrowed
  if (phase.steps.every((step) => isDone(state.steps[step.id]))) return [{ type: 'phase-finished', phaseId: phase.id }]
  return startNext(state, context)
}

function startMonitoring(state: RunState, now: number): RunFact[] {
  const lengthMs = state.runbook.monitoring?.durationMs ?? null
  return lengthMs === null
    ? [{ type: 'monitoring-ended', reason: 'The runbook names no monitoring duration.' }]
    : [{ type: 'monitoring-started', endsAt: now + lengthMs }]
}

/** A person has finished the release before its follow-up monitoring; what was opened since then holds the run's end. */
function finishWatched(state: RunState): RunFact[] {
  const isHeld = !state.followUp || holdingTriggers(state).length > 0 || openBeforeFinish(state).length > 0
  return isHeld ? [] : [{ type: 'run-finished', outcome: 'succeeded' }]
}

function progressRollback(state: RunState, context: DecideContext): RunFact[] {
  const forward = runningSteps(state).filter(({ lane }) => lane === 'forward')
  if (forward.some(({ step }) => !isManual(step))) return []
  const left = forward[0]
  if (left) return [{ type: 'step-skipped', stepId: left.step.id, reason: 'Left open: the rollback began.' }]
  if (state.rollback?.undo === null) return [{ type: 'undo-planned', undo: undosOf(state, phaseIndex(state, state.rollback.to)) }]
  const narrowed = narrow(state)
  if (narrowed.length > 0) return narrowed
  if (laneSteps(state).every((step) => isDone(state.steps[step.id]))) return [state.rollback?.to ? { type: 'phase-boundary-restored', phaseId: state.rollback.to } : { type: 'rollback-steps-finished' }]
  return startNext(state, context)
}

function startNext(state: RunState, context: DecideContext): RunFact[] {
  if (state.paused || retryingStep(state)) return []
  if (!state.rollback && holdingTriggers(state).length > 0) return []
  const due = dueHandler(state)
  if (due) return runningSteps(state).length > 0 ? [] : handle(state, due, context)
  if (!state.automatic || stuckSteps(state).length > 0) return []
  if (!state.rollback && blindTriggers(state).length > 0) return []
  // A step that waits for a person does not hold those that do not come after it.
  for (const step of readyIn(state, laneSteps(state))) {
    const facts = begin(state, step, context)
    if (facts.length > 0) return facts
  }
  return []
}

/** Also when a person starts each step: as with retries=, the runbook has said what follows. The failure holds the run before and after. */
const handle = (state: RunState, { failed, handler }: { failed: Step; handler: Step }, context: DecideContext): RunFact[] =>
  begin(state, handler, context).map((fact) => (fact.type === 'step-started' ? { ...fact, handles: failed.id } : fact))

/** A step begins when its condition holds, is passed over when it does not, and waits for a person when nobody knows or it is dangerous. */
function begin(state: RunState, step: Step, context: DecideContext): RunFact[] {
  const { when, danger } = flowOf(step).flow
  const truth = conditionOf(state, step)
  if (when && truth === false) return [{ type: 'step-skipped', stepId: step.id, reason: `It is only for when ${describeWhen(when)}.` }]
  if (truth === true && hasNoHostLeft(state, step)) return [{ type: 'step-skipped', stepId: step.id, reason: NO_HOST_LEFT }]
  if (truth !== true || danger || mayStillRun(state, step)) return []
  return returnGateBefore(state, step, context) ?? [{ type: 'step-started', stepId: step.id, attempt: (state.steps[step.id]?.attempt ?? 0) + 1, hosts: hostsOf(state, step) }]
}

/** A failed or unknown step holds nobody up once the hosts where it did not succeed have been excluded. */
function narrow(state: RunState): RunFact[] {
  if (Object.keys(state.excluded).length === 0) return []
  for (const step of laneSteps(state)) {
    const current = state.steps[step.id]
    const excluded = step.hosts.filter((host) => isExcluded(state, host))
    if (excluded.length === 0 || (current?.status !== 'failed' && current?.status !== 'unknown')) continue
    const left = includedHosts(state, step)
    if (left.length === 0) return [{ type: 'step-skipped', stepId: step.id, reason: NO_HOST_LEFT }]
    if (left.every((host) => own(current.hosts, host)?.state === 'succeeded')) return [{ type: 'step-narrowed', stepId: step.id, attempt: current.attempt, excluded }]
  }
  return []
}
