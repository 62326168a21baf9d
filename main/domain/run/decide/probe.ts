import { own } from '../../own.ts'
import type { Step } from '../../step.ts'
import type { RunFact } from '../events.ts'
import type { HostState, RunState } from '../state.ts'
import { refuse, type Decide } from './context.ts'
import { isExcluded } from './hosts.ts'
import { finishHosts } from './outcome.ts'
import { requireStep } from './steps.ts'

/** Where an unknown outcome could be asked about: a host that keeps a record of the work, or any with a `probe=` command. */
export function probeableHosts(state: RunState, step: Step): string[] {
  const current = own(state.steps, step.id)
  if (current?.status !== 'unknown') return []
  return Object.entries(current.hosts)
    .filter(([host, known]) => step.hosts.includes(host) && known.state === 'unknown' && !isExcluded(state, host) && (known.durable === true || step.attributes['probe'] !== undefined))
    .map(([host]) => host)
}

export const isBeingAsked = (host: HostState | undefined): boolean => host?.probe?.findings === null

export const probeStep: Decide<'probe-step'> = (state, command) => {
  const { step, current } = requireStep(state, command.stepId)
  if (current.status !== 'unknown') refuse('step-not-unknown', `How "${step.title}" stands is known.`, 'Only a step whose outcome is unknown can be asked about.')
  const asked = Object.entries(current.hosts).find(([, host]) => isBeingAsked(host))
  if (asked) refuse('probe-in-progress', `${asked[0]} is being asked already.`, 'Wait for its answer.')
  const hosts = probeableHosts(state, step)
  if (hosts.length === 0) refuse('probe-nothing', `Nothing keeps a record of how "${step.title}" ended: it did not run durably, and it has no probe= command.`, 'Look yourself; then mark it done with evidence, retry, or skip it.')
  return [{ type: 'probe-started', stepId: step.id, attempt: current.attempt, hosts }]
}

/** What was found is kept, whatever a person has decided meanwhile. The outcome changes only where it is unknown still. */
export const reportProbed: Decide<'report-probed'> = (state, { stepId, attempt, host, findings, result }, { now }) => {
  const current = own(state.steps, stepId)
  const known = own(current?.hosts ?? {}, host)
  if (state.stage === 'ended' || current?.attempt !== attempt || !isBeingAsked(known)) return []
  const proved = result !== null && result.outcome !== 'unknown' && current.status === 'unknown' && known?.state === 'unknown'
  const told: RunFact = { type: 'host-probed', stepId, attempt, host, findings, proved }
  return proved ? [told, ...finishHosts(state, stepId, { [host]: result }, now)] : [told]
}
