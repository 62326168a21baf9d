import type { OperatorCommand } from './commands.ts'
import type { RunState } from './state.ts'
import { flowOf } from '../flow/attributes.ts'
import { conditionOf } from './condition.ts'
import { openMonitoring } from './follow-up.ts'
import { blindTriggers, missedMetrics } from './health.ts'
import { waitingReturn } from './return-gate.ts'
import { environmentName, findStep, isEnded, openBeforeFinish, openBreaches, openItems, retryingStep, runningSteps, stuckSteps, waitingGate, isManual, mayStillRun, nextInLane } from './view.ts'

/** How a rehearsal without a person answers trouble. */
export interface AutopilotPolicy {
  /** A fired rollback trigger: follow it, or override it. */
  onTrigger: 'rollback' | 'override'
  /** How often a failed or unknown step is tried again before the run is rolled back. */
  retries: number
}

const REASON = 'Rehearsed without a person.'

/** Monitoring that is over and cannot end by itself gets this long for the metrics to come back. */
const GRACE_MS = 60_000

/**
 * What a compliant operator would do next, or null while hosts or the clock (epoch ms, the run's own) are to move. Only
 * a rehearsal is ever driven by this: in a live run a person decides.
 */
export function nextMove(state: RunState, policy: AutopilotPolicy, now = state.lastEventAt): OperatorCommand | null {
  if (isEnded(state) || state.aborting) return null
  if (state.stage === 'planned') return { type: 'start-run' }
  const trouble = answerTrigger(state, policy)
  if (trouble) return trouble
  if (state.paused) return { type: 'resume' }
  const [blind] = state.rollback ? [] : blindTriggers(state)
  if (blind !== undefined && (state.stage === 'phases' || state.stage === 'preparation')) return { type: 'accept-no-data', metric: blind, reason: REASON }
  const late = waitingReturn(state)
  return answerStuck(state, policy) ?? (late ? { type: 'sign-off-step', stepId: late.step.id, decision: 'go', reason: REASON } : tickOpenStep(state)) ?? passGate(state) ?? endMonitoring(state, now) ?? finish(state)
}

function answerTrigger(state: RunState, policy: AutopilotPolicy): OperatorCommand | null {
  const fired = openBreaches(state).find((breach) => breach.triggerId !== null)
  if (!fired || state.rollback) return null
  return policy.onTrigger === 'override'
    ? { type: 'override-breach', breachId: fired.id, reason: REASON }
    : { type: 'start-rollback', reason: `${fired.evidence.rule} fired.` }
}

function answerStuck(state: RunState, policy: AutopilotPolicy): OperatorCommand | null {
  const stuck = stuckSteps(state)[0]
  if (!stuck || runningSteps(state).length > 0) return null
  const attempts = state.steps[stuck.id]?.attempt ?? 0
  if (attempts <= policy.retries) return { type: 'retry-step', stepId: stuck.id, reason: state.steps[stuck.id]?.status === 'unknown' ? REASON : '' }
  return state.rollback ? { type: 'abort', reason: `"${stuck.title}" failed during the rollback.` } : { type: 'start-rollback', reason: `"${stuck.title}" failed ${attempts} times.` }
}

function tickOpenStep(state: RunState): OperatorCommand | null {
  const open = runningSteps(state).find(({ step }) => isManual(step))
  if (open) return { type: 'tick', id: open.step.id, note: '' }
  if (state.paused || runningSteps(state).length > 0 || retryingStep(state) || waitingGate(state)) return null
  if (state.stage !== 'phases' && state.stage !== 'rollback') return null
  const next = nextInLane(state)
  if (!next) return null
  const truth = conditionOf(state, next)
  if (truth === false) return { type: 'skip-step', stepId: next.id, reason: REASON }
  const isByHand = !state.automatic || truth === 'unknown' || flowOf(next).flow.danger || mayStillRun(state, next)
  return isByHand ? { type: 'start-step', stepId: next.id, confirm: environmentName(state) } : null
}

function passGate(state: RunState): OperatorCommand | null {
  const gate = waitingGate(state)
  if (!gate) return null
  const open = openItems(state, gate.gateId)[0]
  if (open) return findStep(state.runbook, open.id) ? null : { type: 'tick', id: open.id, note: '' }
  return { type: 'decide-gate', gateId: gate.gateId, decision: 'go', reason: openBreaches(state).length > 0 || missedMetrics(state).length > 0 ? REASON : '' }
}

/** A rule still breached or a metric still silent keeps the monitoring time from ending by itself. */
function endMonitoring(state: RunState, now: number): OperatorCommand | null {
  const watched = openMonitoring(state)
  if (!watched || now < watched.endsAt + GRACE_MS) return null
  const open = [...openBreaches(state).map((breach) => `${breach.evidence.rule} is breached`), ...missedMetrics(state).map((metric) => `no data for ${metric}`)]
  return open.length > 0 ? { type: 'end-monitoring', reason: `The monitoring time is over: ${open.join(', ')}.` } : null
}

function finish(state: RunState): OperatorCommand | null {
  if (state.stage !== 'closing' && state.stage !== 'rollback-validation') return null
  const open = openBeforeFinish(state)[0]
  return open ? { type: 'tick', id: open.id, note: '' } : { type: 'finish-run' }
}
