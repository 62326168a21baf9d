import { Button } from '#renderer/ui/button.tsx'
import type { ButtonProps } from '#renderer/ui/button.tsx'
import type { Action } from './next-action.ts'
import { useActions, useBusy } from './use-actions.ts'

export interface ActionButtonProps {
  action: Action
  variant?: ButtonProps['variant']
  size?: ButtonProps['size']
  /** Why it cannot be done now. */
  refusal?: string | null
}

export function ActionButton({ action, variant, size, refusal = null }: ActionButtonProps) {
  const { perform } = useActions()
  const busy = useBusy(action)
  return (
    <Button
      variant={variant} size={size} busy={busy} disabled={refusal !== null} title={refusal ?? undefined}
      shortcut={action.key === '' ? undefined : action.key} onClick={() => perform(action)}
    >
      {action.label}
    </Button>
  )
}
