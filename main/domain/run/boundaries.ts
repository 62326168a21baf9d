import { own } from '../own.ts'
import type { Phase } from '../runbook.ts'
import type { Step } from '../step.ts'
import type { RunState } from './state.ts'
import { lacksUndo, withSteps } from './undo-step.ts'
import { phaseIndex, touchedSteps, undosOf, type Undo } from './undo.ts'

/** A phase that has begun: the run can go back to before it, unless something done since has no way back. */
export interface Boundary {
  phase: Phase
  /** What was done since and nobody has said how to take back. With any, it cannot be gone back to. */
  lacking: Step[]
}

export type BoundaryParts = Pick<RunState, 'runbook' | 'phases' | 'steps'>

/** The latest first. What people did by hand, and checks, changed nothing that Holdpoint could take back: it is asked for again. */
export function boundariesOf(state: BoundaryParts): Boundary[] {
  const touched = touchedSteps(state)
  return state.runbook.phases.flatMap((phase, index): Boundary[] => {
    if ((own(state.phases, phase.id)?.startedAt ?? null) === null) return []
    const since = state.runbook.phases.slice(index).flatMap(({ steps }) => steps)
    return [{ phase, lacking: since.filter((step) => touched.has(step.id) && lacksUndo(step)) }]
  }).toReversed()
}

/** What going back to before that phase would take back now, in order. */
export const undoTo = (state: RunState, phaseId: string): (Undo & { step: Step })[] => withSteps(state.runbook, undosOf(state, phaseIndex(state, phaseId)))
