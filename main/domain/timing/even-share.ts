import type { Ordered } from '../forecast/critical-path.ts'

/** A way through a phase: the planned lengths on it, ms, and how many of its steps have none of their own. */
interface Way {
  plannedMs: number
  sharing: number
}

/**
 * How long each step without a length of its own may take so that the longest way through the phase takes `phaseMs`: what the others leave,
 * shared evenly. 0 where they leave nothing. `plannedOf`: a step's own length, or null.
 */
export function evenShare(order: readonly Ordered[], plannedOf: (stepId: string) => number | null, phaseMs: number): number {
  let share = Math.max(0, phaseMs)
  // Newton's method: each longest way that does not fit gives a smaller share, until the longest fits. Few ways are ever looked at.
  while (share > 0) {
    const longest = longestSharing(order, plannedOf, share)
    if (longest === null) return 0
    if (lengthOf(longest, share) <= phaseMs) break
    share = Math.max(0, Math.floor((phaseMs - longest.plannedMs) / longest.sharing))
  }
  return share
}

const lengthOf = ({ plannedMs, sharing }: Way, share: number): number => plannedMs + sharing * share

/** The longest of the ways with a step that has no length of its own; null when no step shares. */
function longestSharing(order: readonly Ordered[], plannedOf: (stepId: string) => number | null, share: number): Way | null {
  const longer = (one: Way | null, other: Way | null): Way | null => (one === null || (other !== null && lengthOf(other, share) > lengthOf(one, share)) ? other : one)
  // To the end of each step: the longest way on which no step shares, and the longest on which one does.
  const alone = new Map<string, Way | null>()
  const shared = new Map<string, Way | null>()
  let longest: Way | null = null
  for (const { id, after } of order) {
    const before = (ways: ReadonlyMap<string, Way | null>): Way | null => after.reduce<Way | null>((best, other) => longer(best, ways.get(other) ?? null), null)
    const plannedMs = plannedOf(id)
    const [unshared, sharing] = [after.length === 0 ? { plannedMs: 0, sharing: 0 } : before(alone), before(shared)]
    alone.set(id, plannedMs === null ? null : unshared && { ...unshared, plannedMs: unshared.plannedMs + plannedMs })
    const whole = plannedMs === null ? longer(unshared, sharing) : sharing
    const way = whole && { plannedMs: whole.plannedMs + (plannedMs ?? 0), sharing: whole.sharing + (plannedMs === null ? 1 : 0) }
    shared.set(id, way)
    longest = longer(longest, way)
  }
  return longest
}
