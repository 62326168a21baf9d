import { type Parsed, notUnderstood, understood } from './parsed.ts'

/** Some of a step's hosts: `4`, or `50%` of them. */
export type Share = { hosts: number } | { percent: number }

export function parseShare(text: string): Parsed<Share> {
  const match = /^([1-9]\d{0,3})(%?)$/.exec(text.trim())
  const number = Number(match?.[1])
  if (!match || (match[2] === '%' && number > 100)) return notUnderstood('Give a number of hosts, such as 4, or a share of them, such as 50%.')
  return understood(match[2] === '%' ? { percent: number } : { hosts: number })
}

/** How many of `hostCount` hosts that is, a share rounded down; always one at least, and never more than there are. */
export function hostsIn(share: Share, hostCount: number): number {
  const wanted = 'hosts' in share ? share.hosts : Math.floor((hostCount * share.percent) / 100)
  return Math.max(Math.min(wanted, hostCount), 1)
}

export const describeShare = (share: Share): string => ('hosts' in share ? String(share.hosts) : `${share.percent}%`)

export const countHosts = (count: number): string => (count === 1 ? '1 host' : `${count} hosts`)
