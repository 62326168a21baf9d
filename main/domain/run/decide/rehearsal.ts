import { refuse, requireActive, requireHost, type Decide } from './context.ts'

/** Only a stand-in can be harmed. */
export const causeFault: Decide<'cause-fault'> = (state, { host, fault }) => {
  requireActive(state)
  if (state.mode !== 'rehearsal') refuse('fault-live', 'This run is live: its hosts are real, and faults cannot be ordered.', 'Rehearse the runbook to see what a fault leads to.')
  if (state.inventory !== null) refuse('fault-real', `This rehearsal runs on the real hosts of “${state.inventory}”, and faults cannot be ordered there.`, 'Rehearse on the embedded hosts to see what a fault leads to.')
  requireHost(state, host)
  return [{ type: 'fault-caused', host, fault }]
}
