import { flowOf } from '../../flow/attributes.ts'
import { own } from '../../own.ts'
import type { RunFact } from '../events.ts'
import { isInLane, runningSteps } from '../view.ts'
import { refuse, requireActive, requireHost, type Decide } from './context.ts'
import { isExcluded } from './hosts.ts'
import { finishHosts, giveUpLost, UNREACHED } from './outcome.ts'
import { nextAttempt } from './retry.ts'
import { requireIdle, requireStep } from './steps.ts'

/** Runs the step again: on the hosts where it has not succeeded, or on all when a person says why that is right. */
export const retryStep: Decide<'retry-step'> = (state, command) => {
  const { step, current } = requireStep(state, command.stepId)
  if (current.status !== 'failed' && current.status !== 'unknown') refuse('step-not-failed', `"${step.title}" has not failed.`, 'Only a failed or unknown step can be retried.')
  if (!isInLane(state, step)) refuse('step-elsewhere', `"${step.title}" does not belong to the part of the run that is in progress.`, 'The rollback has begun: go on with its steps.')
  if (state.paused) refuse('run-paused', `The run is paused by ${state.paused.by}.`, 'Resume it first.')
  requireIdle(state)
  const { reason = '', hosts = 'failed' } = command
  const { idempotent } = flowOf(step).flow
  if (current.status === 'unknown' && reason === '' && !idempotent) {
    refuse('retry-needs-reason', `Nobody knows how "${step.title}" ended: it may have done its work, and running it again may do it twice.`, 'Say why that is safe. A step marked idempotent needs no reason.')
  }
  const again = hosts === 'all' ? Object.keys(current.hosts).filter((host) => !isExcluded(state, host) && own(current.hosts, host)?.state === 'succeeded') : []
  if (again.length > 0 && reason === '' && !idempotent) {
    refuse('retry-all-needs-reason', `"${step.title}" has succeeded on ${again.join(', ')} already, and would run there a second time.`, 'Say why that is right. A step marked idempotent needs no reason.')
  }
  const note: RunFact[] = reason === '' ? [] : [{ type: 'note-added', noteId: `note-${state.version + 1}`, about: step.id, text: `Tried again${hosts === 'all' ? ' on all hosts' : ''}: ${reason}` }]
  return [...note, nextAttempt(state, step, current, hosts)]
}

export const resolveStep: Decide<'resolve-step'> = (state, command, { now }) => {
  const { step, current } = requireStep(state, command.stepId)
  const resolved: RunFact = { type: 'step-resolved', stepId: step.id, evidence: command.evidence }
  if (current.status === 'failed' || current.status === 'unknown') return [resolved]
  const given = current.status === 'running' ? giveUpLost(state, step.id, now) : null
  if (!given) refuse('step-not-failed', `"${step.title}" is neither failed nor unknown.`, 'Nothing needs to be resolved.')
  return [...given, resolved]
}

export const ignoreFailure: Decide<'ignore-failure'> = (state, command) => {
  const { step, current } = requireStep(state, command.stepId)
  if (current.status === 'unknown') refuse('step-unclear', `Nobody knows how "${step.title}" ended: that is no failure to ignore.`, 'Look at the host; then mark it done with evidence, retry, or skip it.')
  if (current.status !== 'failed') refuse('step-not-failed', `"${step.title}" has not failed.`, 'Nothing needs to be ignored.')
  if (!isInLane(state, step)) refuse('step-elsewhere', `"${step.title}" does not belong to the part of the run that is in progress.`, 'The rollback has begun: go on with its steps.')
  return [{ type: 'failure-ignored', stepId: step.id, reason: command.reason }]
}

/** What runs there is not taken out from under itself; only work whose link is lost is given up, as unknown. */
export const excludeHost: Decide<'exclude-host'> = (state, command, { now }) => {
  requireActive(state)
  const { host, reason } = command
  requireHost(state, host)
  if (isExcluded(state, host)) refuse('host-excluded', `${host} has been excluded already, by ${own(state.excluded, host)?.by}.`, '')
  const working = runningSteps(state).find(({ step }) => own(own(state.steps, step.id)?.hosts ?? {}, host)?.result === null)
  const excluded: RunFact = { type: 'host-excluded', host, reason }
  if (!working) return [excluded]
  const { step } = working
  if (own(own(state.steps, step.id)?.hosts ?? {}, host)?.linkLostAt === null) refuse('host-at-work', `"${step.title}" is not done with ${host} yet.`, 'Wait until it has ended there, or abort the run, which asks the hosts to stop it.')
  const given = finishHosts(state, step.id, { [host]: UNREACHED }, now)
  return [...given, excluded]
}

export const includeHost: Decide<'include-host'> = (state, command) => {
  requireActive(state)
  requireHost(state, command.host)
  if (!isExcluded(state, command.host)) refuse('host-included', `${command.host} is part of this run.`, '')
  return [{ type: 'host-included', host: command.host, reason: command.reason }]
}
