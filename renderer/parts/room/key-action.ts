import type { RunState } from '#domain/run/state.ts'
import { nextAction } from './next-action.ts'
import type { Action } from './next-action.ts'
import { actionByKey, refusalFor } from './row-actions.ts'

/** What a key does: to the selected row first; then what the run waits for, if it is the same key and nothing else was chosen by hand. */
export function keyAction(state: RunState, chosen: string | null, key: string): Action | null {
  const next = nextAction(state)
  const selected = chosen ?? next.focusId
  const row = selected === null ? null : actionByKey(state, selected, key)
  if (row || (chosen !== null && chosen !== next.focusId && next.focusId !== null)) return row
  return [next.primary, next.second].find((action) => action?.key === key && refusalFor(state, action) === null) ?? null
}
