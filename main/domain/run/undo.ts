import { orderIn } from '../forecast/lane.ts'
import { own } from '../own.ts'
import type { Phase } from '../runbook.ts'
import { LOCAL_HOST, type Step } from '../step.ts'
import { isExcluded } from './decide/hosts.ts'
import type { HostState, RunState, StepState } from './state.ts'
import { planStepFor, withSteps } from './undo-step.ts'
import { hasRunOn, isDone } from './view.ts'

/** One step to be taken back, and where. */
export interface Undo {
  stepId: string
  hosts: string[]
  /** `changed`: it succeeded. `maybe`: it failed or was stopped, and may have been applied in part. `unknown`: it may even be running still. */
  certainty: 'changed' | 'maybe' | 'unknown'
}

/**
 * What a rollback takes back now, in its order: the reverse of that in which steps were completed. `fromPhase` is the index of the first phase that
 * is taken back; then the rollback plan is not run, and what it would have taken back has to be taken back here.
 */
export function undosOf(state: RunState, fromPhase: number | null = null): Undo[] {
  const taken = new Set<string>()
  return completedOrder(state, state.runbook.phases.slice(fromPhase ?? 0)).toReversed().flatMap((step): Undo[] => {
    const planned = planStepFor(state.runbook, step)
    const hosts = touchedHosts(state, step)
    if (step.undo === null || (step.hosts.length > 0 && hosts.length === 0)) return []
    if (planned !== null && (fromPhase === null || taken.has(planned.id))) return []
    if (planned !== null) taken.add(planned.id)
    return [{ stepId: step.id, hosts, certainty: certaintyOf(state.steps[step.id]) }]
  })
}

/** What the rollback takes back, once that is laid down; before, what it would take back now. */
export const undoNow = (state: RunState): (Undo & { step: Step })[] => state.rollback?.undo ?? withSteps(state.runbook, undosOf(state, phaseIndex(state, state.rollback?.to ?? null)))

/** What is taken back when all of it is: of a rollback to before a phase what it has not done, then what was done before that phase. */
export function undoOfAll(state: RunState): (Undo & { step: Step })[] {
  const begun = undoNow(state)
  return state.rollback?.to ? [...begun.filter(({ step }) => !isDone(state.steps[step.id])), ...withSteps(state.runbook, undoBesides(state))] : begun
}

/** What a rollback to before a phase leaves, and one that goes back all the way takes back. */
export function undoBesides(state: RunState): Undo[] {
  const begun = new Set(state.rollback?.undo?.map(({ stepId }) => stepId))
  return state.rollback?.undo === null ? [] : undosOf(state).filter(({ stepId }) => !begun.has(stepId))
}

export const phaseIndex = (state: Pick<RunState, 'runbook'>, phaseId: string | null): number | null => (phaseId === null ? null : state.runbook.phases.findIndex(({ id }) => id === phaseId))

const certaintyOf = (step: StepState | undefined): Undo['certainty'] => (step?.status === 'succeeded' ? 'changed' : step?.status === 'unknown' ? 'unknown' : 'maybe')

/** What was touched, by when it ended, what runs last; what ended in the same instant in an order that keeps to `after=`. */
function completedOrder(state: RunState, phases: Phase[]): Step[] {
  const byId = new Map(phases.flatMap((phase) => phase.steps).map((step) => [step.id, step]))
  const steps = phases.flatMap((phase) => orderIn(state, phase.steps).flatMap(({ id }) => byId.get(id) ?? []))
  const endOf = (step: Step): number => {
    const current = state.steps[step.id]
    return current?.status === 'running' ? Infinity : (current?.finishedAt ?? current?.inherited?.at ?? 0)
  }
  const compared = (one: number, other: number): number => (one === other ? 0 : one < other ? -1 : 1)
  return steps.filter((step) => isTouched(own(state.steps, step.id))).toSorted((one, other) => compared(endOf(one), endOf(other)))
}

/** The steps of the phases that have changed something, or may have: also those that failed, are running, or were skipped after that. */
export function touchedSteps(state: Pick<RunState, 'runbook' | 'steps'>): ReadonlySet<string> {
  const steps = state.runbook.phases.flatMap((phase) => phase.steps)
  return new Set(steps.filter((step) => isTouched(own(state.steps, step.id))).map((step) => step.id))
}

function isTouched(step: StepState | undefined): boolean {
  if (step === undefined || step.attempt === 0) return step?.status === 'succeeded'
  const hosts = Object.values(step.hosts)
  if (step.status === 'succeeded' || step.status === 'running' || step.status === 'unknown') return true
  if ((step.status === 'failed' || step.ignored) && hosts.length === 0) return true
  return hosts.some((host) => mayHaveRun(step, host))
}

/** Where it did something, or may have. What a person declared done may have been done by them on any of its hosts. */
function touchedHosts(state: RunState, step: Step): string[] {
  const current = own(state.steps, step.id)
  if (current === undefined) return []
  return Object.entries(current.hosts)
    .filter(([name, host]) => name !== LOCAL_HOST && (mayHaveRun(current, host) || current.status === 'running' || (current.status === 'succeeded' && !isExcluded(state, name))))
    .map(([name]) => name)
}

/** Not where it was stopped before it began: an attempt of this run that never began there has left nothing. */
function mayHaveRun(step: StepState, host: HostState): boolean {
  const neverBegan = step.inherited === null && host.startedAt === null && !host.ranBefore
  return hasRunOn(host) && !(neverBegan && host.result?.outcome === 'failed' && host.result.reason === 'aborted')
}
