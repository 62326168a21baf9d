import type { RunState } from '#domain/run/state.ts'
import { Button } from '#renderer/ui/button.tsx'
import type { ButtonProps } from '#renderer/ui/button.tsx'
import type { Action } from './next-action.ts'
import { useRoom } from './room-context.ts'
import { useActions, useBusy } from './use-actions.ts'

export interface ActionButtonProps {
  action: Action
  variant?: ButtonProps['variant']
  size?: ButtonProps['size']
  /** Why it cannot be done now. */
  refusal?: string | null
  /** What stands at this place in a given state: when it has just become something else by itself, a press does nothing. */
  unlessStale?: (state: RunState) => Action | null
}

export function ActionButton({ action, variant, size, refusal = null, unlessStale }: ActionButtonProps) {
  const { perform } = useActions()
  const { stale, view } = useRoom()
  const busy = useBusy(action)
  const press = (): void => {
    if (unlessStale && stale.isStale(unlessStale)) view.getState().nudge(action.label)
    else perform(action)
  }
  return (
    <Button
      variant={variant} size={size} busy={busy} disabled={refusal !== null} title={refusal ?? undefined}
      shortcut={action.key === '' ? undefined : action.key} onClick={press}
    >
      {action.label}
    </Button>
  )
}
