import { flowOf } from '../../flow/attributes.ts'
import { delayBeforeRetry, mayRetryByItself } from '../../flow/retries.ts'
import { own } from '../../own.ts'
import type { HostResult, Step } from '../../step.ts'
import type { RunFact } from '../events.ts'
import type { RunState, StepState } from '../state.ts'
import { retryingStep, runningSteps } from '../view.ts'
import { hostsOf } from './hosts.ts'

/** The next attempt of a step: on the hosts where it has not succeeded, unless a person asks for all. */
export function nextAttempt(state: RunState, step: Step, current: StepState, which: 'failed' | 'all' = 'failed'): RunFact {
  const hosts = hostsOf(state, step).filter((host) => which === 'all' || own(current.hosts, host)?.state !== 'succeeded')
  return { type: 'step-started', stepId: step.id, attempt: current.attempt + 1, hosts }
}

/**
 * What follows a failed attempt by itself: another one later while `retries=` allows it and every failure may be tried
 * again; then, with `on-fail=continue`, the next step. Nothing: a person decides.
 */
export function afterFailure(step: Step, current: StepState, results: HostResult[], now: number, message: string): RunFact[] {
  const { retries, onFail } = flowOf(step).flow
  const failed = results.filter((result) => result.outcome !== 'succeeded')
  if (current.autoRetries < retries.count && failed.every(mayRetryByItself)) {
    return [{ type: 'retry-scheduled', stepId: step.id, attempt: current.attempt + 1, retryAt: now + delayBeforeRetry(retries, current.autoRetries + 1) }]
  }
  const isAborted = failed.some((result) => result.outcome === 'failed' && result.reason === 'aborted')
  return onFail.action === 'continue' && !isAborted ? [{ type: 'failure-ignored', stepId: step.id, reason: `It failed, and on-fail=continue goes on: ${message}` }] : []
}

/** The start of the retry whose time has come, or null. */
export function retryDue(state: RunState, now: number): RunFact | null {
  const step = retryingStep(state)
  const current = step ? own(state.steps, step.id) : undefined
  if (!step || !current || current.retryAt === null || current.retryAt > now) return null
  return state.paused || state.aborting || state.stage === 'ended' || runningSteps(state).length > 0 ? null : nextAttempt(state, step, current)
}
