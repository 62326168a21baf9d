import { own } from '../own.ts'
import type { Step } from '../step.ts'
import type { HostCheck, RunState } from './state.ts'
import { isOnRealHosts } from './view.ts'

/** What a person is told of a host before a step begins there. */
export function describeCheck({ durable, why }: Pick<HostCheck, 'durable' | 'why'>): string {
  if (durable === null) return `could not be looked at: ${why}`
  return durable ? 'keeps its work when the link is lost' : `not durable: ${why}`
}

/** The hosts of a step that would not keep its work or could not be asked, in the step's order; those that were taken out of the run left out. */
export function doubtfulHosts(state: Pick<RunState, 'mode' | 'inventory' | 'hostChecks' | 'excluded'>, step: Step): (HostCheck & { host: string })[] {
  if (!isOnRealHosts(state)) return []
  return step.hosts.flatMap((host) => {
    const check = own(state.hostChecks, host)
    return check === undefined || check.durable === true || own(state.excluded, host) !== undefined ? [] : [{ host, ...check }]
  })
}
