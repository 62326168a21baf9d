import type { RunState } from '../run/state.ts'
import { isDone, rollbackSteps } from '../run/view.ts'
import { own } from '../own.ts'
import type { Forecasts } from './forecast.ts'
import type { Outlook } from './outlook.ts'

/** Less than this left until the point of no return is to be seen at once. */
const NEAR_MS = 10 * 60_000

/**
 * How the point of no return stands. `free`: nothing has been touched, going back costs nothing. `none`: there is no window, or
 * nothing to return from.
 */
export type ReturnStanding = 'none' | 'free' | 'open' | 'near' | 'passed'

export function returnStanding({ noReturn, rollback }: Pick<Outlook, 'noReturn' | 'rollback'>): ReturnStanding {
  if (noReturn === null || noReturn.leftMs === null) return 'none'
  if (noReturn.leftMs < 0) return 'passed'
  if (noReturn.leftMs < NEAR_MS) return 'near'
  return rollback.nothingDone ? 'free' : 'open'
}

/** Whether the point of no return may be earlier than it says: an undo of unknown length, or work without any way back. */
export const mayBeEarlier = ({ rollback }: Pick<Outlook, 'rollback'>): boolean => rollback.unknownLengths.length > 0 || rollback.withoutUndo.length > 0

/** How many earlier lengths something that consists of several steps rests on. */
export interface Counts {
  least: number
  most: number
}

export function countsOf(ns: readonly number[]): Counts {
  return ns.length === 0 ? { least: 0, most: 0 } : { least: Math.min(...ns), most: Math.max(...ns) }
}

/** `n=4`; `n=0–4` when the steps differ. */
export const describeCounts = ({ least, most }: Counts): string => (least === most ? `n=${least}` : `n=${least}–${most}`)

/** What the rest of the run, or of the rollback, rests on. */
export function countsAhead(state: RunState, forecasts: Forecasts): Counts {
  const steps = state.rollback === null ? state.runbook.phases.flatMap((phase) => phase.steps) : rollbackSteps(state)
  return countsOf(steps.filter(({ id }) => !isDone(own(state.steps, id))).map(({ id }) => forecasts.get(id)?.n ?? 0))
}
