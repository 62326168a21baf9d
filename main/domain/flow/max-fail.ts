import { type Parsed, notUnderstood } from './parsed.ts'
import { countHosts, parseShare, type Share } from './share.ts'

/** `max-fail=2` or `max-fail=25%`: the number of failed hosts at which a step begins no further host. */
export function parseMaxFail(text: string): Parsed<Share> {
  const share = parseShare(text)
  return share.ok ? share : notUnderstood('Give the number of failed hosts at which to stop, such as 2, or a share of the hosts, such as 25%.')
}

/**
 * At which failure a step stops: the limit is reached, not exceeded. 25% of 8 hosts is the 2nd, and of 9 the 3rd (2 of 9
 * is less than 25%). Without max-fail= it is the first.
 */
export function stopsAtFailure(maxFail: Share | null, hostCount: number): number {
  if (maxFail === null) return 1
  return 'hosts' in maxFail ? maxFail.hosts : Math.max(Math.ceil((hostCount * maxFail.percent) / 100), 1)
}

export const hasReachedMaxFail = (maxFail: Share | null, hostCount: number, failures: number): boolean => failures >= stopsAtFailure(maxFail, hostCount)

/** For people, before the step starts: "4 hosts, stops at the 2nd failure". */
export function describeMaxFail(maxFail: Share | null, hostCount: number): string {
  const limit = stopsAtFailure(maxFail, hostCount)
  if (hostCount <= 1) return countHosts(hostCount)
  return limit > hostCount ? `${countHosts(hostCount)}, goes on whatever fails` : `${countHosts(hostCount)}, stops at the ${ordinal(limit)} failure`
}

export function ordinal(number: number): string {
  const ending = number % 100 >= 11 && number % 100 <= 13 ? undefined : ['th', 'st', 'nd', 'rd'][number % 10]
  return `${number}${ending ?? 'th'}`
}
