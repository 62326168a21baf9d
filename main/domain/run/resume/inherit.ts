import { flowOf } from '../../flow/attributes.ts'
import { own } from '../../own.ts'
import { Problem } from '../../problem.ts'
import type { Runbook } from '../../runbook.ts'
import { firstPlanOf } from '../../timing/first-plan.ts'
import { refuse } from '../decide/context.ts'
import type { InheritedStep, RunFact } from '../events.ts'
import type { RunState, StepState } from '../state.ts'
import { automatedRunning } from '../view.ts'
import { planResume, type ResumeChoice, type ResumedStep, type ResumePlan } from './plan.ts'
import { sameSteps } from './same-step.ts'

export function isResumable(state: RunState): boolean {
  try {
    requireResumable(state)
    return true
  } catch (thrown) {
    if (thrown instanceof Problem) return false
    throw thrown
  }
}

/** Throws Problem when this run is nothing to go on with. */
export function requireResumable(state: RunState): void {
  if (state.stage === 'planned') refuse('resume-not-begun', 'The run has not been started.', 'Start it, or create a run of the runbook as it is now.')
  if (state.outcome === 'succeeded') refuse('resume-succeeded', 'The run has succeeded: nothing of it is left to be done.', 'Start a new run of the runbook.')
  if (state.rollback) refuse('resume-rolled-back', 'The run has gone back: what it did may have been taken back.', 'Finish the rollback, then start a new run of the runbook.')
  if (state.followUp) refuse('resume-succeeded', 'The release is done: nothing of it is left to be done.', 'Start a new run of the runbook.')
  const [running] = automatedRunning(state)
  if (running) refuse('resume-running', `"${running.step.title}" is in progress.`, 'Wait until it has ended, or abort the run, which asks the hosts to stop it.')
}

/** The facts a new run begins with that goes on where this one ended. Throws Problem while something is undecided or a reason is missing. */
export function inheritedFacts(state: RunState, next: Runbook, choice: ResumeChoice, reason: string): RunFact[] {
  requireResumable(state)
  const plan = planResume(state, next, choice)
  if (choice.from !== null && plan.from !== choice.from) refuse('step-unknown', `The runbook has no step "${choice.from}".`, 'Choose a step of one of its phases.')
  const open = plan.steps.find(({ fate }) => fate === 'undecided')
  if (open) refuse('resume-undecided', `"${open.title}" has succeeded, and the runbook says something else now.`, 'Say whether that counts as done, or is to run again.')
  if (plan.needsReason && reason === '') refuse('resume-needs-reason', `${consequences(plan)}.`, 'Say why that is right.')
  const leftOut = plan.steps.filter(({ fate }) => fate === 'left-out').map(({ id }): RunFact => ({ type: 'step-skipped', stepId: id, reason: `Left out, as the run goes on behind it: ${reason}` }))
  return [outcomes(state, next, plan, reason), ...leftOut]
}

/** What a reason is needed for, in words. */
export function consequences(plan: ResumePlan): string {
  const titles = (steps: ResumedStep[]) => steps.map(({ title }) => `"${title}"`).join(', ')
  const again = plan.steps.filter(({ repeats }) => repeats)
  const left = plan.steps.filter(({ fate }) => fate === 'left-out')
  return [...(again.length > 0 ? [`A second time runs ${titles(again)}`] : []), ...(left.length > 0 ? [`Not done would be ${titles(left)}`] : [])].join('; ')
}

function outcomes(state: RunState, next: Runbook, plan: ResumePlan, reason: string): RunFact {
  const same = sameSteps(state.runbook, next)
  const kept = plan.steps.filter(({ fate }) => fate === 'kept' || fate === 'held')
  const steps = Object.fromEntries(kept.map(({ id }): [string, InheritedStep] => [id, inherited(own(state.steps, same.get(id)?.id ?? ''), id)]))
  const captured = new Set(kept.flatMap(({ id }) => next.phases.flatMap((phase) => phase.steps.filter((step) => step.id === id)).flatMap((step) => flowOf(step).flow.captures.map(({ name }) => name))))
  return {
    type: 'outcomes-inherited', fromRunId: state.id, from: plan.from, reason, steps, phases: finishedPhases(next, plan),
    items: Object.fromEntries(next.checklists.flatMap((group) => group.items).flatMap(({ id }) => {
      const item = own(state.items, id)
      return item && item.state !== 'open' ? [[id, item]] : []
    })),
    captured: Object.fromEntries(Object.entries(state.captured).filter(([name]) => captured.has(name))),
    excluded: Object.fromEntries(Object.entries(state.excluded).filter(([name]) => next.inventory.hosts.some((host) => host.name === name))),
    changed: plan.steps.filter(({ change }) => change === 'changed').map(({ id }) => id),
    added: plan.steps.filter(({ change }) => change === 'added').map(({ id }) => id), removed: plan.removed,
    firstPlan: firstPlanOf(state, next, (id) => same.get(id)?.id),
  }
}

function inherited(step: StepState | undefined, id: string): InheritedStep {
  if (step === undefined || step.status === 'planned' || step.status === 'running') throw new Problem('unexpected', `The step ${id} has no outcome that could be kept.`, 'Nothing was changed.')
  const hosts = Object.entries(step.hosts).flatMap(([name, { state: is, result, ranBefore }]) => (result === null ? [] : [[name, { state: is, result, ranBefore }] as const]))
  return { status: step.status, attempt: step.attempt, at: step.finishedAt, by: step.by, message: step.message, ignored: step.ignored, hosts: Object.fromEntries(hosts) }
}

/** From the first on, as long as nothing of a phase is left to be done. */
function finishedPhases(next: Runbook, plan: ResumePlan): string[] {
  const fates = new Map(plan.steps.map(({ id, fate }) => [id, fate]))
  const begin = plan.from === null ? next.phases.length : next.phases.findIndex((phase) => phase.steps.some(({ id }) => id === plan.from))
  const open = next.phases.findIndex((phase) => phase.steps.some(({ id }) => fates.get(id) === 'runs' || fates.get(id) === 'held'))
  return next.phases.slice(0, open === -1 ? begin : Math.min(begin, open)).map(({ id }) => id)
}
