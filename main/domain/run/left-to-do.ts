import { own } from '../own.ts'
import { isExcluded, NO_HOST_LEFT } from './decide/hosts.ts'
import type { RunState, StepState, StepStatus } from './state.ts'
import { undoNow } from './undo.ts'

/** Something the rollback has not done: it is left to people. */
export interface LeftToDo {
  id: string
  title: string
  /** Where; empty for what is done on no host. */
  hosts: string[]
  status: StepStatus
}

/**
 * What a rollback has not done, in its order: what failed, is unclear or never began, and hosts that had been excluded. What a
 * person skipped with a reason was decided; what they had in hand when the run was aborted was not. Empty without a rollback.
 */
export function leftToDo(state: RunState): LeftToDo[] {
  if (state.rollback === null) return []
  const undo = undoNow(state).map(({ step }) => ({ step, mustReach: step.hosts }))
  const planned = (state.rollback.to === null ? state.runbook.rollback.steps : []).map((step) => ({ step, mustReach: step.hosts.filter((host) => !isExcluded(state, host)) }))
  return [...undo, ...planned].flatMap(({ step, mustReach }): LeftToDo[] => {
    const { id, title } = step
    const current = own(state.steps, id)
    const status = current?.status ?? 'planned'
    const hosts = mustReach.filter((host) => own(current?.hosts ?? {}, host)?.state !== 'succeeded')
    // Where a person declared it done it is done, on every host that still belongs to the run.
    if (status === 'succeeded') return hosts.some((host) => isExcluded(state, host)) ? [{ id, title, status, hosts: hosts.filter((host) => isExcluded(state, host)) }] : []
    return status === 'skipped' && isDecided(state, current) ? [] : [{ id, title, status, hosts }]
  })
}

function isDecided({ aborting }: RunState, skipped: StepState | undefined): boolean {
  const isClosedByAbort = aborting !== null && (skipped?.finishedAt ?? 0) >= aborting.at
  return skipped?.message !== NO_HOST_LEFT && !isClosedByAbort
}
