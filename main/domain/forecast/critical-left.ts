import { own } from '../own.ts'
import type { RunState } from '../run/state.ts'
import { planSteps, undoSteps } from '../run/view.ts'
import type { Step } from '../step.ts'
import type { Plan } from '../timing/plan.ts'
import { criticalPathOf, type CriticalPath } from './critical-path.ts'
import { orderIn } from './lane.ts'
import type { LengthOf } from './schedule.ts'

/** The critical path of what is left, from now: of the phases, or of the rollback once that has begun. Only what is not over is in it. */
export function criticalLeft(state: RunState, plan: Plan, lengthOf: LengthOf, now: number): CriticalPath {
  const lanes = state.rollback === null ? state.runbook.phases.map(({ id, steps }) => ({ id, steps })) : [undoSteps(state), planSteps(state)].map((steps) => ({ id: null, steps }))
  return criticalPathOf({
    phases: lanes.map(({ id, steps }) => ({ stepIds: steps.filter((step) => !isOver(state, step.id)).map((step) => step.id), emptyMs: id === null || steps.length > 0 ? 0 : emptyLeft(state, plan, id) })),
    before: new Map(lanes.flatMap(({ steps }) => beforeLeft(state, steps))),
    lengthOf: (id) => lengthLeft(state, id, lengthOf(id) ?? 0, now),
  })
}

/**
 * What each open step still waits for. What is over is passed through: a step skipped early frees nobody from what it comes after. What has
 * begun waits for nothing, even where it began out of its order, and what comes after it waits for what it would have waited for too.
 */
function beforeLeft(state: RunState, steps: readonly Step[]): [string, readonly string[]][] {
  const links: [string, readonly string[]][] = []
  const opens = new Map<string, readonly string[]>()
  for (const { id, after } of orderIn(state, steps)) {
    const waits = [...new Set(after.flatMap((other) => opens.get(other) ?? []))]
    opens.set(id, isOver(state, id) ? waits : hasBegun(state, id) ? [id, ...waits] : [id])
    if (!isOver(state, id)) links.push([id, hasBegun(state, id) ? [] : waits])
  }
  return links
}

const isOver = (state: RunState, id: string): boolean => ['succeeded', 'skipped'].includes(own(state.steps, id)?.status ?? 'planned')
const hasBegun = (state: RunState, id: string): boolean => (own(state.steps, id)?.status ?? 'planned') !== 'planned'

function lengthLeft(state: RunState, id: string, lengthMs: number, now: number): number {
  const step = own(state.steps, id)
  return step?.status === 'running' ? Math.max(0, (step.startedAt ?? now) + lengthMs - now) : lengthMs
}

/** Of a phase without steps, which takes as long as it is planned. */
const emptyLeft = (state: RunState, plan: Plan, phaseId: string): number =>
  ((own(state.phases, phaseId)?.finishedAt ?? null) === null ? (plan.phases.get(phaseId)?.lengthMs ?? 0) : 0)
