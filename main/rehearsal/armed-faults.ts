import type { ClickedFault } from '#domain/clicked-faults.ts'
import type { PlannedOutcome, RehearsalPlan } from './script.ts'

export interface ArmedFaults {
  /** The plan with those faults in it: each befalls the first attempt on its host that is asked about after it was armed. */
  plan: RehearsalPlan
  arm(host: string, fault: ClickedFault): void
}

/** Faults that wait for the next command on a host; the newest alone where several were ordered. */
export function armFaults(plan: RehearsalPlan): ArmedFaults {
  const armed = new Map<string, ClickedFault>()
  const decided = new Map<string, PlannedOutcome>()
  return {
    arm: (host, fault) => void armed.set(host, fault),
    plan: {
      ...plan,
      outcome(stepId, host, attempt, command) {
        const key = JSON.stringify([stepId, host, attempt])
        const outcome = decided.get(key) ?? struck(plan.outcome(stepId, host, attempt, command), armed.get(host))
        if (!decided.has(key)) armed.delete(host)
        decided.set(key, outcome)
        return outcome
      },
    },
  }
}

function struck(outcome: PlannedOutcome, fault: ClickedFault | undefined): PlannedOutcome {
  if (fault === undefined) return outcome
  return fault === 'exit' ? { ...outcome, exitCode: outcome.exitCode === 0 ? 1 : outcome.exitCode, fault: 'none' } : { ...outcome, fault }
}
