import { LOCAL_HOST } from '../step.ts'
import { isElsewhere, type Machine } from './lead.ts'
import type { RunState } from './state.ts'
import { findRunStep, isOnRealHosts } from './view.ts'

/** Whether this run could be taken over by another machine, and is led here: then handing it over has a meaning. */
export const canHandOver = (state: RunState, here: Machine | undefined): boolean => here !== undefined && isOnRealHosts(state) && state.stage !== 'ended' && !isElsewhere(state, here)

/** What handing it over means now, a sentence each: what is copied, what becomes of what runs, and who leads until then. */
export function handOverPreview(state: RunState, here: Machine): string[] {
  const running = Object.entries(state.steps).flatMap(([id, step]) => Object.entries(step.hosts).filter(([, host]) => host.state === 'running').map(([host, { durable }]) => ({ what: `“${findRunStep(state, id)?.step.title ?? id}”${host === LOCAL_HOST ? '' : ` on ${host}`}`, isDurable: durable === true })))
  const [stays, ends] = [running.filter(({ isDurable }) => isDurable), running.filter(({ isDurable }) => !isDurable)]
  const named = (list: typeof running): string => list.map(({ what }) => what).join(', ')
  return [
    'All of Holdpoint’s data is copied as it is now: runbooks, runs with their records and output, and the host keys you accepted. No password, passphrase or answer to a secret is in it.',
    ...(stays.length > 0 ? [`${named(stays)} ${stays.length === 1 ? 'goes' : 'go'} on meanwhile, and ${stays.length === 1 ? 'is' : 'are'} followed to the exact end on the other machine.`] : []),
    ...(ends.length > 0 ? [`${named(ends)} cannot be followed from another machine: its outcome will be unknown there. Wait for it if you can.`] : []),
    `${here.name} leads the run until somebody takes it over; what happens here after the copy is not in it. Once it is taken over, hosts refuse what ${here.name} sends for this run.`,
  ]
}
