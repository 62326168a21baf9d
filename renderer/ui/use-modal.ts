import { useEffect } from 'react'
import type { RefObject } from 'react'

/**
 * Shows the dialog as a modal as long as its component is rendered. `data-autofocus` marks what is focused first; on
 * the way out focus goes back to where it was.
 */
export function useModal(dialog: RefObject<HTMLDialogElement | null>): void {
  useEffect(() => {
    const before = document.activeElement
    const element = dialog.current
    if (element && !element.open) element.showModal()
    element?.querySelector<HTMLElement>('[data-autofocus]')?.focus()
    return () => {
      element?.close()
      if (before instanceof HTMLElement && before.isConnected) before.focus()
    }
  }, [dialog])
}
