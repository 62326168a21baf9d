import { forecastOf } from '../forecast/forecast.ts'
import { orderOf, walkLane } from '../forecast/lane.ts'
import type { Phase, PlannedRange } from '../runbook.ts'

const MINUTE = 60_000
const DAY_MINUTES = 1440
/** What people write: times of phases in fives. */
const GRAIN_MINUTES = 5
/** A plan that is off by less than this is right. */
const LEAST_SHARE = 0.1
/** So few lengths of a step say nothing about a good night: they never make a phase shorter. */
const FEW = 2

/** A phase with the range it should be planned with. */
export interface LearnedPhase {
  phase: Phase
  startMinute: number
  endMinute: number
  /** Null where it only moves because of those before it. */
  length: { wasMinutes: number; minutes: number; n: number } | null
}

/**
 * The ranges that differ from the plan once each phase is as long as its steps take: the p90s along its longest way, rounded up. A phase that
 * follows on the one before without a gap moves with it; any other keeps its start while there is room. Empty where none is to be longer or shorter.
 */
export function learnedPhases(phases: readonly Phase[], lengths: ReadonlyMap<string, readonly number[]>): LearnedPhase[] {
  const learned: LearnedPhase[] = []
  let before: { end: number; newEnd: number } | null = null
  for (const phase of phases) {
    if (phase.planned === null) continue
    const { startMinute } = phase.planned
    const start: number = before === null ? startMinute : nextTime(before.end, startMinute)
    const was = lengthOf(phase.planned)
    const length = learnedLength(phase, was, lengths)
    const newStart: number = before === null ? start : start === before.end ? before.newEnd : Math.max(start, before.newEnd)
    const newEnd: number = newStart + (length?.minutes ?? was)
    before = { end: start + was, newEnd }
    if (newStart !== start || length !== null) learned.push({ phase, startMinute: newStart % DAY_MINUTES, endMinute: newEnd % DAY_MINUTES, length })
  }
  return learned.some(({ length }) => length !== null) ? learned : []
}

/** The next time, in minutes after the first midnight, at which the clock shows this minute of the day. */
const nextTime = (from: number, minute: number): number => from + ((minute - from) % DAY_MINUTES + DAY_MINUTES) % DAY_MINUTES

const lengthOf = ({ startMinute, endMinute }: PlannedRange): number => (endMinute - startMinute + DAY_MINUTES) % DAY_MINUTES

/** A step that was never done and has no length of its own takes what is left: it counts for nothing, and the phase is then not made shorter. */
function learnedLength(phase: Phase, wasMinutes: number, lengths: ReadonlyMap<string, readonly number[]>): LearnedPhase['length'] {
  const forecasts = new Map(phase.steps.map(({ id, plannedMs }) => [id, forecastOf(lengths.get(id) ?? [], plannedMs)]))
  const counts = [...forecasts.values()].map(({ n }) => n)
  const most = Math.max(0, ...counts)
  const ms = walkLane(orderOf({ phases: [phase] }, phase.steps), 0, (id, begins) => ({ startAt: begins, endAt: begins === null ? null : begins + (forecasts.get(id)?.p90 ?? 0) }))
  if (most === 0 || ms === null) return null
  const minutes = Math.max(GRAIN_MINUTES, Math.ceil(ms / MINUTE / GRAIN_MINUTES) * GRAIN_MINUTES)
  const isRight = Math.abs(minutes - wasMinutes) < Math.max(GRAIN_MINUTES, wasMinutes * LEAST_SHARE)
  return isRight || (minutes < wasMinutes && Math.min(...counts) <= FEW) ? null : { wasMinutes, minutes, n: most }
}
