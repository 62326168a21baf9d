import { own } from '../own.ts'
import type { RunState } from '../run/state.ts'
import { rollbackSteps } from '../run/view.ts'
import type { RunTiming, Span } from '../timing.ts'
import { movedBy, planOf } from '../timing/plan.ts'
import { criticalLeft } from './critical-left.ts'
import type { CriticalPath } from './critical-path.ts'
import type { Forecasts } from './forecast.ts'
import { scheduleOf, spanOf, type LengthOf } from './schedule.ts'

/**
 * `late`: it ended after its planned end, or that has passed. `at-risk`: it may still be in time, but its p90 is not.
 * `unplanned`: there is no plan, or no honest forecast.
 */
export type Flag = 'on-time' | 'at-risk' | 'late' | 'unplanned'

export interface Clocks {
  /** The first published plan: of the first run of those that went on with one another. What was added since has none. */
  baseline: Span
  planned: Span
  /** By p50: in half of all cases it ends by then. */
  forecast: Span
  /** In nine of ten cases it ends by then. */
  p90EndAt: number | null
  actual: Span
  flag: Flag
  /** Actual or else p50 end after the planned end; negative is early, 0 without a plan. */
  lateMs: number
}

export interface FourClocks {
  /** By id, those of the rollback plan too (they have neither baseline nor plan). */
  steps: ReadonlyMap<string, Clocks>
  phases: ReadonlyMap<string, Clocks>
  /** From the first phase to the end of the last, or of the rollback. Monitoring comes after it. */
  run: Clocks
  /** Whether the run ends in its window: by p50 and p90, by p50 only, by neither; null without window or forecast. */
  window: 'fits' | 'at-risk' | 'over' | null
  /** Of what is left, by p50, from now. */
  critical: CriticalPath
}

export interface FourClocksInput {
  state: RunState
  /** `timingOf(state, now)`. */
  timing: Pick<RunTiming, 'window' | 'movedMs'>
  forecasts: Forecasts
  now: number
}

/** As with the lateness that people read: half a minute is not late. */
const TOLERANCE_MS = 30_000
const noSpan: Span = { startAt: null, endAt: null }

/**
 * Baseline, planned, forecast and actual for every step, phase and the run. The p90 of work that follows work is the sum of
 * the p90s: on a bad night everything is slow together, and a commander is better warned too early.
 */
export function fourClocksOf({ state, timing, forecasts, now }: FourClocksInput): FourClocks {
  const clock = state.finishedAt ?? now
  const plan = planOf(state.runbook.phases, state.runbook.overview.window, timing.movedMs)
  const first = state.firstPlan
  const firstly = (span: Span | undefined): Span => (span === undefined ? noSpan : movedBy(span, timing.movedMs))
  const lengthBy = (p: 'p50' | 'p90'): LengthOf => (id) => forecasts.get(id)?.[p] ?? null
  const input = { state, plan, now: clock }
  const likely = scheduleOf({ ...input, lengthOf: lengthBy('p50') })
  const bad = scheduleOf({ ...input, lengthOf: lengthBy('p90') })

  const rows = (lane: 'steps' | 'phases', id: string, times: Parameters<typeof spanOf>[0]): Clocks => withFlag({
    baseline: first === null ? (plan[lane].get(id)?.span ?? noSpan) : firstly(own(first[lane], id)), planned: plan[lane].get(id)?.span ?? noSpan,
    forecast: likely[lane].get(id) ?? noSpan, p90EndAt: bad[lane].get(id)?.endAt ?? null, actual: spanOf(times),
  }, clock)
  const steps = [...state.runbook.phases.flatMap((phase) => phase.steps), ...rollbackSteps(state)]
  const run = withFlag({
    baseline: first === null ? { startAt: plan.startAt, endAt: plan.finishAt } : firstly(first.run), planned: { startAt: plan.startAt, endAt: plan.finishAt },
    forecast: { startAt: startOf(state, likely.phases), endAt: likely.endAt }, p90EndAt: bad.endAt, actual: runSpan(state),
  }, clock)
  return {
    steps: new Map(steps.map(({ id }) => [id, rows('steps', id, own(state.steps, id))])),
    phases: new Map(state.runbook.phases.map(({ id }) => [id, rows('phases', id, own(state.phases, id))])),
    run,
    window: windowFit(timing.window?.endAt ?? null, run),
    critical: criticalLeft(state, plan, lengthBy('p50'), clock),
  }
}

function withFlag(clocks: Omit<Clocks, 'flag' | 'lateMs'>, now: number): Clocks {
  const { planned, forecast, actual, p90EndAt } = clocks
  const likelyEnd = actual.endAt ?? forecast.endAt
  const lateMs = planned.endAt === null || likelyEnd === null ? 0 : likelyEnd - planned.endAt
  return { ...clocks, lateMs, flag: flagOf(planned.endAt, actual.endAt, likelyEnd, p90EndAt, now) }
}

function flagOf(plannedEnd: number | null, actualEnd: number | null, likelyEnd: number | null, p90End: number | null, now: number): Flag {
  if (plannedEnd === null) return 'unplanned'
  const latest = plannedEnd + TOLERANCE_MS
  if ((actualEnd ?? now) > latest) return 'late'
  if (actualEnd !== null) return 'on-time'
  if (likelyEnd === null || p90End === null) return 'unplanned'
  return likelyEnd > latest || p90End > latest ? 'at-risk' : 'on-time'
}

function windowFit(windowEnd: number | null, { actual, forecast, p90EndAt }: Clocks): FourClocks['window'] {
  const likelyEnd = actual.endAt ?? forecast.endAt
  if (windowEnd === null || likelyEnd === null) return null
  if (likelyEnd > windowEnd) return 'over'
  if (actual.endAt !== null) return 'fits'
  return p90EndAt === null ? null : p90EndAt > windowEnd ? 'at-risk' : 'fits'
}

function startOf(state: RunState, phases: ReadonlyMap<string, Span>): number | null {
  return phases.get(state.runbook.phases[0]?.id ?? '')?.startAt ?? null
}

function runSpan(state: RunState): Span {
  const phases = state.runbook.phases.map((phase) => spanOf(own(state.phases, phase.id)))
  const startAt = phases[0]?.startAt ?? null
  const ends = phases.map((phase) => phase.endAt).filter((end) => end !== null)
  if (state.rollback === null && phases.length > 0 && ends.length === phases.length) return { startAt, endAt: Math.max(...ends) }
  const steps = state.rollback === null ? [] : rollbackSteps(state).map((step) => own(state.steps, step.id))
  const back = steps.map((step) => step?.finishedAt ?? null).filter((end) => end !== null)
  if (state.stage === 'rollback-validation' || state.stage === 'ended') return { startAt, endAt: back.length > 0 ? Math.max(...back) : state.finishedAt }
  return { startAt, endAt: null }
}
