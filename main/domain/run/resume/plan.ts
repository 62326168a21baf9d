import { flowOf } from '../../flow/attributes.ts'
import { diffLines, type DiffLine } from '../../line-diff.ts'
import { own } from '../../own.ts'
import type { Runbook } from '../../runbook.ts'
import type { Step } from '../../step.ts'
import { PROGRAM } from '../decide.ts'
import type { RunState, StepState, StepStatus } from '../state.ts'
import { isSameWork, linesOf, sameSteps } from './same-step.ts'

/** What a person says about going on with a run: from which step, and what becomes of steps that succeeded and say something else now. */
export interface ResumeChoice {
  /** Null: the first step that is not done. */
  from: string | null
  keep: readonly string[]
  again: readonly string[]
}

/**
 * kept: done, stays so. runs: it begins when its turn comes. held: it failed, or nobody knows, and a person decides there, as
 * before. left-out: not done, and the run goes on behind it. undecided: it succeeded, and the runbook says something else now.
 */
export type Fate = 'kept' | 'runs' | 'held' | 'left-out' | 'undecided'

export interface ResumedStep {
  id: string
  title: string
  phase: string
  change: 'same' | 'changed' | 'added'
  /** How it stood in the run before; null for a new step. */
  was: StepStatus | null
  fate: Fate
  /** It had succeeded, if only on some hosts, and would run there a second time. */
  repeats: boolean
  /** What was edited; empty where nothing was. */
  lines: DiffLine[]
}

export interface ResumePlan {
  /** The first step that is to be done; null when all are. */
  from: string | null
  steps: ResumedStep[]
  /** No longer in the runbook. */
  removed: { id: string; title: string; was: StepStatus }[]
  /** Something runs twice, or is left out: a person says why. */
  needsReason: boolean
}

/** What going on with a run would keep, do and leave out, under the runbook as it is now. */
export function planResume(state: RunState, next: Runbook, choice: ResumeChoice): ResumePlan {
  const same = sameSteps(state.runbook, next)
  const stands = next.phases.flatMap((phase) => phase.steps.map((step) => standOf(state, next, step, same.get(step.id), `Phase ${phase.number}: ${phase.title}`)))
  const first = stands.findIndex(({ isSettled }) => !isSettled)
  const chosen = choice.from === null ? -1 : stands.findIndex(({ step }) => step.id === choice.from)
  const begin = chosen === -1 ? (first === -1 ? stands.length : first) : chosen
  const steps = stands.map((stand, place) => resumed(stand, { place, begin, isChosen: chosen !== -1 }, choice))
  const known = new Set([...same.values()].map(({ id }) => id))
  const removed = state.runbook.phases.flatMap((phase) => phase.steps).filter(({ id }) => !known.has(id)).map(({ id, title }) => ({ id, title, was: own(state.steps, id)?.status ?? 'planned' }))
  return {
    from: stands[begin]?.step.id ?? null, steps, removed,
    needsReason: steps.some((step) => step.fate === 'left-out' || (step.repeats && step.fate === 'runs' && !isIdempotent(next, step.id))),
  }
}

interface Stand {
  step: Step
  was: Step | undefined
  current: StepState | undefined
  phase: string
  /** The same work on the same hosts. */
  isSame: boolean
  isSettled: boolean
}

function standOf(state: RunState, next: Runbook, step: Step, was: Step | undefined, phase: string): Stand {
  const current = was && own(state.steps, was.id)
  return { step, was, current, phase, isSame: was !== undefined && isSameWork(was, state.runbook, step, next), isSettled: isSettled(current) }
}

/** Done, or passed over by a person's word. What the program passed over (a condition, the end of the run) is looked at anew. */
export const isSettled = (step: StepState | undefined): boolean => step?.status === 'succeeded' || (step?.status === 'skipped' && (step.ignored || step.by !== PROGRAM))

function resumed({ step, was, isSame, current, phase }: Stand, at: { place: number; begin: number; isChosen: boolean }, choice: ResumeChoice): ResumedStep {
  const lines = was === undefined ? [] : diffLines(linesOf(was), linesOf(step))
  const isEdited = lines.some(({ kind }) => kind !== 'same')
  const isOtherWork = was !== undefined && !isSame
  const ranSomewhere = current?.status === 'succeeded' || Object.values(current?.hosts ?? {}).some(({ state }) => state === 'succeeded')
  const fate = fateOf(step, current, isOtherWork, at, choice)
  return {
    id: step.id, title: step.title, phase, change: was === undefined ? 'added' : isEdited ? 'changed' : 'same',
    was: current?.status ?? null, fate, repeats: fate === 'runs' && ranSomewhere && !isOtherWork, lines: isEdited ? lines : [],
  }
}

function fateOf(step: Step, current: StepState | undefined, isOtherWork: boolean, { place, begin, isChosen }: { place: number; begin: number; isChosen: boolean }, choice: ResumeChoice): Fate {
  // Behind a step that is not done others may be, which did not come after it.
  if ((place < begin || !isChosen) && isSettled(current)) {
    if (current?.status !== 'succeeded' || !isOtherWork || choice.keep.includes(step.id)) return 'kept'
    return choice.again.includes(step.id) ? 'runs' : 'undecided'
  }
  if (place < begin) return 'left-out'
  // Nobody knows what it did: it never just runs again, whatever was chosen or edited.
  if (current?.status === 'unknown') return 'held'
  return current?.status === 'failed' && !isOtherWork && (place === begin || !isChosen) ? 'held' : 'runs'
}

function isIdempotent(runbook: Runbook, id: string): boolean {
  const step = runbook.phases.flatMap((phase) => phase.steps).find((candidate) => candidate.id === id)
  return step !== undefined && flowOf(step).flow.idempotent
}
