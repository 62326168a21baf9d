import { formatDuration } from '../duration.ts'
import { undoStepOf } from '../run/undo-step.ts'
import type { Runbook } from '../runbook.ts'
import type { Step } from '../step.ts'
import { planOf } from '../timing/plan.ts'
import { countedLengths, type History } from './history.ts'
import { ascending, quantile } from './quantile.ts'

/** How long something will take: in half of all cases at most p50, in nine of ten at most p90. Null when nobody can say. */
export interface Forecast {
  p50: number | null
  p90: number | null
  /** How many earlier lengths it rests on. */
  n: number
  /** `few`: one or two lengths; `planned`: none, so it is the plan's; `nothing`: not even a plan. */
  basis: 'history' | 'few' | 'planned' | 'nothing'
}

/** By step id. */
export type Forecasts = ReadonlyMap<string, Forecast>

const FEW = 2

/**
 * From history, by type-7 quantiles. One or two lengths say nothing about a bad night: their median is the p50, and the p90
 * is the longest of them and the plan. Without history the plan is both.
 */
export function forecastOf(lengths: readonly number[], plannedMs: number | null): Forecast {
  const n = lengths.length
  if (n === 0) return { p50: plannedMs, p90: plannedMs, n, basis: plannedMs === null ? 'nothing' : 'planned' }
  const sorted = ascending(lengths)
  const p50 = quantile(sorted, 0.5)
  if (n <= FEW) return { p50, p90: Math.max(sorted.at(-1) ?? p50, plannedMs ?? 0), n, basis: 'few' }
  return { p50, p90: quantile(sorted, 0.9), n, basis: 'history' }
}

/** Every step of a runbook, those of the rollback plan and of what takes steps back too. */
export function forecastsOf(runbook: Pick<Runbook, 'phases' | 'rollback' | 'overview'>, history: History): Forecasts {
  const plan = planOf(runbook.phases, runbook.overview.window, 0)
  const forecasts = new Map<string, Forecast>()
  const add = (id: string, plannedMs: number | null): void => {
    forecasts.set(id, forecastOf(countedLengths(history.get(id) ?? []), plannedMs))
  }
  for (const [id, { lengthMs }] of plan.steps) add(id, lengthMs)
  for (const step of runbook.rollback.steps) add(step.id, step.plannedMs)
  for (const step of runbook.phases.flatMap((phase) => phase.steps)) {
    const undo = undoStepOf(runbook, step)
    if (undo) forecasts.set(undo.id, undoForecast(undo, forecasts.get(step.id), history))
  }
  return forecasts
}

/** As earlier undos of the step took, else as the runbook plans it (`undo-planned=`), else as long as the step itself is expected to take. */
function undoForecast(undo: Step, forward: Forecast | undefined, history: History): Forecast {
  const lengths = countedLengths(history.get(undo.id) ?? [])
  if (lengths.length > 0 || undo.plannedMs !== null || forward === undefined) return forecastOf(lengths, undo.plannedMs ?? forward?.p90 ?? null)
  return { p50: forward.p50, p90: forward.p90, n: 0, basis: forward.p90 === null ? 'nothing' : 'planned' }
}

/** `12 min, p90 18 min, n=7`; `10 min, planned, n=0`; `nobody knows, n=0`. */
export function describeForecast({ p50, p90, n, basis }: Forecast): string {
  if (p50 === null || p90 === null) return `nobody knows, n=${n}`
  return basis === 'planned' ? `${formatDuration(p50)}, planned, n=${n}` : `${formatDuration(p50)}, p90 ${formatDuration(p90)}, n=${n}`
}
