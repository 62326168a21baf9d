import { parseBatch } from '#domain/flow/batches.ts'
import { hostsIn, parseShare } from '#domain/flow/share.ts'

/**
 * On how many of `hostCount` hosts a step may run at once: the smaller of `parallel=` and the first `batch=`, else
 * `usual`. A share is rounded down, to one host at least.
 */
export function hostsAtOnce(attributes: Record<string, string>, hostCount: number, usual: number): number {
  const parallel = parseShare(attributes['parallel'] ?? '')
  const batch = parseBatch(attributes['batch'] ?? '')
  const shares = [...(parallel.ok ? [parallel.value] : []), ...(batch.ok ? batch.value.slice(0, 1) : [])]
  return shares.length === 0 ? usual : Math.min(...shares.map((share) => hostsIn(share, hostCount)))
}
