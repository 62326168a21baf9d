import { flowOf } from '../flow/attributes.ts'
import { agreedValue } from '../flow/capture.ts'
import { describeWhen, evaluateWhen, partsOf, type Truth, type WhenFacts } from '../flow/when.ts'
import type { Step } from '../step.ts'
import { metricVerdicts } from './rules.ts'
import type { RunState, StepState, StepStatus } from './state.ts'
import { laneSteps } from './view.ts'

/** Whether a step's `when=` holds now; true when it has none. Unknown is never true. */
export function conditionOf(state: RunState, step: Step): Truth {
  const { when } = flowOf(step).flow
  return when ? evaluateWhen(when, factsOf(state, step)) : true
}

/** What nobody knows of a condition that cannot be decided, each part in words; empty for one that can. */
export function undecidedBy(state: RunState, step: Step): string[] {
  const { when } = flowOf(step).flow
  if (!when || conditionOf(state, step) !== 'unknown') return []
  const facts = factsOf(state, step)
  return partsOf(when).filter((part) => part.is !== 'and' && part.is !== 'or' && part.is !== 'not' && evaluateWhen(part, facts) === 'unknown').map(describeWhen)
}

function factsOf(state: RunState, step: Step): WhenFacts {
  const steps = laneSteps(state)
  const before = steps[steps.findIndex((candidate) => candidate.id === step.id) - 1]
  const previous = before ? state.steps[before.id] : undefined
  return {
    previous: previous ? outcomeOf(previous) : null,
    steps: Object.fromEntries(Object.entries(state.steps).map(([id, known]) => [id, outcomeOf(known)])),
    metrics: metricVerdicts(state),
    environment: state.runbook.overview.environment,
    captured: agreedValues(state),
  }
}

/** A failure that was passed over is a failure still. */
const outcomeOf = (step: StepState): StepStatus => (step.ignored ? 'failed' : step.status)

/** The captured values that every host of their step agrees on. */
export function agreedValues(state: RunState): Record<string, string> {
  return Object.fromEntries(Object.entries(state.captured).flatMap(([name, byHost]) => {
    const value = agreedValue(Object.values(byHost).map((one) => (one === null ? { ok: false as const, why: '' } : { ok: true as const, value: one })))
    return value === null ? [] : [[name, value]]
  }))
}
