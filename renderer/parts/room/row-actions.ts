import { flowOf } from '#domain/flow/attributes.ts'
import { givenSecrets } from '#domain/run/given-secrets.ts'
import { waitingReturn } from '#domain/run/return-gate.ts'
import type { RunState } from '#domain/run/state.ts'
import { environmentName, findStep, gateBefore, isManual } from '#domain/run/view.ts'
import { isExcluded } from '#domain/run/decide/hosts.ts'
import { LOCAL_HOST, type Step } from '#domain/step.ts'
import type { Ask } from '#renderer/stores/room-view.ts'
import { refusalOf } from './allowed.ts'
import { commandOf } from './asks.ts'
import type { Action } from './next-action.ts'

/** An action with why it cannot be done now; null when it can. */
export interface RowAction extends Action {
  refusal: string | null
}

/** Everything that can be done to one row of the runbook, first the one that Enter or Space does. */
export function actionsFor(state: RunState, id: string): RowAction[] {
  return candidates(state, id).map((action) => ({ ...action, refusal: refusalFor(state, action) }))
}

/** The action a key does to a row, or null. */
export const actionByKey = (state: RunState, id: string, key: string): RowAction | null =>
  actionsFor(state, id).find((action) => action.key === key && action.refusal === null) ?? null

export function refusalFor(state: RunState, { does }: Action): string | null {
  if ('report' in does || 'resume' in does) return null
  return refusalOf(state, 'send' in does ? does.send : commandOf(does.ask, does.ask.kind === 'start-danger' ? environmentName(state) : '…'))?.message ?? null
}

function candidates(state: RunState, id: string): Action[] {
  const found = findStep(state.runbook, id)
  if (found) {
    if (waitingReturn(state)?.step.id === id) return [asking('Go…', 'Enter', 'sign-off', id), asking('No-go…', 'x', 'sign-off-no', id), asking('Skip…', 's', 'skip-step', id)]
    if (state.steps[id]?.status === 'unknown') return [...unknownActions(state, id), ...forget(state, found.step)]
    if (state.steps[id]?.status === 'failed' && !isManual(found.step)) return failedActions(state, found.step)
    return isManual(found.step) ? manualActions(id) : automatedActions(found.step)
  }
  if (state.items[id]) return state.items[id].state === 'open' ? itemActions(id) : [{ label: 'Reopen', key: 'Space', does: { send: { type: 'untick', id } } }]
  if (state.runbook.phases.some((phase) => gateBefore(phase.id) === id)) return gateActions(state, id)
  return []
}

const asking = (label: string, key: string, kind: Ask['kind'], about: string): Action => ({ label, key, does: { ask: { kind, about } } })

const automatedActions = (step: Step): Action[] => [startAction(step), ...afterActions(step.id)]

/** A step marked `danger` asks for the environment's name first. */
const startAction = (step: Step): Action => (flowOf(step).flow.danger
  ? asking('Run step…', 'Enter', 'start-danger', step.id)
  : { label: 'Run step', key: 'Enter', does: { send: { type: 'start-step', stepId: step.id } } })

const retry = (stepId: string): Action => ({ label: 'Retry', key: 'r', does: { send: { type: 'retry-step', stepId } } })

const afterActions = (stepId: string): Action[] => [
  retry(stepId),
  asking('Mark done…', 'd', 'resolve-step', stepId),
  asking('Skip…', 's', 'skip-step', stepId),
]

const failedActions = (state: RunState, step: Step): Action[] => [
  retry(step.id),
  ...forget(state, step),
  ...retryAll(state, step),
  ...excludable(state, step.id).map(excludeAction),
  asking('Mark done…', 'd', 'resolve-step', step.id),
  asking('Ignore…', 's', 'ignore-failure', step.id),
]

/** What a button has room for of a secret's name; what it means has the whole. */
const MOST_NAME = 16

/** What a person gave may be why it failed. */
const forget = (state: RunState, step: Step): Action[] =>
  givenSecrets(state, step).given.map((name) => ({ label: `Forget ${name.length > MOST_NAME ? `${name.slice(0, MOST_NAME - 1)}…` : name}`, key: '', does: { send: { type: 'forget-secret', name } } }))

/** Only where it differs from a retry. */
function retryAll(state: RunState, step: Step): Action[] {
  const hasSucceeded = Object.entries(state.steps[step.id]?.hosts ?? {}).some(([host, { state: is }]) => is === 'succeeded' && !isExcluded(state, host))
  if (!hasSucceeded) return []
  return [flowOf(step).flow.idempotent
    ? { label: 'Retry on all', key: 't', does: { send: { type: 'retry-step', stepId: step.id, hosts: 'all' } } }
    : asking('Retry on all…', 't', 'retry-all', step.id)]
}

/** The hosts of a step in trouble that the run could go on without, those in trouble. */
const excludable = (state: RunState, stepId: string): string[] => Object.entries(state.steps[stepId]?.hosts ?? {})
  .filter(([host, { state: is }]) => (is === 'failed' || is === 'unknown') && host !== LOCAL_HOST && !isExcluded(state, host)).map(([host]) => host)

export const excludeAction = (host: string): Action => asking(`Exclude ${host}…`, 'e', 'exclude-host', host)

export const probe = (stepId: string): Action => ({ label: 'Probe', key: 'q', does: { send: { type: 'probe-step', stepId } } })

/** The look at the host comes first, and running it again last: it may have done its work. */
const unknownActions = (state: RunState, stepId: string): Action[] => [
  probe(stepId),
  asking('Mark done…', 'd', 'resolve-step', stepId),
  asking('Retry…', 'r', 'retry-unknown', stepId),
  ...excludable(state, stepId).map(excludeAction),
  asking('Skip…', 's', 'skip-step', stepId),
]

const manualActions = (stepId: string): Action[] => [
  { label: 'Done', key: 'Space', does: { send: { type: 'tick', id: stepId, note: '' } } },
  { label: 'Start', key: 'Enter', does: { send: { type: 'start-step', stepId } } },
  retry(stepId),
  asking('Mark done…', 'd', 'resolve-step', stepId),
  asking('It failed…', 'f', 'fail-step', stepId),
  asking('Skip…', 's', 'skip-step', stepId),
]

const itemActions = (id: string): Action[] => [
  { label: 'Tick', key: 'Space', does: { send: { type: 'tick', id, note: '' } } },
  asking('Waive…', 's', 'waive', id),
]

/** With a breach open the domain wants a reason for going on: then Go asks for one. */
function gateActions(state: RunState, gateId: string): Action[] {
  const go: Action = { label: 'Go', key: 'Enter', does: { send: { type: 'decide-gate', gateId, decision: 'go', reason: '' } } }
  const despite = asking('Go all the same…', 'Enter', 'go-despite', gateId)
  const plain = refusalFor(state, go)
  return [plain !== null && refusalFor(state, despite) === null ? despite : go, asking('No-go…', 'x', 'no-go', gateId)]
}
