import type { RunCommand } from '../commands.ts'
import { isElsewhere, nextToken } from '../lead.ts'
import type { RunState } from '../state.ts'
import { isOnRealHosts } from '../view.ts'
import { refuse, requireOpen, type Decide, type DecideContext } from './context.ts'

/** A run that another machine leads takes nothing here but the takeover itself. */
export function requireHere(state: RunState, command: RunCommand, { machine }: DecideContext): void {
  if (command.type === 'take-over' || !isElsewhere(state, machine)) return
  refuse('run-elsewhere', `The run is led on ${state.lead.machine?.name ?? 'another machine'}.`, 'Go on there; or, when that machine cannot go on, take the run over here.')
}

const AFTER_TAKEOVER = 'The run was taken over. Look at what the other machine left, then resume.'

export const takeOver: Decide<'take-over'> = (state, { reason }, { now, machine }) => {
  requireOpen(state)
  if (!isOnRealHosts(state)) refuse('run-rehearsal', 'A rehearsal has no host that a second machine could reach.', 'Start a rehearsal of your own.')
  if (machine === undefined) throw new Error('a takeover needs to know where it happens')
  const isUntold = Object.values(state.fences).some(({ isRaised }) => !isRaised)
  if (!isElsewhere(state, machine) && !isUntold) refuse('run-here', 'The run is led on this machine already.', 'Go on with it.')
  const goesOn = state.stage !== 'planned' && state.paused === null && state.aborting === null
  // Nothing begins by itself before a person has seen what the other machine left.
  return [{ type: 'lead-taken', machine, token: nextToken(state, now), reason }, ...(goesOn ? [{ type: 'run-paused' as const, reason: AFTER_TAKEOVER }] : [])]
}

/** What was asked for an earlier takeover says nothing any more. */
export const reportHostFenced: Decide<'report-host-fenced'> = (state, { host, token, strangers }) =>
  (token === state.lead.token ? [{ type: 'host-fenced', host, token, strangers }] : [])

export const reportHostFenceFailed: Decide<'report-host-fence-failed'> = (state, { host, token, message, above }) =>
  (token === state.lead.token ? [{ type: 'host-fence-failed', host, token, message, above }] : [])
