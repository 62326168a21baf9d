import { own } from '../own.ts'
import type { RunState } from '../run/state.ts'
import type { Runbook } from '../runbook.ts'
import type { Span } from '../timing.ts'
import { planOf, type Plan } from './plan.ts'

/**
 * When what was planned first, before the runbook was edited and a later run went on with it: by the ids it has now, on the
 * calendar of its window. Whoever shows it moves it by the run's `movedMs`, as a rehearsal is held at another time.
 */
export interface FirstPlan {
  steps: Record<string, Span>
  phases: Record<string, Span>
  run: Span
}

/** The first plan of a run, as a run of `next` that goes on with it has to know it; `formerId` is a step's id in this run. */
export function firstPlanOf(state: Pick<RunState, 'runbook' | 'firstPlan'>, next: Runbook, formerId: (id: string) => string | undefined): FirstPlan {
  const first = state.firstPlan ?? spansOf(planOf(state.runbook.phases, state.runbook.overview.window, 0))
  const named = (spans: Record<string, Span>, ids: string[], former: (id: string) => string | undefined): Record<string, Span> => Object.fromEntries(ids.flatMap((id) => {
    const span = own(spans, former(id) ?? '')
    return span ? [[id, span]] : []
  }))
  return { steps: named(first.steps, next.phases.flatMap(({ steps }) => steps.map(({ id }) => id)), formerId), phases: named(first.phases, next.phases.map(({ id }) => id), (id) => id), run: first.run }
}

function spansOf(plan: Plan): FirstPlan {
  const spans = (times: Plan['steps']): Record<string, Span> => Object.fromEntries([...times].map(([id, { span }]) => [id, span]))
  return { steps: spans(plan.steps), phases: spans(plan.phases), run: { startAt: plan.startAt, endAt: plan.finishAt } }
}
