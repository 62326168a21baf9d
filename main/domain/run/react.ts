import type { ClickedFault } from '../clicked-faults.ts'
import type { RunEvent } from './events.ts'
import { wantsBaseline } from './baseline.ts'
import { rollbackCountdown } from './countdown.ts'
import { openMonitoring, watchesAhead } from './follow-up.ts'
import type { RunState } from './state.ts'
import { automatedRunning, retryingStep } from './view.ts'

/** What an event asks of the world. An effect never writes state: its result comes back as a command. */
export type Effect =
  | { type: 'execute-step'; stepId: string; attempt: number; hosts: string[] }
  | { type: 'abort-steps'; reason: string }
  | { type: 'cause-fault'; host: string; fault: ClickedFault }
  | { type: 'forget-secret'; name: string }
  | { type: 'probe-step'; stepId: string; attempt: number; hosts: string[] }
  /** Hosts are to refuse what another machine sends for this run; then what runs there is followed from here. */
  | { type: 'fence-hosts'; token: number }
  /** Hosts of steps are reached, and say whether they would keep work. */
  | { type: 'check-hosts' }

export function react(event: RunEvent): Effect[] {
  if (event.type === 'step-started') {
    return event.hosts.length > 0 ? [{ type: 'execute-step', stepId: event.stepId, attempt: event.attempt, hosts: event.hosts }] : []
  }
  if (event.type === 'run-started' || event.type === 'host-check-asked') return [{ type: 'check-hosts' }]
  if (event.type === 'probe-started') return [{ type: 'probe-step', stepId: event.stepId, attempt: event.attempt, hosts: event.hosts }]
  if (event.type === 'lead-taken') return [{ type: 'fence-hosts', token: event.token }]
  if (event.type === 'rollback-started' && event.running === 'wait') return []
  if (event.type === 'abort-requested' || event.type === 'rollback-started' || event.type === 'forward-abort-requested') return [{ type: 'abort-steps', reason: event.reason }]
  if (event.type === 'secret-forgotten') return [{ type: 'forget-secret', name: event.name }]
  if (event.type === 'fault-caused') return [{ type: 'cause-fault', host: event.host, fault: event.fault }]
  return []
}

/** What should be going on while the run is in this state, whatever led to it: the same after a restart. */
export interface Wants {
  sampling: boolean
  /** The numbers of the baseline are to be worked out. */
  baseline: boolean
  /** Epoch ms at which the run wants a `report-time`, or null. */
  wakeAt: number | null
  /** How fast a rehearsal's clock goes: its speed while hosts or the monitoring time are waited for, 1 while people are. */
  rate: number
}

export function wantsOf(state: RunState): Wants {
  const open = state.stage !== 'planned' && state.stage !== 'ended'
  const retrying = state.paused || state.aborting ? null : retryingStep(state)
  const countdown = rollbackCountdown(state)
  const waitingForTime = automatedRunning(state).length > 0 || retrying !== null || state.stage === 'monitoring'
  const wakes = [countdown?.endsAt, retrying && state.steps[retrying.id]?.retryAt, openMonitoring(state)?.endsAt].filter((at) => typeof at === 'number')
  return {
    sampling: open && (state.stage !== 'closing' || watchesAhead(state).length > 0),
    wakeAt: wakes.length === 0 ? null : Math.min(...wakes),
    baseline: wantsBaseline(state),
    // A person must be able to stop a countdown, so it is never sped up.
    rate: state.mode === 'rehearsal' && waitingForTime && countdown === null ? state.speed : 1,
  }
}
