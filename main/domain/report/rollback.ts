import type { Step } from '../step.ts'
import type { RunState } from '../run/state.ts'
import { checklistReport } from './items.ts'
import type { RollbackReport } from './model.ts'
import { stepReport, type StepSources } from './steps.ts'

/** The rollback as it was planned and as it went. Only a run that ended as rolled back has a finished one. */
export function rollbackReport(sources: StepSources): RollbackReport {
  const { state, timing } = sources
  const { triggers, steps, validation } = state.runbook.rollback
  const standing = standingOf(state)
  return {
    triggers: triggers.map(({ id, text, threshold }) => ({
      text, watched: threshold !== null, firedAt: state.breaches.filter((breach) => breach.triggerId === id).map((breach) => breach.openedAt),
    })),
    state: standing,
    decision: state.rollback === null ? null : { at: state.rollback.startedAt, by: state.rollback.by, reason: state.rollback.reason },
    finishedAt: standing === 'finished' ? timing.projectedFinishAt : null,
    stoppedAt: standing === 'not-finished' ? state.finishedAt : null,
    left: standing === 'not-finished' ? steps.filter((step) => isLeft(state, step)).map(({ id, title }) => ({ title, status: state.steps[id]?.status ?? 'planned' })) : [],
    steps: steps.map((step) => stepReport(sources, step)),
    validation: checklistReport(state, validation),
  }
}

function standingOf({ rollback, outcome }: RunState): RollbackReport['state'] {
  if (rollback === null) return 'unused'
  if (outcome === null) return 'in-progress'
  return outcome === 'rolled-back' ? 'finished' : 'not-finished'
}

/** What a person had in hand when the run was aborted is closed as skipped, but nobody has done it. */
function isLeft({ steps, aborting }: RunState, { id }: Step): boolean {
  const step = steps[id]
  if (step?.status === 'skipped') return aborting !== null && step.finishedAt !== null && step.finishedAt >= aborting.at
  return step?.status !== 'succeeded'
}
