import { own } from '../../own.ts'
import { baselineRange, wantsBaseline } from '../baseline.ts'
import { readBaselineRange } from '../baseline-range.ts'
import { countdownFor } from '../countdown.ts'
import { unjudgedMetrics } from '../health.ts'
import type { RunFact } from '../events.ts'
import type { Breach, RunState } from '../state.ts'
import { currentStep, openBreaches } from '../view.ts'
import { refuse, requireActive, type CommandOf, type Decide } from './context.ts'

export const fireTrigger: Decide<'fire-trigger'> = (state, command, { now }) => {
  requireActive(state)
  const trigger = state.runbook.rollback.triggers.find((candidate) => candidate.id === command.triggerId)
  if (!trigger) refuse('trigger-unknown', `The rollback plan has no trigger "${command.triggerId}".`, 'Choose a trigger of this run.')
  if (openBreaches(state).some((breach) => breach.triggerId === trigger.id)) refuse('trigger-fired', `"${trigger.text}" has fired already.`, 'Roll back, or override it with a reason.')
  return opened(state, {
    thresholdId: null, triggerId: trigger.id, metric: null,
    evidence: { rule: `${trigger.text} — ${command.reason}`, samples: [], stepId: currentStep(state)?.id ?? null },
  }, now)
}

export const overrideBreach: Decide<'override-breach'> = (state, command) => {
  requireActive(state)
  const breach = requireOpenBreach(state, command.breachId, 'Nothing needs to be overridden.')
  return [{ type: 'breach-overridden', breachId: breach.id, rule: breach.evidence.rule, reason: command.reason }]
}

export const watchBreach: Decide<'watch-breach'> = (state, command) => {
  requireActive(state)
  const breach = requireOpenBreach(state, command.breachId, 'Nothing needs to be watched.')
  if (state.rollback) refuse('rollback-begun', `The rollback was begun by ${state.rollback.by}.`, 'Go on with its steps.')
  if (breach.triggerId === null) refuse('breach-holds-nothing', `"${breach.evidence.rule}" is an alert: it holds nothing.`, 'Override it with a reason, or roll back.')
  if (breach.watched && breach.countdownEndsAt === null) refuse('breach-watched', `The run is held already, by ${breach.watched.by}.`, 'Roll back, or override the trigger with a reason.')
  return [{ type: 'breach-watched', breachId: breach.id, rule: breach.evidence.rule, note: command.note }]
}

function requireOpenBreach(state: RunState, breachId: string, nothing: string): Breach {
  const breach = state.breaches.find((candidate) => candidate.id === breachId)
  if (!breach) refuse('breach-unknown', `This run has no breach "${breachId}".`, '')
  if (breach.override) refuse('breach-overridden', `That breach was overridden by ${breach.override.by}.`, '')
  if (breach.closedAt !== null) refuse('breach-over', 'That breach is over already.', nothing)
  return breach
}

/** Opens a breach once; while one of the same rule is open, or an override of it still stands, further reports add nothing. */
export const reportBreach: Decide<'report-breach'> = (state, command, { now }) => {
  const known = state.breaches.some((breach) => breach.closedAt === null && breach.thresholdId === command.thresholdId && breach.triggerId === command.triggerId)
  return known || state.stage === 'ended' || state.stage === 'planned' ? [] : opened(state, command, now)
}

/** The evidence is frozen in the fact: what is edited, measured or decided later is not in it. */
function opened(state: RunState, { thresholdId, triggerId, metric, evidence }: Pick<CommandOf<'report-breach'>, 'thresholdId' | 'triggerId' | 'evidence'> & { metric: string | null }, now: number): RunFact[] {
  const breachId = `breach-${state.version + 1}`
  return [
    { type: 'breach-opened', breachId, thresholdId, triggerId, metric, evidence: { ...evidence, control: state.control } },
    ...countdownFor(state, { breachId, triggerId }, now),
  ]
}

/** A fired rollback trigger stays until a person answers it; only its override makes room for the recovery to close it. */
export const reportBreachOver: Decide<'report-breach-over'> = (state, command) => {
  const breach = state.breaches.find((candidate) => candidate.id === command.breachId)
  if (!breach || breach.closedAt !== null || state.stage === 'ended') return []
  if (breach.triggerId !== null && breach.override === null && state.rollback === null) return []
  return [{ type: 'breach-closed', breachId: breach.id, rule: breach.evidence.rule }]
}

export const reportVerdict: Decide<'report-verdict'> = (state, command) => {
  const known = own(state.verdicts, command.thresholdId)
  const isNew = known?.verdict !== command.verdict || known.doubt !== command.doubt
  return isNew && state.stage !== 'ended' ? [{ ...command, type: 'verdict-changed' }] : []
}

export const reportNoData: Decide<'report-no-data'> = (state, { metric, why = '' }) =>
  (own(state.silent, metric) === undefined && state.stage !== 'ended' ? [{ type: 'no-data-noticed', metric, ...(why !== '' && { why }) }] : [])

export const reportData: Decide<'report-data'> = (state, command) =>
  own(state.silent, command.metric) !== undefined && state.stage !== 'ended' ? [{ type: 'data-returned', metric: command.metric }] : []

export const acceptNoData: Decide<'accept-no-data'> = (state, command) => {
  requireActive(state)
  if (own(state.unwatched, command.metric)) refuse('no-data-accepted', `The run goes on without data for ${command.metric} already.`, '')
  if (!unjudgedMetrics(state).includes(command.metric)) refuse('metric-has-data', `Nothing waits for data of "${command.metric}".`, '')
  return [{ type: 'no-data-accepted', metric: command.metric, reason: command.reason }]
}

export const chooseBaseline: Decide<'choose-baseline'> = (state, command, { now }) => {
  requireActive(state)
  const range = readBaselineRange(command.range, state, now)
  const ways = 'Say "10m" for the last ten minutes, "21:40 to 21:55", or "before the release".'
  if (range === null) refuse('baseline-range', 'That is no range of time to read the baseline from.', ways)
  if (!(range.to > range.from) || range.from < state.createdAt) refuse('baseline-range', 'The baseline is read from some time since this run was created.', ways)
  return [{ type: 'baseline-chosen', ...range }]
}

export const reportBaseline: Decide<'report-baseline'> = (state, { from, to, metrics }) => {
  const range = baselineRange(state)
  return wantsBaseline(state) && range?.from === from && range.to === to ? [{ type: 'baseline-taken', from, to, metrics }] : []
}
