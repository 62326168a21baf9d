import type { Finding } from '../finding.ts'
import type { Runbook } from '../runbook.ts'
import type { Step } from '../step.ts'
import { flowOf } from './attributes.ts'
import { partsOf, type When } from './when.ts'

/**
 * What the steps of a runbook say about each other and about metrics that is not there: `when=` and `on-fail=` would then
 * be unknown for ever, or run nothing. A condition can only look back, within its own lane.
 */
export function checkFlowReferences(runbook: Runbook): Finding[] {
  const metrics = new Set([...runbook.thresholds.map(({ metric }) => metric), ...runbook.rollback.triggers.flatMap(({ threshold }) => (threshold ? [threshold.metric] : []))])
  const forward = runbook.phases.flatMap((phase) => phase.steps)
  const beside = [...runbook.phases.map((phase) => phase.steps), runbook.rollback.steps]
  return [
    ...[forward, runbook.rollback.steps].flatMap((lane) => lane.flatMap((step, index) => checkReferences(step, lane, index, forward, metrics, runbook))),
    ...beside.flatMap((steps) => steps.flatMap((step, index) => handlerFindings(step, steps.slice(index + 1)))),
  ]
}

function checkReferences(step: Step, lane: Step[], index: number, forward: Step[], metrics: Set<string>, runbook: Runbook): Finding[] {
  const { flow } = flowOf(step)
  // The rollback may ask what became of any forward step.
  const before = lane === forward ? forward.slice(0, index) : [...forward, ...lane.slice(0, index)]
  const captured = new Set(before.flatMap((earlier) => (Object.hasOwn(earlier.attributes, 'capture') ? flowOf(earlier).flow.captures.map(({ name }) => name) : [])))
  const faults = flow.when === null ? [] : partsOf(flow.when).flatMap((part) => conditionFault(part, index, before, captured, metrics, runbook) ?? [])
  return faults.map((fault) => ({ severity: 'error', code: 'flow-reference-unknown', ...fault, line: step.range.line, column: step.range.column }))
}

/** What `on-fail=step:ID` names stands after its step, in the same phase or in the rollback: so no two can call each other in turn. */
function handlerFindings(step: Step, after: Step[]): Finding[] {
  const { onFail } = flowOf(step).flow
  if (onFail.action !== 'run-step' || onFail.stepId === step.id) return []
  const at = { line: step.range.line, column: step.range.column }
  const handler = after.find(({ id }) => id === onFail.stepId)
  if (!handler) {
    return [{ ...at, severity: 'error', code: 'flow-reference-unknown', message: `The step "${step.title}" runs "${onFail.stepId}" when it fails, and no step after it, in the same phase or in the rollback, has that id.`, hint: 'Give that step id=…, and let it stand after this one; two steps cannot call each other in turn.' }]
  }
  const { danger, when } = flowOf(handler).flow
  const cannot = danger ? [{ ...at, severity: 'error' as const, code: 'handler-dangerous', message: `The step "${step.title}" runs "${handler.title}" when it fails, which is marked as dangerous and never starts by itself.`, hint: 'Name a step that is not, or take danger out.' }] : []
  const always = when === null ? [{ ...at, severity: 'info' as const, code: 'handler-in-its-turn', message: `The step "${handler.title}" runs when "${step.title}" fails, and otherwise in its own turn.`, hint: `To run it only after a failure, give it when="step(${step.id}).failed".` }] : []
  return [...cannot, ...always]
}

function conditionFault(part: When, index: number, before: Step[], captured: Set<string>, metrics: Set<string>, { overview }: Runbook): { message: string; hint: string } | null {
  const never = (what: string, hint: string) => ({ message: `when= asks for ${what}, which nobody will know when the step is to begin.`, hint })
  switch (part.is) {
    case 'outcome':
      if (part.step === null) return index > 0 ? null : never('the step before, and there is none', 'Take previous out of the condition.')
      return before.some(({ id }) => id === part.step) ? null : never(`the step "${part.step}", and none before this one has that id`, 'Mend the id, or give the step id=….')
    case 'metric':
      return metrics.has(part.metric) ? null : never(`the metric "${part.metric}", and no alert threshold or rollback trigger judges it`, 'Add a threshold for it under Alert Thresholds.')
    case 'compare':
      if (part.name === 'environment') return overview.environment === null ? never('the environment, and the overview names none', 'Fill in Environment in the overview.') : null
      return captured.has(part.name) ? null : never(`"${part.name}", and no step before this one captures it`, 'Add capture= to an earlier step, or mend the name.')
    case 'and':
    case 'or':
    case 'not':
      return null
  }
}
