import { leftToDo } from '../run/left-to-do.ts'
import type { RunState } from '../run/state.ts'
import { findStep, rollbackSteps } from '../run/view.ts'
import { checklistReport } from './items.ts'
import type { RollbackReport } from './model.ts'
import { stepReport, type StepSources } from './steps.ts'

/** The rollback as it was planned and as it went. Only a run that ended as rolled back has a finished one. */
export function rollbackReport(sources: StepSources): RollbackReport {
  const { state, timing } = sources
  const { triggers, validation } = state.runbook.rollback
  const standing = standingOf(state)
  return {
    triggers: triggers.map(({ id, text, threshold }) => ({
      text, watched: threshold !== null, firedAt: state.breaches.filter((breach) => breach.triggerId === id).map((breach) => breach.openedAt),
    })),
    state: standing,
    decision: state.rollback === null ? null : { at: state.rollback.startedAt, by: state.rollback.by, reason: state.rollback.reason, to: state.rollback.to === null ? null : phaseTitle(state, state.rollback.to) },
    finishedAt: standing === 'finished' ? timing.projectedFinishAt : null,
    stoppedAt: standing === 'not-finished' ? state.finishedAt : null,
    left: standing === 'in-progress' ? [] : leftToDo(state).map(({ title, hosts, status }) => ({ title, hosts, status })),
    steps: rollbackSteps(state).map((step) => stepReport(sources, step)),
    validation: checklistReport(state, validation),
    partial: state.partialRollbacks.map(({ startedAt, by, reason, to, restoredAt, undone }) => ({
      at: startedAt, by, reason, restoredAt, to: phaseTitle(state, to), undone: undone.map((id) => findStep(state.runbook, id)?.step.title ?? id),
    })),
  }
}

function phaseTitle({ runbook }: RunState, id: string): string {
  const phase = runbook.phases.find((candidate) => candidate.id === id)
  return phase ? `phase ${phase.number}, ${phase.title}` : id
}

function standingOf({ rollback, outcome }: RunState): RollbackReport['state'] {
  if (rollback === null) return 'unused'
  if (outcome === null) return 'in-progress'
  return outcome === 'rolled-back' ? 'finished' : 'not-finished'
}
