import type { ScriptedMetric } from '#domain/rehearsal-script.ts'

/** What synthetic metrics and scripted answers need to know of the run. All keys are step ids, all times epoch ms. */
export interface RehearsalContext {
  stepStarts: Record<string, number>
  stepEnds: Record<string, number>
  /** The attempt each started step is at. */
  stepAttempts: Record<string, number>
  rollbackAt: number | null
}

/** How long a metric takes to come back after its change is over. */
export const RECOVERY_MS = 30_000

/** The value of `until` that means the start of the rollback. */
export const UNTIL_ROLLBACK = 'rollback'

const SLOW_NOISE_MS = 20_000

/**
 * The scripted value at `at` (epoch ms), or null inside a gap. The same arguments always give the same value.
 * `from` and `until` must be step ids (see readScript). Changes lie over each other in the order they began.
 */
export function syntheticValue(metric: ScriptedMetric, context: RehearsalContext, at: number): number | null {
  if (metric.gaps.some((gap) => isWithin(context.stepStarts[gap.from], gap.lengthMs, at))) return null
  let level = metric.base
  for (const change of begunChanges(metric, context, at)) level += (change.to - level) * change.weight
  const value = Math.round((level + metric.noise * noiseAt(metric.metric, at)) * 1000) / 1000
  return metric.base >= 0 ? Math.max(0, value) : value
}

function isWithin(start: number | undefined, lengthMs: number, at: number): boolean {
  return start !== undefined && at >= start && at < start + lengthMs
}

/** Changes that have begun by `at`, earliest first, each with how much of it holds (0 to 1). */
function begunChanges(metric: ScriptedMetric, context: RehearsalContext, at: number): { to: number; weight: number }[] {
  return metric.changes
    .map((change) => ({ change, start: context.stepStarts[change.from] ?? Infinity }))
    .filter(({ start }) => at >= start)
    .toSorted((first, second) => first.start - second.start)
    .map(({ change, start }) => {
      const end = endOf(change.until, start, context)
      const reached = ramp(Math.min(at, end) - start, change.rampMs)
      return { to: change.to, weight: at < end ? reached : reached * (1 - ramp(at - end, RECOVERY_MS)) }
    })
}

/** A step's finish or the rollback's start, whichever comes first; a change without `until` stays. */
function endOf(until: string | null, start: number, context: RehearsalContext): number {
  if (until === null) return Infinity
  const rollbackAt = context.rollbackAt ?? Infinity
  if (until === UNTIL_ROLLBACK) return Math.max(start, rollbackAt)
  const stepEnd = context.stepEnds[until] ?? Infinity
  return Math.min(stepEnd >= start ? stepEnd : Infinity, rollbackAt >= start ? rollbackAt : Infinity)
}

function ramp(elapsedMs: number, lengthMs: number): number {
  return lengthMs <= 0 ? 1 : Math.min(1, Math.max(0, elapsedMs / lengthMs))
}

/** −1 to 1: a slow swell with a little jitter on it, so that a chart looks like a service and not like static. */
function noiseAt(name: string, at: number): number {
  const knot = Math.floor(at / SLOW_NOISE_MS)
  const along = at / SLOW_NOISE_MS - knot
  const swell = hash(name, knot) * (1 - along) + hash(name, knot + 1) * along
  return 0.7 * swell + 0.3 * hash(name, at)
}

/** A number in [−1, 1) from a name and a number: FNV-1a over both, then Murmur3's finaliser. */
function hash(name: string, seed: number): number {
  let bits = 0x811c9dc5
  for (const character of `${name}\0${seed}`) bits = Math.imul(bits ^ (character.codePointAt(0) ?? 0), 0x01000193)
  bits = Math.imul(bits ^ (bits >>> 16), 0x85ebca6b)
  bits = Math.imul(bits ^ (bits >>> 13), 0xc2b2ae35)
  return ((bits ^ (bits >>> 16)) >>> 0) / 2 ** 31 - 1
}
