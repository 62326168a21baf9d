import { own } from '../../own.ts'
import { isOnRealHosts } from '../view.ts'
import { refuse, requireOpen, type Decide } from './context.ts'

export const checkHosts: Decide<'check-hosts'> = (state) => {
  requireOpen(state)
  if (!isOnRealHosts(state)) refuse('run-rehearsal', "A rehearsal's hosts are played by Holdpoint: there is nothing to look at.", 'Check them in the live run.')
  return [{ type: 'host-check-asked' }]
}

/** Only what differs from what is known is a fact: that all is well needs no saying for each of a thousand hosts. */
export const reportHostChecked: Decide<'report-host-checked'> = (state, { host, durable, why }) => {
  if (state.stage === 'ended') return []
  const known = own(state.hostChecks, host) ?? { durable: true, why: '' }
  return known.durable === durable && known.why === why ? [] : [{ type: 'host-checked', host, durable, why }]
}
