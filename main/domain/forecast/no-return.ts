import type { Forecast } from './forecast.ts'
import { rollbackCostOf, type RollbackCost, type RollbackInput } from './rollback-cost.ts'

/** What is kept free before the window's end when the runbook does not say. */
export const USUAL_RESERVE_MS = 5 * 60_000

export interface NoReturn {
  /** The last moment at which a rollback would, in nine of ten cases, still end in the window, epoch ms. Null without a window. */
  at: number | null
  /** Time left until then; negative when it has passed. */
  leftMs: number | null
  undoP90Ms: number
  reserveMs: number
  /** Some undo step's length is not known: the point may be earlier than this, never later. */
  isAtMost: boolean
}

export interface Limits {
  windowEndAt: number | null
  reserveMs: number
  now: number
}

/** Window end - reserve - p90 of the undo of everything done so far. */
export function noReturnOf(cost: Pick<RollbackCost, 'p90' | 'unknownLengths'>, { windowEndAt, reserveMs, now }: Limits): NoReturn {
  const at = windowEndAt === null ? null : windowEndAt - reserveMs - cost.p90
  return { at, leftMs: at === null ? null : at - now, undoP90Ms: cost.p90, reserveMs, isAtMost: cost.unknownLengths.length > 0 }
}

/**
 * Whether a step may begin by itself. `sign-off`: somebody has to say go, for it would pass the point of no return, or that has
 * passed. `unclear`: there is no window, or no length to calculate with.
 */
export interface StepGate {
  decision: 'free' | 'sign-off' | 'unclear'
  /** Why a sign-off is needed. */
  why: 'would-pass' | 'passed-already' | null
  /** When the step ends in nine of ten cases, beginning now. */
  stepEndP90: number | null
  /** The point of no return once the step is done. */
  noReturnAfter: number | null
  /** As it stands, and as it stays when the step is skipped. */
  noReturnBefore: number | null
  /** What the step adds to the undo. */
  addedUndoMs: number
  /** Undo steps whose length nobody knows: with any, the points of no return may be earlier than said, never later. */
  unknownLengths: string[]
}

export interface GateInput extends Omit<RollbackInput, 'touched'>, Limits {
  touched: ReadonlySet<string>
  stepId: string
}

/** The gate in front of a step that has not begun. */
export function gateFor({ stepId, touched, windowEndAt, reserveMs, now, ...rollback }: GateInput): StepGate {
  const limits = { windowEndAt, reserveMs, now }
  const before = rollbackCostOf({ ...rollback, touched })
  const after = rollbackCostOf({ ...rollback, touched: new Set([...touched, stepId]) })
  return decideGate(rollback.forecasts.get(stepId), before, after, limits)
}

function decideGate(step: Forecast | undefined, before: RollbackCost, after: RollbackCost, limits: Limits): StepGate {
  const [standing, next] = [noReturnOf(before, limits), noReturnOf(after, limits)]
  const stepEndP90 = step === undefined || step.p90 === null ? null : limits.now + step.p90
  const gate = { stepEndP90, noReturnAfter: next.at, noReturnBefore: standing.at, addedUndoMs: after.p90 - before.p90, unknownLengths: after.unknownLengths }
  if (standing.at === null || next.at === null) return { ...gate, decision: 'unclear', why: null }
  if (limits.now > standing.at) return { ...gate, decision: 'sign-off', why: 'passed-already' }
  // Even the least it takes is too much.
  if ((stepEndP90 ?? limits.now) > next.at) return { ...gate, decision: 'sign-off', why: 'would-pass' }
  return stepEndP90 === null || next.isAtMost ? { ...gate, decision: 'unclear', why: null } : { ...gate, decision: 'free', why: null }
}
