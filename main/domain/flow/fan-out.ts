import { atOnceIn, batchesOf } from './batches.ts'
import { ordinal, stopsAtFailure } from './max-fail.ts'
import { countHosts, type Share } from './share.ts'

/** Where a host of an attempt is; as `HostState['state']` of a run. */
export type HostProgress = 'queued' | 'running' | 'succeeded' | 'failed' | 'unknown'

export interface FanOut {
  /** The hosts to begin now, in order. */
  start: string[]
  /** Why no further host is begun although some are left, in words; those that run are let to their end. */
  stopped: string | null
}

/**
 * Which hosts of an attempt begin next. A batch begins when all of the one before have ended; a host whose outcome is
 * unknown counts as failed; of several batches the first is the canary, and a failure there stops whatever max-fail= allows.
 */
export function fanOut(
  flow: { batch: readonly Share[] | null; parallel: Share | null; maxFail: Share | null },
  hosts: readonly string[],
  progressOf: (host: string) => HostProgress,
  usual: number,
): FanOut {
  const batches = batchesOf(hosts, flow.batch)
  const isQueued = (host: string) => progressOf(host) === 'queued'
  const isRunning = (host: string) => progressOf(host) === 'running'
  const hasFailed = (host: string) => progressOf(host) === 'failed' || progressOf(host) === 'unknown'
  const left = hosts.filter(isQueued).length
  if (left === 0) return { start: [], stopped: null }
  const failures = hosts.filter(hasFailed).length
  const limit = stopsAtFailure(flow.maxFail, hosts.length)
  const notBegun = left === 1 ? '1 host was not begun' : `${countHosts(left)} were not begun`
  if (failures >= limit) return { start: [], stopped: `It stopped at the ${ordinal(limit)} failure: ${notBegun}.` }
  const canary = batches.length > 1 ? batches[0]?.find(hasFailed) : undefined
  if (canary !== undefined) return { start: [], stopped: `It did not succeed on ${canary}, in the first batch: ${notBegun}.` }
  const batch = batches.find((members) => members.some((host) => isQueued(host) || isRunning(host))) ?? []
  const free = atOnceIn(batch.length, flow.parallel, usual) - batch.filter(isRunning).length
  return { start: batch.filter(isQueued).slice(0, Math.max(free, 0)), stopped: null }
}
