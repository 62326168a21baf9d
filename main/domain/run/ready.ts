import { dependenciesOf } from '../forecast/dependencies.ts'
import { writtenOrderIn } from '../forecast/lane.ts'
import type { Step } from '../step.ts'
import type { RunState } from './state.ts'
import { rollbackSteps } from './view.ts'

/**
 * The steps of a lane that may begin as far as others are concerned: not begun, and everything they come after, however far back, is
 * done or skipped. In the document's order; without any `after=` at most one, and none while another is open.
 */
export function readyIn(state: Pick<RunState, 'runbook' | 'steps' | 'orders'>, lane: readonly Step[]): Step[] {
  const isPlanned = ({ id }: Step): boolean => state.steps[id]?.status === 'planned'
  const isRunning = ({ id }: Step): boolean => state.steps[id]?.status === 'running'
  const order = writtenOrderIn(state, lane)
  if (order === undefined) return lane.some(isRunning) ? [] : lane.filter((step) => !isSettled(state, step.id)).slice(0, 1).filter(isPlanned)
  const settled = new Set<string>()
  const free = new Set<string>()
  for (const { id, after } of order) {
    if (!after.every((other) => settled.has(other))) continue
    free.add(id)
    if (isSettled(state, id)) settled.add(id)
  }
  // What runs out of its order answers a failure, and is waited for.
  if (lane.some((step) => isRunning(step) && !free.has(step.id))) return []
  return lane.filter((step) => free.has(step.id) && isPlanned(step))
}

function isSettled(state: Pick<RunState, 'steps'>, id: string): boolean {
  const status = state.steps[id]?.status
  return status === 'succeeded' || status === 'skipped'
}

/** What a step still waits for, in the document's order. */
export function waitsFor(state: Pick<RunState, 'runbook' | 'steps' | 'rollback'>, step: Step): Step[] {
  const before = dependenciesOf(state.runbook).before.get(step.id) ?? []
  const all = [...state.runbook.phases.flatMap((phase) => phase.steps), ...rollbackSteps(state)]
  return all.filter(({ id }) => before.includes(id) && !isSettled(state, id))
}
