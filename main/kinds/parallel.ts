import { z } from 'zod'

/** `4` or `50%`: on how many hosts at once. */
export const HostsAtOnce = z.string().regex(/^(?:[1-9]\d{0,3}|(?:[1-9]\d?|100)%)$/, 'Give a number of hosts, such as 4, or a share of them, such as 50%.')

/**
 * On how many of `hostCount` hosts a step may run at once: the smaller of `parallel=` and `batch=`, else `usual`. A share
 * is rounded down, to one host at least.
 */
export function hostsAtOnce(attributes: Record<string, string>, hostCount: number, usual: number): number {
  const limits = [attributes['parallel'], attributes['batch']].flatMap((text) => {
    if (text === undefined || !HostsAtOnce.safeParse(text).success) return []
    return [text.endsWith('%') ? Math.max(Math.floor((hostCount * Number(text.slice(0, -1))) / 100), 1) : Number(text)]
  })
  return limits.length === 0 ? usual : Math.min(...limits)
}
