import { own } from '../../own.ts'
import { currentStep, openBreaches } from '../view.ts'
import { refuse, requireActive, type Decide } from './context.ts'

export const fireTrigger: Decide<'fire-trigger'> = (state, command) => {
  requireActive(state)
  const trigger = state.runbook.rollback.triggers.find((candidate) => candidate.id === command.triggerId)
  if (!trigger) refuse('trigger-unknown', `The rollback plan has no trigger "${command.triggerId}".`, 'Choose a trigger of this run.')
  if (openBreaches(state).some((breach) => breach.triggerId === trigger.id)) refuse('trigger-fired', `"${trigger.text}" has fired already.`, 'Roll back, or override it with a reason.')
  return [{
    type: 'breach-opened', breachId: `breach-${state.version + 1}`, thresholdId: null, triggerId: trigger.id, metric: null,
    evidence: { rule: `${trigger.text} — ${command.reason}`, samples: [], stepId: currentStep(state)?.id ?? null },
  }]
}

export const overrideBreach: Decide<'override-breach'> = (state, command) => {
  requireActive(state)
  const breach = state.breaches.find((candidate) => candidate.id === command.breachId)
  if (!breach) refuse('breach-unknown', `This run has no breach "${command.breachId}".`, '')
  if (breach.override) refuse('breach-overridden', `That breach was overridden by ${breach.override.by}.`, '')
  if (breach.closedAt !== null) refuse('breach-over', 'That breach is over already.', 'Nothing needs to be overridden.')
  return [{ type: 'breach-overridden', breachId: breach.id, reason: command.reason }]
}

/** Opens a breach once; while one of the same rule is open, or an override of it still stands, further reports add nothing. */
export const reportBreach: Decide<'report-breach'> = (state, command) => {
  const known = state.breaches.some((breach) => breach.closedAt === null && breach.thresholdId === command.thresholdId && breach.triggerId === command.triggerId)
  if (known || state.stage === 'ended' || state.stage === 'planned') return []
  return [{
    type: 'breach-opened', breachId: `breach-${state.version + 1}`, thresholdId: command.thresholdId, triggerId: command.triggerId,
    metric: command.metric, evidence: command.evidence,
  }]
}

/** A fired rollback trigger stays until a person answers it; only its override makes room for the recovery to close it. */
export const reportBreachOver: Decide<'report-breach-over'> = (state, command) => {
  const breach = state.breaches.find((candidate) => candidate.id === command.breachId)
  if (!breach || breach.closedAt !== null || state.stage === 'ended') return []
  if (breach.triggerId !== null && breach.override === null && state.rollback === null) return []
  return [{ type: 'breach-closed', breachId: breach.id }]
}

export const reportNoData: Decide<'report-no-data'> = (state, command) =>
  own(state.silent, command.metric) === undefined && state.stage !== 'ended' ? [{ type: 'no-data-noticed', metric: command.metric }] : []

export const reportData: Decide<'report-data'> = (state, command) =>
  own(state.silent, command.metric) !== undefined && state.stage !== 'ended' ? [{ type: 'data-returned', metric: command.metric }] : []
