import { own } from '../../own.ts'
import { LOCAL_HOST, type HostResult, type StepOutcome } from '../../step.ts'
import type { RunFact } from '../events.ts'
import type { RunState } from '../state.ts'
import { findRunStep } from '../view.ts'
import { isExcluded } from './hosts.ts'
import { afterFailure } from './retry.ts'

/** These hosts ended so. When they were the last, the step has ended too; what was excluded meanwhile does not count. */
export function finishHosts(state: RunState, stepId: string, results: Record<string, HostResult>, now: number): RunFact[] {
  const current = own(state.steps, stepId)
  if (!current) return []
  const { attempt } = current
  const facts: RunFact[] = Object.entries(results).map(([host, result]) => ({ type: 'host-finished', stepId, attempt, host, result }))
  const all = Object.entries(current.hosts).filter(([host]) => !isExcluded(state, host)).map(([host, known]) => ({ host, result: own(results, host) ?? known.result }))
  if (all.some(({ result }) => result === null)) return facts
  const finished = all.flatMap(({ host, result }) => (result ? [{ host, result }] : []))
  const summary = summarise(finished)
  const step = findRunStep(state, stepId)?.step
  const follows = step && summary.outcome === 'failed' ? afterFailure(step, current, finished.map(({ result }) => result), now, summary.message) : []
  return [...facts, { type: 'step-finished', stepId, attempt, ...summary }, ...follows]
}

function summarise(finished: { host: string; result: HostResult }[]): { outcome: StepOutcome; message: string } {
  const unclear = finished.filter(({ result }) => result.outcome === 'unknown')
  const failed = finished.filter(({ result }) => result.outcome === 'failed')
  const outcome: StepOutcome = unclear.length > 0 ? 'unknown' : failed.length > 0 ? 'failed' : 'succeeded'
  return { outcome, message: [...unclear, ...failed].map(({ host, result }) => (host === LOCAL_HOST ? explain(result) : `${host}: ${explain(result)}`)).join('\n') }
}

/** One host's result in a sentence. */
export function explain(result: HostResult): string {
  if (result.outcome === 'succeeded') return 'exit 0'
  if (result.outcome === 'unknown') return result.message
  switch (result.reason) {
    case 'exit': return `exit ${result.exitCode}`
    case 'signal': return `ended by signal ${result.signal}`
    case 'timeout':
    case 'aborted':
    case 'output-limit':
    case 'refused': return result.message
  }
}

export const UNREACHED: HostResult = {
  outcome: 'unknown', code: 'step-link-given-up', message: 'The link was lost while this was running, and a person went on without it.',
  hint: 'When the host can be reached again, look whether the command is still running there.',
}

/** A step whose every open host has lost its link does not hold the run for ever: its outcome there is unknown. Null while any host is in reach. */
export function giveUpLost(state: RunState, stepId: string, now: number): RunFact[] | null {
  const open = Object.entries(own(state.steps, stepId)?.hosts ?? {}).filter(([, host]) => host.result === null)
  if (open.length === 0 || open.some(([, host]) => host.linkLostAt === null)) return null
  return finishHosts(state, stepId, Object.fromEntries(open.map(([host]) => [host, UNREACHED])), now)
}
