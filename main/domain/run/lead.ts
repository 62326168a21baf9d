import type { RunState } from './state.ts'
import { isOnRealHosts } from './view.ts'

/** A computer that runs this program; `name` is for people. */
export interface Machine {
  id: string
  name: string
}

/**
 * Who leads a live run. Data that was copied to another computer shows the run there, and nothing goes on from it until
 * a person takes it over: two programs that both mean to go on would run steps twice.
 */
export interface Lead {
  /** Null in the record of a run older than this. */
  machine: Machine | null
  /** What hosts compare: a launch with a lower one than the highest they were told is refused. */
  token: number
  since: number
  by: string
}

/** How a host answered when it was told of a takeover. */
export interface Fence {
  isRaised: boolean
  /** Why not; '' when it is. */
  message: string
  /** The higher token another takeover had left there, or null. */
  above: number | null
  /** Work of this run on that host that is not in this record: the other machine began it after the copy was made. */
  strangers: string[]
}

/** Before the first takeover. */
export const FIRST_TOKEN = 1

/** True when another machine leads the run: here it can only be looked at, or taken over. */
export function isElsewhere(state: RunState, here: Machine | undefined): boolean {
  const { machine } = state.lead
  return here !== undefined && isOnRealHosts(state) && state.stage !== 'ended' && machine !== null && machine.id !== here.id
}

/**
 * Above every token known of. The time in ms, so that two machines that take the same copy over do not come to the
 * same one; the one whose clock is behind is refused by the hosts and told so.
 */
export function nextToken(state: RunState, now: number): number {
  const seen = Object.values(state.fences).map(({ above }) => above ?? 0)
  return Math.max(Math.floor(now), state.lead.token + 1, ...seen.map((token) => token + 1))
}
