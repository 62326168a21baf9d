import { type Parsed, notUnderstood, understood } from './parsed.ts'
import { countHosts, hostsIn, parseShare, type Share } from './share.ts'

const LONGEST_LIST = 20

/** `batch=2`, `batch=50%` or `batch=1,25%,100%`. */
export function parseBatch(text: string): Parsed<Share[]> {
  const parts = text.split(',').map(parseShare)
  const sizes = parts.flatMap((part) => (part.ok ? [part.value] : []))
  if (sizes.length === parts.length && sizes.length <= LONGEST_LIST) return understood(sizes)
  return notUnderstood(`Give a number of hosts, such as 2, a share, such as 50%, or a list that begins small, such as 1,25%,100% (at most ${LONGEST_LIST}).`)
}

/**
 * The hosts batch by batch, in their order. Shares are of all the hosts; when the list is shorter than the work, its last
 * size repeats. No batch= is one batch. Of several batches the first is the canary: see fan-out.ts.
 */
export function batchesOf(hosts: readonly string[], sizes: readonly Share[] | null): string[][] {
  if (hosts.length === 0) return []
  const batches: string[][] = []
  for (let begin = 0; begin < hosts.length;) {
    const size = sizes?.[batches.length] ?? sizes?.at(-1)
    const end = begin + (size ? hostsIn(size, hosts.length) : hosts.length)
    batches.push(hosts.slice(begin, end))
    begin = end
  }
  return batches
}

/** On how many hosts of a batch a step runs at once: `parallel=` of that batch, else `usual`, and never more than it has. */
export function atOnceIn(batchSize: number, parallel: Share | null, usual: number): number {
  return hostsIn(parallel ?? { hosts: usual }, batchSize)
}

/** For people, before the step starts: "1 host first, then 2, then 5", or "8 hosts together" without batches. */
export function describeBatches(hosts: readonly string[], sizes: readonly Share[] | null): string {
  const [first = [], ...rest] = batchesOf(hosts, sizes)
  if (rest.length === 0) return first.length === 1 ? '1 host' : `${countHosts(first.length)} together`
  const shown = rest.slice(0, 5).map((batch) => `then ${batch.length}`)
  return `${countHosts(first.length)} first, ${shown.join(', ')}${rest.length > shown.length ? ` and so on, ${rest.length + 1} batches` : ''}`
}
