import { own } from '../../own.ts'
import { countdownOver } from '../countdown.ts'
import type { RunFact } from '../events.ts'
import { endMonitoringFor, openMonitoring, startFollowUp } from '../follow-up.ts'
import { blindTriggers, missedMetrics } from '../health.ts'
import type { RunState } from '../state.ts'
import { watchedRules } from '../rules.ts'
import { holdingTriggers, openBeforeFinish, openBreaches, openItems, waitingGate, type OpenItem } from '../view.ts'
import { refuse, requireActive, requireOpen, type Decide } from './context.ts'
import { retryDue } from './retry.ts'

export const startRun: Decide<'start-run'> = (state) => {
  requireOpen(state)
  if (state.stage !== 'planned') refuse('run-started', 'The run has been started already.', '')
  return [{ type: 'run-started' }]
}

export const decideGate: Decide<'decide-gate'> = (state, command) => {
  requireActive(state)
  const waiting = waitingGate(state)
  if (waiting?.gateId !== command.gateId) refuse('gate-not-waiting', 'That gate is not waiting for a decision.', waiting ? `The gate before phase ${waiting.phase.number} is.` : '')
  if (command.decision === 'go') requireGo(state, command.gateId, command.reason)
  const decided: RunFact = { type: 'gate-decided', gateId: command.gateId, decision: command.decision, reason: command.reason }
  if (command.decision === 'no-go') return [decided]
  // Whoever goes on in the face of a fired trigger has answered it: it must not hold the first step of the phase as well.
  const answered = holdingTriggers(state).map((breach): RunFact => ({ type: 'breach-overridden', breachId: breach.id, rule: breach.evidence.rule, reason: command.reason }))
  const accepted = blindTriggers(state).map((metric): RunFact => ({ type: 'no-data-accepted', metric, reason: command.reason }))
  return [decided, ...answered, ...accepted, { type: 'phase-started', phaseId: waiting.phase.id }]
}

function requireGo(state: RunState, gateId: string, reason: string): void {
  if (state.paused) refuse('run-paused', `The run is paused by ${state.paused.by}.`, 'Resume it first.')
  const open = openItems(state, gateId)
  if (open.length > 0) refuse('gate-items-open', `${open.length} required ${open.length === 1 ? 'item is' : 'items are'} open: ${listed(open)}.`, 'Tick each, or waive it with a reason.')
  const breach = openBreaches(state)[0]
  if (breach && reason === '') refuse('gate-breach', `"${breach.evidence.rule}" is breached.`, 'Give a reason to go all the same, override the breach, or roll back.')
  const missed = missedMetrics(state).filter((metric) => watchedRules(state.runbook).some(({ threshold }) => threshold.metric === metric))
  if (missed[0] && reason === '') refuse('gate-no-data', `There is no data for ${missed.join(', ')}: nobody knows how production is.`, 'Give a reason to go all the same, or wait for the data.')
}

const listed = (open: OpenItem[]): string =>
  open.slice(0, 5).map((item) => `"${item.text}"`).join(', ') + (open.length > 5 ? ` and ${open.length - 5} more` : '')

export const setPace: Decide<'set-pace'> = (state, command) => {
  requireOpen(state)
  return state.automatic === command.automatic ? [] : [{ type: 'pace-changed', automatic: command.automatic }]
}

export const setSpeed: Decide<'set-speed'> = (state, command) => {
  requireOpen(state)
  if (state.mode !== 'rehearsal') refuse('speed-live', 'A live run goes at the speed of the clock on the wall.', 'Only a rehearsal can go faster.')
  if (state.inventory !== null) refuse('speed-real', `This rehearsal runs on the real hosts of “${state.inventory}”, which do not work faster.`, 'Only a rehearsal on the embedded hosts can go faster.')
  return state.speed === command.speed ? [] : [{ type: 'speed-changed', speed: command.speed }]
}

export const pause: Decide<'pause'> = (state, command) => {
  requireActive(state)
  if (state.paused) refuse('run-paused', `The run is paused already, by ${state.paused.by}.`, '')
  return [{ type: 'run-paused', reason: command.reason }]
}

export const resume: Decide<'resume'> = (state) => {
  requireActive(state)
  if (!state.paused) refuse('run-not-paused', 'The run is not paused.', '')
  return [{ type: 'run-resumed' }]
}

export const abort: Decide<'abort'> = (state, command) => {
  requireOpen(state)
  if (state.aborting) refuse('run-aborting', 'The run is being aborted already.', 'Wait until the running steps have ended.')
  return [{ type: 'abort-requested', reason: command.reason }]
}

export const addNote: Decide<'add-note'> = (state, command) => [{ type: 'note-added', noteId: `note-${state.version + 1}`, about: command.about, text: command.text }]

export const sendMessage: Decide<'send-message'> = (state, command) => {
  requireMessage(state, command.messageId)
  return [{ type: 'message-sent', messageId: command.messageId, note: command.note }]
}

export const skipMessage: Decide<'skip-message'> = (state, command) => {
  requireMessage(state, command.messageId)
  return [{ type: 'message-skipped', messageId: command.messageId, reason: command.reason }]
}

function requireMessage(state: RunState, messageId: string): void {
  requireOpen(state)
  if (!own(state.messages, messageId)) refuse('message-unknown', `The communication plan has no message "${messageId}".`, 'Choose a message of this run.')
}

export const endMonitoring: Decide<'end-monitoring'> = (state, command, { now }) => {
  requireActive(state)
  if (state.stage !== 'monitoring') refuse('not-monitoring', 'The run is not in its monitoring time.', '')
  return endMonitoringFor(state, command.reason, now)
}

/** The tick of the run's clock: begins the rollback whose countdown is over or the retry that is due, or ends the monitoring time when it is over and nothing is breached or silent. */
export const reportTime: Decide<'report-time'> = (state, _, { now }) => {
  const back = countdownOver(state, now)
  if (back.length > 0) return back
  const retry = retryDue(state, now)
  if (retry) return [retry]
  const watched = openMonitoring(state)
  if (!watched || now < watched.endsAt) return []
  if (openBreaches(state).length > 0 || missedMetrics(state).length > 0) return []
  return endMonitoringFor(state, 'The monitoring time is over.', now)
}

export const finishRun: Decide<'finish-run'> = (state, _, { now }) => {
  requireActive(state)
  if (state.stage !== 'closing' && state.stage !== 'rollback-validation') {
    refuse('run-unfinished', 'The run cannot be finished yet.', state.rollback ? 'Do or skip the remaining rollback steps first.' : 'Finish the phases and the monitoring time first, or abort.')
  }
  const fired = state.rollback ? undefined : holdingTriggers(state)[0]
  if (fired) refuse('trigger-unanswered', `The rollback trigger "${fired.evidence.rule}" has fired and nobody has answered it.`, 'Roll back, or override it with a reason.')
  const open = openBeforeFinish(state)
  if (open.length > 0) refuse('finish-items-open', `${open.length} required ${open.length === 1 ? 'item is' : 'items are'} open: ${listed(open)}.`, 'Tick each, or waive it with a reason.')
  const followUp = startFollowUp(state, now)
  return followUp.length > 0 ? followUp : [{ type: 'run-finished', outcome: state.rollback ? 'rolled-back' : 'succeeded' }]
}
