import { toProblem } from '#domain/problem.ts'
import type { Problem } from '#domain/problem.ts'
import type { OperatorCommand } from '#domain/run/commands.ts'
import { decide } from '#domain/run/decide.ts'
import type { RunState } from '#domain/run/state.ts'
import { here } from '#renderer/stores/here.ts'

/** Why the run would refuse a command now, by the domain's own rules; null when it would take it. */
export function refusalOf(state: RunState, command: OperatorCommand): Problem | null {
  try {
    decide(state, command, { now: state.lastEventAt, machine: here.getState().machine })
    return null
  } catch (thrown) {
    return toProblem(thrown)
  }
}

export const isAllowed = (state: RunState, command: OperatorCommand): boolean => refusalOf(state, command) === null

/** What the rollback's key does: it begins one, or stops what one waits for. */
export const wayBack = (state: RunState): 'start-rollback' | 'abort-forward' => (isAllowed(state, { type: 'abort-forward', reason: '…' }) ? 'abort-forward' : 'start-rollback')

/** Why no fault can be caused on a stand-in now; null when it can. */
export const faultRefusal = (state: RunState): string | null =>
  refusalOf(state, { type: 'cause-fault', host: state.runbook.inventory.hosts[0]?.name ?? '', fault: 'hang' })?.message ?? null
