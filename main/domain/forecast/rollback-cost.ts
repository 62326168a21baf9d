import { own } from '../own.ts'
import { undoTo } from '../run/boundaries.ts'
import type { RunState } from '../run/state.ts'
import { lacksUndo, planStepFor, undoStepOf } from '../run/undo-step.ts'
import { isDone, isManual, rollbackSteps } from '../run/view.ts'
import type { Runbook } from '../runbook.ts'
import type { Forecast, Forecasts } from './forecast.ts'

/** One thing a rollback would do. */
export interface UndoStep {
  /** A step of the rollback plan, or the `undoId` of the step taken back. */
  id: string
  title: string
  /** The step taken back; null for the plan's own steps. */
  undoes: string | null
  forecast: Forecast
}

export interface RollbackCost {
  /** Nothing has been changed that would have to be taken back. */
  nothingDone: boolean
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

export interface RollbackInput {
  runbook: Pick<Runbook, 'phases' | 'rollback'>
  /** Steps that have changed something, or may have: `touchedSteps(state)`. */
  touched: ReadonlySet<string>
  /** What of the rollback is done, once it has begun. */
  alreadyBack?: ReadonlySet<string>
  /** Those of undo steps too. */
  forecasts: Forecasts
}

/**
 * What going back would do and how long it takes, one step after the other: the `undo=` of everything touched, in reverse, but for what
 * a step of the rollback plan takes back itself; then the plan's own steps. As long as nothing has been touched, nothing.
 */
export function rollbackCostOf({ runbook, touched, alreadyBack, forecasts }: RollbackInput): RollbackCost {
  const done = runbook.phases.flatMap((phase) => phase.steps).filter((step) => touched.has(step.id))
  if (done.length === 0) return summed(true, [], [])
  const forecastOf = (id: string): Forecast => forecasts.get(id) ?? { p50: null, p90: null, n: 0, basis: 'nothing' }
  const undoSteps = done.toReversed().flatMap((step): UndoStep[] => {
    const undo = planStepFor(runbook, step) === null ? undoStepOf(runbook, step) : null
    return undo === null ? [] : [{ id: undo.id, title: undo.title, undoes: step.id, forecast: forecastOf(undo.id) }]
  })
  const planSteps = runbook.rollback.steps.map((step): UndoStep => ({ id: step.id, title: step.title, undoes: null, forecast: forecastOf(step.id) }))
  // A plan that Holdpoint executes says how all of it is taken back; who does it by hand has only the steps' own undo.
  const lacking = runbook.rollback.steps.some((step) => !isManual(step)) ? [] : done.filter(lacksUndo)
  return summed(false, [...undoSteps, ...planSteps].filter(({ id }) => alreadyBack?.has(id) !== true), lacking.map(({ id, title }) => ({ id, title })))
}

/** What going back to before a phase would do now: no step of the plan, and no undo of what was done before it. */
export function costOfGoingBackTo(state: RunState, phaseId: string, forecasts: Forecasts): RollbackCost {
  const steps = undoTo(state, phaseId).map(({ stepId, step: { id, title } }): UndoStep => ({ id, title, undoes: stepId, forecast: forecasts.get(id) ?? { p50: null, p90: null, n: 0, basis: 'nothing' } }))
  return summed(steps.length === 0, steps, [])
}

function summed(nothingDone: boolean, steps: UndoStep[], withoutUndo: RollbackCost['withoutUndo']): RollbackCost {
  const sum = (p: 'p50' | 'p90'): number => steps.reduce((total, step) => total + (step.forecast[p] ?? 0), 0)
  return { nothingDone, steps, p50: sum('p50'), p90: sum('p90'), unknownLengths: steps.filter((step) => step.forecast.p90 === null).map((step) => step.title), withoutUndo }
}

/** What of the rollback is done or skipped. */
export function stepsAlreadyBack(state: RunState): ReadonlySet<string> {
  return new Set(rollbackSteps(state).filter((step) => isDone(own(state.steps, step.id))).map((step) => step.id))
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
