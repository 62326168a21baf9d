import { own } from '../own.ts'
import type { RunState } from '../run/state.ts'
import { planSteps, rollbackSteps, undoSteps } from '../run/view.ts'
import type { Step } from '../step.ts'
import type { Span } from '../timing.ts'
import type { Plan } from '../timing/plan.ts'
import { projectedSpan } from '../timing/projection.ts'
import { orderIn, walkLane } from './lane.ts'

/** How long a step takes, ms; null when nobody can say. */
export type LengthOf = (stepId: string) => number | null

export interface Schedule {
  steps: ReadonlyMap<string, Span>
  phases: ReadonlyMap<string, Span>
  /** The end of the phases, or of the rollback once that has begun; null when that cannot be said honestly. */
  endAt: number | null
}

export interface ScheduleInput {
  state: RunState
  plan: Plan
  lengthOf: LengthOf
  now: number
}

export const goesForward = (state: RunState): boolean => state.rollback === null && state.aborting === null && state.finishedAt === null

/**
 * When everything is, was or will be: what is done keeps its times, what runs takes its length but never ends in the past, the
 * rest begins when what it comes after has ended. A step that failed or is unknown takes its length once more, from now.
 */
export function scheduleOf({ state, plan, lengthOf, now }: ScheduleInput): Schedule {
  const steps = new Map<string, Span>()
  const phases = new Map<string, Span>()
  const forward = goesForward(state)
  let startAt: number | null = forward ? firstStart(state, plan, now) : null
  for (const phase of state.runbook.phases) {
    const actual = spanOf(own(state.phases, phase.id))
    const endAt = lane(phase.steps, startAt, forward, { state, lengthOf, now }, steps)
    const length = plan.phases.get(phase.id)?.lengthMs ?? null
    const ends: number | null = phase.steps.length > 0 || !forward ? endAt : emptyEnd(actual, startAt, length, now)
    phases.set(phase.id, actual.endAt !== null || !forward ? actual : { startAt: actual.startAt ?? startAt, endAt: ends })
    startAt = actual.endAt !== null && forward ? startAt : ends
  }
  const back = state.rollback !== null && state.finishedAt === null
  // Nobody knows when it begins while forward steps have not ended.
  const undoneAt = lane(undoSteps(state), back && state.rollback?.undo !== null ? now : null, back, { state, lengthOf, now }, steps)
  const rolledBackAt = lane(planSteps(state), back ? undoneAt : null, back, { state, lengthOf, now }, steps)
  const forwardEnd = lastEnd(state.runbook.phases.map((phase) => spanOf(own(state.phases, phase.id)))) ?? startAt
  const backEnd = lastEnd(rollbackSteps(state).map((step) => spanOf(own(state.steps, step.id)))) ?? rolledBackAt
  return { steps, phases, endAt: back ? backEnd : forward ? forwardEnd : state.finishedAt }
}

/** When all of it was over; null while something is open, or when there is nothing. */
function lastEnd(spans: readonly Span[]): number | null {
  const ends = spans.flatMap((span) => span.endAt ?? [])
  return ends.length > 0 && ends.length === spans.length ? Math.max(...ends) : null
}

/** Before the first phase the plan holds; once something has begun, work follows work. */
function firstStart(state: RunState, plan: Plan, now: number): number {
  const hasBegun = state.runbook.phases.some((phase) => (own(state.phases, phase.id)?.startedAt ?? null) !== null)
  return hasBegun ? now : Math.max(now, plan.startAt ?? now)
}

function emptyEnd(actual: Span, startAt: number | null, lengthMs: number | null, now: number): number | null {
  const from = actual.startAt ?? startAt
  return from === null || lengthMs === null ? null : Math.max(now, from + lengthMs)
}

/** Adds the spans of a phase's steps; returns when all have ended, no earlier than `startAt`. */
function lane(steps: readonly Step[], startAt: number | null, goesOn: boolean, { state, lengthOf, now }: Omit<ScheduleInput, 'plan'>, spans: Map<string, Span>): number | null {
  return walkLane(orderIn(state, steps), startAt, (id, begins) => {
    const step = own(state.steps, id)
    const span = projectedSpan(step, spanOf(step), lengthOf(id), now, begins, goesOn)
    spans.set(id, span)
    return span
  })
}

export const spanOf = (times: { startedAt: number | null; finishedAt: number | null } | undefined): Span => ({ startAt: times?.startedAt ?? null, endAt: times?.finishedAt ?? null })
