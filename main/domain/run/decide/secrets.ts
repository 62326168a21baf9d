import { askedIn } from '../../secrets/asked.ts'
import type { Decide } from './context.ts'
import { refuse, requireOpen } from './context.ts'

/** What was given may have been wrong: the next use of the secret asks a person again. */
export const forgetSecret: Decide<'forget-secret'> = (state, { name }) => {
  requireOpen(state)
  if (state.mode === 'rehearsal') refuse('secret-rehearsed', 'A rehearsal asks nobody for a secret.', '')
  if (!askedIn(state.runbook).includes(name)) refuse('secret-unknown', `The runbook asks nobody for a secret "${name}".`, 'Choose one that it names as secret:ask:NAME.')
  return [{ type: 'secret-forgotten', name }]
}
