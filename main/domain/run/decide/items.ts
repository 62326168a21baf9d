import type { Step } from '../../step.ts'
import { own } from '../../own.ts'
import type { RunFact } from '../events.ts'
import type { RunState } from '../state.ts'
import { watchesOf } from '../follow-up.ts'
import { findRunStep, isManual, tickableItems, waitingGate } from '../view.ts'
import { refuse, requireActive, requireStarted, type Decide, type DecideContext } from './context.ts'
import { gateInstead, requireStartable } from './steps.ts'

export const tick: Decide<'tick'> = (state, command, context) => {
  const found = findRunStep(state, command.id)
  if (found) return tickStep(state, found.step, command.note, context)
  requireItem(state, command.id, 'ticked')
  return [{ type: 'item-ticked', itemId: command.id, note: command.note }]
}

function tickStep(state: RunState, step: Step, note: string, context: DecideContext): RunFact[] {
  requireActive(state)
  if (!isManual(step)) refuse('step-not-manual', `"${step.title}" is done by Holdpoint, not by hand.`, 'Start it with Enter, or skip it with a reason.')
  const current = state.steps[step.id]
  if (current?.status === 'running') {
    return [{ type: 'step-finished', stepId: step.id, attempt: current.attempt, outcome: 'succeeded', message: note }]
  }
  requireStartable(state, step)
  const attempt = (current?.attempt ?? 0) + 1
  return gateInstead(state, step, context) ?? [
    { type: 'step-started', stepId: step.id, attempt, hosts: [] },
    { type: 'step-finished', stepId: step.id, attempt, outcome: 'succeeded', message: note },
  ]
}

export const untick: Decide<'untick'> = (state, command) => {
  requireStarted(state)
  const item = own(state.items, command.id)
  if (!item) refuse('item-unknown', `The runbook has no item "${command.id}".`, 'Steps are taken back with their undo or the rollback.')
  if (state.stage === 'ended') refuse('run-ended', 'The run has ended; its record is closed.', 'Add what you know to the next run.')
  if (item.state === 'open') refuse('item-open', 'That item is open already.', '')
  if (isGateItem(state, command.id) && !waitingAtFirstGate(state)) {
    refuse('gate-passed', 'The gate that needed this item has been passed.', 'Pause the run and add a note that says what you found.')
  }
  return [{ type: 'item-unticked', itemId: command.id }]
}

export const waive: Decide<'waive'> = (state, command) => {
  requireItem(state, command.id, 'waived')
  return [{ type: 'item-waived', itemId: command.id, reason: command.reason }]
}

const isGateItem = (state: RunState, id: string): boolean => state.runbook.checklists.some((group) => group.items.some((item) => item.id === id))
const waitingAtFirstGate = (state: RunState): boolean => state.stage === 'preparation' && waitingGate(state) !== null

function requireItem(state: RunState, id: string, verb: string): void {
  requireStarted(state)
  if (state.stage === 'ended') refuse('run-ended', 'The run has ended; its record is closed.', 'Start a new run of this runbook.')
  const item = own(state.items, id)
  if (!item) refuse('item-unknown', `The runbook has no item "${id}".`, 'Choose an item of this run.')
  if (!state.rollback && state.runbook.rollback.validation.some((candidate) => candidate.id === id)) {
    refuse('item-too-early', `That item says how things are after a rollback, and none has begun: it cannot be ${verb} yet.`, 'It is asked for once the rollback steps are done.')
  }
  if (!state.rollback && watchesOf(state).some((watch) => watch.id === id) && (verb === 'ticked' || state.followUp)) {
    refuse('item-watched', 'The run does that itself, once the release is done: it is ticked when its time is over.', state.followUp ? 'To stop before, end the monitoring with a reason.' : 'To do without it, waive it with a reason.')
  }
  if (item.state === 'open') return
  const text = tickableItems(state.runbook).find((candidate) => candidate.id === id)?.text ?? id
  refuse('item-closed', `"${text}" has been ${item.state} by ${item.by} already and cannot be ${verb} again.`, 'Reopen it first if that was a mistake.')
}
