import type { ChangeWindow } from './runbook.ts'
import type { RunState } from './run/state.ts'
import { planOf } from './timing/plan.ts'
import { projectionOf } from './timing/projection.ts'

/** From when to when, epoch ms; null = not known, or not yet. */
export interface Span {
  startAt: number | null
  endAt: number | null
}

export interface StepTiming {
  planned: Span
  actual: Span
  projected: Span
  /** Projected (or actual) end after the planned end; negative = early, 0 when there is no plan. */
  lateMs: number
}

/** How the projected finish stands to the change window. `unplanned`: no window, or no honest projection. */
export type Standing = 'within' | 'tight' | 'over' | 'unplanned'

export interface RunTiming {
  window: ChangeWindow | null
  /** How far the plan was moved: a rehearsal outside its window is timed as if the window opened with it. Else 0. */
  movedMs: number
  /** Of the phases and of the rollback; rollback steps have no plan. */
  steps: Record<string, StepTiming>
  phases: Record<string, StepTiming>
  plannedFinishAt: number | null
  /** Of the deployment, or of the rollback once that has started. Monitoring comes after it. */
  projectedFinishAt: number | null
  monitoringEndsAt: number | null
  /** Window end - now; negative when over. Stands still once the run has ended. */
  windowLeftMs: number | null
  /** Projected finish - window end; positive = over. */
  overrunMs: number | null
  standing: Standing
}

const tightestSpareMs = 5 * 60_000
const earliestStartMs = 12 * 60 * 60_000

/** Planned, actual and projected times of a run. `now` is on the run's clock; pure, and quick enough for every tick. */
export function timingOf(state: RunState, now: number): RunTiming {
  const clock = state.finishedAt ?? now
  const movedMs = rehearsalMove(state, clock)
  const window = movedWindow(state.runbook.overview.window, movedMs)
  const plan = planOf(state.runbook.phases, state.runbook.overview.window, movedMs)
  const { steps, phases, finishAt } = projectionOf(state, plan, clock)
  const overrunMs = window !== null && finishAt !== null ? finishAt - window.endAt : null
  return {
    window,
    movedMs,
    steps,
    phases,
    plannedFinishAt: plan.finishAt,
    projectedFinishAt: finishAt,
    monitoringEndsAt: monitoringEnd(state, finishAt),
    windowLeftMs: window === null ? null : window.endAt - clock,
    overrunMs,
    standing: standingOf(window, overrunMs, clock, state.finishedAt !== null),
  }
}

function standingOf(window: ChangeWindow | null, overrunMs: number | null, clock: number, ended: boolean): Standing {
  if (window === null) return 'unplanned'
  if (!ended && clock > window.endAt && (overrunMs === null || overrunMs > 0)) return 'over'
  if (overrunMs === null) return 'unplanned'
  if (overrunMs > 0) return 'over'
  const spareMs = -overrunMs
  return !ended && spareMs < Math.max(tightestSpareMs, (window.endAt - window.startAt) / 10) ? 'tight' : 'within'
}

/** A rehearsal is seldom held in the window it rehearses: outside it, the plan moves to where the rehearsal is. */
function rehearsalMove(state: RunState, clock: number): number {
  const window = state.runbook.overview.window
  if (state.mode !== 'rehearsal' || window === null) return 0
  const startAt = state.startedAt ?? clock
  return startAt >= window.startAt - earliestStartMs && startAt < window.endAt ? 0 : startAt - window.startAt
}

function movedWindow(window: ChangeWindow | null, byMs: number): ChangeWindow | null {
  return window === null || byMs === 0 ? window : { ...window, startAt: window.startAt + byMs, endAt: window.endAt + byMs }
}

function monitoringEnd(state: RunState, finishAt: number | null): number | null {
  if (state.followUp !== null) return state.followUp.endedAt ?? state.followUp.endsAt
  if (state.monitoring !== null) return state.monitoring.endedAt ?? state.monitoring.endsAt
  const durationMs = state.runbook.monitoring?.durationMs ?? null
  const willMonitor = durationMs !== null && state.rollback === null && state.finishedAt === null
  return willMonitor && finishAt !== null ? finishAt + durationMs : null
}
