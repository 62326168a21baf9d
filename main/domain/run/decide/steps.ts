import { describeWhen } from '../../flow/when.ts'
import { flowOf } from '../../flow/attributes.ts'
import { own } from '../../own.ts'
import type { HostResult, Step } from '../../step.ts'
import { conditionOf } from '../condition.ts'
import type { RunFact } from '../events.ts'
import type { RunState, StepState } from '../state.ts'
import { currentPhase, environmentName, findRunStep, isInLane, isManual, laneSteps, runningSteps, stuckSteps } from '../view.ts'
import { gateBefore } from '../state.ts'
import { readyIn, waitsFor } from '../ready.ts'
import { describeReturn } from '../describe-return.ts'
import { returnGateBefore } from '../return-gate.ts'
import { refuse, requireActive, type Decide, type DecideContext } from './context.ts'
import { hasNoHostLeft, hostsOf, NO_HOST_LEFT } from './hosts.ts'
import { finishHosts, giveUpLost } from './outcome.ts'

export const startStep: Decide<'start-step'> = (state, command, context) => {
  const { step, current } = requireStep(state, command.stepId)
  requireStartable(state, step)
  const { when, danger } = flowOf(step).flow
  if (when && conditionOf(state, step) === false) refuse('step-condition', `"${step.title}" is only for when ${describeWhen(when)}, and that does not hold.`, 'Skip it.')
  const environment = environmentName(state)
  if (danger && command.confirm?.toLowerCase() !== environment.toLowerCase()) {
    refuse('step-danger', `"${step.title}" is marked as dangerous.`, `Type "${environment}" to start it.`)
  }
  if (hasNoHostLeft(state, step)) return [{ type: 'step-skipped', stepId: step.id, reason: NO_HOST_LEFT }]
  return gateInstead(state, step, context) ?? [{ type: 'step-started', stepId: step.id, attempt: current.attempt + 1, hosts: hostsOf(state, step) }]
}

/** Who starts a step that would pass the point of no return gets the gate first; while it waits, why it does. */
export function gateInstead(state: RunState, step: Step, context: DecideContext): RunFact[] | null {
  const gate = returnGateBefore(state, step, context)
  if (gate?.length === 0) refuse('return-sign-off', `"${step.title}" ${describeReturn(state, own(state.returnGates, step.id)?.numbers)}.`, 'Say go or no-go for it, or skip it.')
  return gate
}

export const failStep: Decide<'fail-step'> = (state, command) => {
  const { step, current } = requireStep(state, command.stepId)
  if (!isManual(step)) refuse('step-not-manual', `"${step.title}" is done by Holdpoint: its outcome comes from the hosts.`, 'Pause or abort the run instead.')
  if (current.status !== 'running') refuse('step-not-running', `"${step.title}" is not in progress.`, 'Only a step in progress can be reported as failed.')
  return [{ type: 'step-finished', stepId: step.id, attempt: current.attempt, outcome: 'failed', message: command.reason }]
}

export const skipStep: Decide<'skip-step'> = (state, command, { now }) => {
  const { step, current } = requireStep(state, command.stepId)
  if (current.status === 'succeeded' || current.status === 'skipped') refuse('step-done', `"${step.title}" has ${current.status === 'skipped' ? 'been skipped' : 'succeeded'} already.`, '')
  if (!isInLane(state, step)) refuse('step-elsewhere', `"${step.title}" does not belong to the part of the run that is in progress.`, 'Skip it when the run reaches it.')
  const skipped: RunFact = { type: 'step-skipped', stepId: step.id, reason: command.reason }
  if (current.status !== 'running' || isManual(step)) return [skipped]
  const given = giveUpLost(state, step.id, now)
  if (!given) refuse('step-running', `"${step.title}" is running on a host and cannot be skipped now.`, 'Wait for it, or abort the run, which asks the hosts to stop it.')
  return [...given, skipped]
}

export const reportHostStarted: Decide<'report-host-started'> = (state, command) => {
  const host = currentHost(state, command)
  return host?.state === 'queued' ? [{ ...command, type: 'host-started' }] : []
}

export const reportHostLinkLost: Decide<'report-host-link-lost'> = (state, command) => {
  const host = currentHost(state, command)
  return host?.state === 'running' && host.linkLostAt === null ? [{ ...command, type: 'host-link-lost' }] : []
}

export const reportHostLinkRestored: Decide<'report-host-link-restored'> = (state, command) => {
  const host = currentHost(state, command)
  return host?.state === 'running' && host.linkLostAt !== null ? [{ ...command, type: 'host-link-restored' }] : []
}

/** A late or doubled report of an attempt that is over changes nothing. */
export const reportHostFinished: Decide<'report-host-finished'> = (state, command, { now }) => {
  const host = currentHost(state, command)
  if (!host || host.result) return []
  return finishHosts(state, command.stepId, { [command.host]: command.result }, now)
}

export const reportCaptured: Decide<'report-captured'> = (_, command) => [{ ...command, type: 'value-captured' }]

const LOST: HostResult = {
  outcome: 'unknown', code: 'step-lost',
  message: 'Holdpoint ended while this was running; nobody saw how it ended.',
  hint: 'Look at the host: is the command still running, and did it do its work? Then retry, or mark it done and say how you know.',
}

export const reportStepLost: Decide<'report-step-lost'> = (state, command, { now }) => {
  const current = own(state.steps, command.stepId)
  if (!current || current.status !== 'running' || current.attempt !== command.attempt) return []
  const open = Object.entries(current.hosts).filter(([name, host]) => host.result === null && (command.hosts === undefined || command.hosts.includes(name)))
  return finishHosts(state, command.stepId, Object.fromEntries(open.map(([host]) => [host, LOST])), now)
}

export function requireStartable(state: RunState, step: Step): void {
  requireActive(state)
  if (state.paused) refuse('run-paused', `The run is paused by ${state.paused.by}.`, 'Resume it first.')
  if (state.steps[step.id]?.status !== 'planned') refuse('step-begun', `"${step.title}" has begun already.`, 'Retry it if it failed.')
  const stuck = stuckSteps(state)[0]
  if (stuck) refuse('step-stuck', `"${stuck.title}" is ${state.steps[stuck.id]?.status} and needs a decision first.`, 'Retry it, ignore or skip it with a reason, or mark it done with evidence.')
  requireGatePassed(state)
  const isOutside = runningSteps(state).some((running) => running.lane !== (state.rollback ? 'rollback' : 'forward'))
  const ready = isOutside ? [] : readyIn(state, laneSteps(state))
  if (ready.some(({ id }) => id === step.id)) return
  const [waited] = isInLane(state, step) ? waitsFor(state, step) : []
  if (waited && step.attributes['after'] !== undefined) refuse('step-not-next', `"${step.title}" comes after "${waited.title}", which is not done.`, 'Do or skip what it comes after.')
  requireIdle(state)
  refuse('step-not-next', `"${step.title}" is not next${ready[0] ? `: "${ready[0].title}" is` : ''}.`, 'Do or skip the steps before it.')
}

function requireGatePassed(state: RunState): void {
  if (state.rollback) return
  const phase = currentPhase(state)
  if (phase && state.gates[gateBefore(phase.id)]?.state !== 'go') refuse('gate-shut', `The gate before phase ${phase.number}, ${phase.title}, has not been opened.`, 'Decide go first.')
}

export function requireIdle(state: RunState): void {
  requireActive(state)
  const running = runningSteps(state)[0]
  if (running) refuse('step-in-progress', `"${running.step.title}" is in progress.`, 'Wait until it has ended.')
}

export function requireStep(state: RunState, stepId: string): { step: Step; current: StepState } {
  requireActive(state)
  const found = findRunStep(state, stepId)
  const current = own(state.steps, stepId)
  if (!found || !current) refuse('step-unknown', `The runbook has no step "${stepId}".`, 'Choose a step of this run.')
  return { step: found.step, current }
}

function currentHost(state: RunState, about: { stepId: string; attempt: number; host: string }) {
  const step = own(state.steps, about.stepId)
  return step?.status === 'running' && step.attempt === about.attempt ? own(step.hosts, about.host) : undefined
}

/** A fact whatever has become of the step meanwhile: what is missing from the record belongs in it. */
export const reportOutputLost: Decide<'report-output-lost'> = (state, { stepId, attempt, host, bytes }) =>
  (own(state.steps, stepId) === undefined ? [] : [{ type: 'output-lost', stepId, attempt, host, bytes }])
