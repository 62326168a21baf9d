import { orderIn, walkLane } from '../forecast/lane.ts'
import type { Phase } from '../runbook.ts'
import type { RunState, StepState } from '../run/state.ts'
import { undoneBy } from '../run/undo-step.ts'
import { planSteps, rollbackSteps, undoSteps } from '../run/view.ts'
import type { Step } from '../step.ts'
import type { Span, StepTiming } from '../timing.ts'
import type { Plan, PlannedTime } from './plan.ts'

export interface Projection {
  steps: Record<string, StepTiming>
  phases: Record<string, StepTiming>
  /** When the deployment (or the rollback) is, or was, finished; null when that cannot be said honestly. */
  finishAt: number | null
}

/** Where the next work begins: an instant, or null from the first length nobody knows. */
interface Cursor {
  at: number | null
}

const noSpan: Span = { startAt: null, endAt: null }
const unplanned: PlannedTime = { span: noSpan, lengthMs: null }

/** Walks the run: what is done keeps its times, what runs takes its planned length, the rest follows on what it comes after. */
export function projectionOf(state: RunState, plan: Plan, now: number): Projection {
  const goesForward = state.rollback === null && state.aborting === null && state.finishedAt === null
  const steps: Record<string, StepTiming> = {}
  const phases: Record<string, StepTiming> = {}
  const cursor: Cursor = { at: goesForward ? firstStart(state, plan, now) : null }
  for (const phase of state.runbook.phases) phases[phase.id] = projectPhase(phase, state, plan, now, cursor, goesForward, steps)
  const forwardEnd = cursor.at

  const rollsBack = state.rollback !== null && state.finishedAt === null
  const back: Cursor = { at: rollsBack && state.rollback?.undo !== null ? now : null }
  const plannedBack = ({ id, plannedMs }: Step): PlannedTime => ({ span: noSpan, lengthMs: plannedMs ?? plan.steps.get(undoneBy(id) ?? '')?.lengthMs ?? null })
  for (const lane of [undoSteps(state), planSteps(state)]) projectLane(lane, state, plannedBack, now, back, rollsBack, steps)
  return { steps, phases, finishAt: finishOf(state, steps, forwardEnd, back.at) }
}

/** Before the first phase the plan holds; once something has started, work follows work. */
function firstStart(state: RunState, plan: Plan, now: number): number {
  const begun = state.runbook.phases.some((phase) => (state.phases[phase.id]?.startedAt ?? null) !== null)
  return begun ? now : Math.max(now, plan.startAt ?? now)
}

function projectPhase(phase: Phase, state: RunState, plan: Plan, now: number, cursor: Cursor, goesOn: boolean, steps: Record<string, StepTiming>): StepTiming {
  const planned = plan.phases.get(phase.id) ?? unplanned
  const actual: Span = { startAt: state.phases[phase.id]?.startedAt ?? null, endAt: state.phases[phase.id]?.finishedAt ?? null }
  const before = cursor.at
  projectLane(phase.steps, state, ({ id }) => plan.steps.get(id) ?? unplanned, now, cursor, goesOn, steps)
  if (phase.steps.length === 0 && goesOn && actual.endAt === null) cursor.at = emptyPhaseEnd(actual, planned, before, now)
  const projected = actual.endAt !== null || !goesOn ? actual : { startAt: actual.startAt ?? before, endAt: cursor.at }
  return { planned: planned.span, actual, projected, lateMs: lateness(planned.span, projected) }
}

function emptyPhaseEnd(actual: Span, planned: PlannedTime, before: number | null, now: number): number | null {
  const startAt = actual.startAt ?? before
  return startAt === null || planned.lengthMs === null ? null : Math.max(now, startAt + planned.lengthMs)
}

function projectLane(lane: readonly Step[], state: RunState, plannedOf: (step: Step) => PlannedTime, now: number, cursor: Cursor, goesOn: boolean, steps: Record<string, StepTiming>): void {
  const planned = new Map(lane.map((step) => [step.id, plannedOf(step)]))
  cursor.at = walkLane(orderIn(state, lane), cursor.at, (id, begins) => {
    const timing = projectStep(state.steps[id], planned.get(id) ?? unplanned, now, begins, goesOn)
    steps[id] = timing
    return timing.projected
  })
}

function projectStep(state: StepState | undefined, planned: PlannedTime, now: number, begins: number | null, goesOn: boolean): StepTiming {
  const actual: Span = { startAt: state?.startedAt ?? null, endAt: state?.finishedAt ?? null }
  const projected = projectedSpan(state, actual, planned.lengthMs, now, begins, goesOn)
  return { planned: planned.span, actual, projected, lateMs: lateness(planned.span, projected) }
}

/** Where a step stands in time: what happened, or what its length makes of it from `cursorAt` on; null where nobody knows. */
export function projectedSpan(state: StepState | undefined, actual: Span, lengthMs: number | null, now: number, cursorAt: number | null, goesOn: boolean): Span {
  switch (state?.status ?? 'planned') {
    case 'succeeded':
    case 'skipped':
      return { startAt: actual.startAt ?? actual.endAt, endAt: actual.endAt ?? actual.startAt }
    case 'running':
      return { startAt: actual.startAt, endAt: lengthMs === null ? null : Math.max(now, (actual.startAt ?? now) + lengthMs) }
    case 'failed':
    case 'unknown':
      // Somebody has to deal with it, and the honest guess for that is the same length once more.
      if (!goesOn) return actual
      return { startAt: actual.startAt, endAt: lengthMs === null ? null : now + lengthMs }
    case 'planned':
      return goesOn ? { startAt: cursorAt, endAt: cursorAt === null || lengthMs === null ? null : cursorAt + lengthMs } : noSpan
  }
}

function lateness(planned: Span, projected: Span): number {
  return planned.endAt === null || projected.endAt === null ? 0 : projected.endAt - planned.endAt
}

function finishOf(state: RunState, steps: Record<string, StepTiming>, forwardEnd: number | null, rollbackEnd: number | null): number | null {
  if (state.rollback !== null && state.finishedAt === null && (state.rollback.undo === null || hasOpen(state, rollbackSteps(state)))) return rollbackEnd
  if (state.rollback !== null) return lastEnd(rollbackSteps(state), steps) ?? state.finishedAt
  const forward = state.runbook.phases.flatMap((phase) => phase.steps)
  const phasesDone = state.runbook.phases.length > 0 && state.runbook.phases.every((phase) => (state.phases[phase.id]?.finishedAt ?? null) !== null)
  if (phasesDone) return Math.max(...state.runbook.phases.map((phase) => state.phases[phase.id]?.finishedAt ?? 0))
  if (state.finishedAt !== null) return lastEnd(forward, steps) === null ? null : state.finishedAt
  if (state.aborting !== null) return null
  return forwardEnd
}

function hasOpen(state: RunState, steps: Step[]): boolean {
  return steps.some((step) => !['succeeded', 'skipped'].includes(state.steps[step.id]?.status ?? 'planned'))
}

function lastEnd(steps: Step[], timings: Record<string, StepTiming>): number | null {
  const ends = steps.map((step) => timings[step.id]?.actual.endAt ?? null).filter((end) => end !== null)
  return ends.length === 0 ? null : Math.max(...ends)
}
