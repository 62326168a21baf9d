import { parseDuration } from '../duration.ts'
import { own } from '../own.ts'
import type { RunState, StepState } from '../run/state.ts'
import { hasRunOn, isDone, isManual } from '../run/view.ts'
import type { Runbook } from '../runbook.ts'
import type { Step } from '../step.ts'
import { forecastOf, type Forecast, type Forecasts } from './forecast.ts'
import { countedLengths, type History } from './history.ts'

/** One thing a rollback would do. */
export interface UndoStep {
  /** A step of the rollback plan, or `undoId` of the step taken back. */
  id: string
  title: string
  /** The step taken back; null for the plan's own steps. */
  undoes: string | null
  forecast: Forecast
}

export interface RollbackCost {
  /** What it rests on: the plan's own steps, the `undo=` of what was done, or nothing has been done yet. */
  basis: 'plan' | 'undo' | 'nothing-done'
  /** In the order in which they would be done. */
  steps: UndoStep[]
  /** The sums of what is known. */
  p50: number
  p90: number
  /** Titles of undo steps whose length nobody knows: with any, p50 and p90 are the least it would take. */
  unknownLengths: string[]
  /** Done, or perhaps done, and without a way back in the runbook. */
  withoutUndo: { id: string; title: string }[]
}

/** The name under which the taking back of a step is kept in history; no step can have such an id. */
export const undoId = (stepId: string): string => `undo:${stepId}`

/**
 * How long a step's `undo=` takes: as earlier undos of it did, else `undo-planned=`, else as long as the step itself is expected
 * to take. Null when the step has no undo.
 */
export function undoForecastOf(step: Step, forecasts: Forecasts, history: History): Forecast | null {
  if (step.undo === null) return null
  const lengths = countedLengths(history.get(undoId(step.id)) ?? [])
  const plannedMs = parseDuration(step.attributes['undo-planned'] ?? '')
  const forward = forecasts.get(step.id)
  if (lengths.length > 0 || plannedMs !== null || forward === undefined) return forecastOf(lengths, plannedMs ?? forward?.p90 ?? null)
  return { p50: forward.p50, p90: forward.p90, n: 0, basis: forward.p90 === null ? 'nothing' : 'planned' }
}

export interface RollbackInput {
  runbook: Pick<Runbook, 'phases' | 'rollback'>
  /** Steps that have changed something, or may have: `touchedSteps(state)`. */
  touched: ReadonlySet<string>
  /** Steps of the rollback plan that are done; for a rollback that has begun. */
  alreadyBack?: ReadonlySet<string>
  forecasts: Forecasts
  history: History
}

/**
 * What going back would do and how long it takes, one step after the other. The rule: as long as nothing has been touched,
 * nothing. When the rollback plan has a step that Holdpoint executes, the plan is the way back: all its steps, and the steps'
 * `undo=` are not added, for the plan already takes them back. Otherwise the `undo=` of everything touched, in reverse, and then the
 * plan's steps, which people do.
 */
export function rollbackCostOf({ runbook, touched, alreadyBack, forecasts, history }: RollbackInput): RollbackCost {
  const done = runbook.phases.flatMap((phase) => phase.steps).filter((step) => touched.has(step.id))
  const nothing: Forecast = { p50: null, p90: null, n: 0, basis: 'nothing' }
  const planSteps = runbook.rollback.steps.filter((step) => alreadyBack?.has(step.id) !== true)
    .map((step): UndoStep => ({ id: step.id, title: step.title, undoes: null, forecast: forecasts.get(step.id) ?? nothing }))
  if (done.length === 0) return summed('nothing-done', [], [])
  if (runbook.rollback.steps.some((step) => !isManual(step))) return summed('plan', planSteps, [])
  const undoSteps = done.toReversed().flatMap((step): UndoStep[] => {
    const forecast = undoForecastOf(step, forecasts, history)
    return forecast === null ? [] : [{ id: undoId(step.id), title: `Undo: ${step.title}`, undoes: step.id, forecast }]
  })
  return summed('undo', [...undoSteps, ...planSteps], done.filter(lacksUndo).map(({ id, title }) => ({ id, title })))
}

function summed(basis: RollbackCost['basis'], steps: UndoStep[], withoutUndo: RollbackCost['withoutUndo']): RollbackCost {
  const sum = (p: 'p50' | 'p90'): number => steps.reduce((total, step) => total + (step.forecast[p] ?? 0), 0)
  return { basis, steps, p50: sum('p50'), p90: sum('p90'), unknownLengths: steps.filter((step) => step.forecast.p90 === null).map((step) => step.title), withoutUndo }
}

/** A command on hosts that says neither how it is taken back nor `undo=none`. People's steps and checks change nothing by themselves. */
const lacksUndo = (step: Step): boolean => step.kind === 'sh' && step.undo === null && step.attributes['undo'] !== 'none'

/** The steps of the phases that have changed something, or may have: also those that failed, are running, or were skipped after that. */
export function touchedSteps(state: RunState): ReadonlySet<string> {
  const steps = state.runbook.phases.flatMap((phase) => phase.steps)
  return new Set(steps.filter((step) => isTouched(own(state.steps, step.id))).map((step) => step.id))
}

/** The steps of the rollback plan that are done or skipped. */
export function stepsAlreadyBack(state: RunState): ReadonlySet<string> {
  return new Set(state.runbook.rollback.steps.filter((step) => isDone(own(state.steps, step.id))).map((step) => step.id))
}

function isTouched(step: StepState | undefined): boolean {
  if (step === undefined || step.attempt === 0) return step?.status === 'succeeded'
  const hosts = Object.values(step.hosts)
  if (step.status === 'succeeded' || step.status === 'running' || step.status === 'unknown') return true
  if ((step.status === 'failed' || step.ignored) && hosts.length === 0) return true
  return hosts.some(hasRunOn)
}

export interface RollbackFit {
  /** Beginning now. */
  endP50: number
  endP90: number
  /** `tight`: by p50, not by p90. `unclear`: no window, or lengths that nobody knows. */
  fits: 'fits' | 'tight' | 'over' | 'unclear'
}

/** Whether going back now would end in the window. What is over even at its least is over, whatever else is unknown. */
export function rollbackFit(cost: RollbackCost, windowEndAt: number | null, now: number): RollbackFit {
  const [endP50, endP90] = [now + cost.p50, now + cost.p90]
  if (windowEndAt === null) return { endP50, endP90, fits: 'unclear' }
  if (endP50 > windowEndAt) return { endP50, endP90, fits: 'over' }
  if (cost.unknownLengths.length > 0) return { endP50, endP90, fits: 'unclear' }
  return { endP50, endP90, fits: endP90 > windowEndAt ? 'tight' : 'fits' }
}
