import { create } from 'zustand'

interface Overlay {
  open: 'none' | 'palette' | 'help'
  show(open: Overlay['open']): void
}

/** The sheet over everything: the command palette or the list of shortcuts. */
export const useOverlay = create<Overlay>()((set) => ({ open: 'none', show: (open) => set({ open }) }))
