import { nextAction } from './next-action.ts'
import { useRun, useView } from './room-context.ts'

/** The row the run itself is about now: what is in progress, or waited for. */
export function useFocusId(): string | null {
  return useRun((state) => nextAction(state).focusId)
}

/** The chosen row, or while the room follows the run, the row it is about. */
export function useSelectedId(): string | null {
  const chosen = useView((view) => view.chosen)
  const focus = useFocusId()
  return chosen ?? focus
}
