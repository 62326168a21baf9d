import { createStore } from 'zustand/vanilla'
import type { StoreApi } from 'zustand/vanilla'
import type { RunTiming } from '#domain/timing.ts'

/** A question to the person that needs a typed answer before a command is sent. `about` is what the command acts on. */
export interface Ask {
  kind: AskKind
  about: string
}

export type AskKind =
  | 'skip-step' | 'retry-unknown' | 'fail-step' | 'resolve-step' | 'waive' | 'no-go' | 'go-despite' | 'note' | 'override-breach' | 'fire-trigger'
  | 'skip-message' | 'send-message' | 'end-monitoring' | 'abort' | 'pause' | 'start-rollback'

/** What one person looks at in the room: nothing here is a fact about the run. */
export interface RoomView {
  /** What was chosen by hand; null while the room follows the run. */
  chosen: string | null
  /** Rows folded or unfolded by hand. */
  expanded: Record<string, boolean>
  ask: Ask | null
  /** The metric shown large. */
  chart: string | null
  /** The run's own time, once a second. */
  now: number
  timing: RunTiming | null
  choose: (id: string) => void
  follow: () => void
  expand: (id: string, open: boolean) => void
  open: (ask: Ask) => void
  close: () => void
  showChart: (metric: string | null) => void
}
export type RoomViewStore = StoreApi<RoomView>

export function createRoomView(now: number): RoomViewStore {
  return createStore<RoomView>()((set) => ({
    chosen: null, expanded: {}, ask: null, chart: null, now, timing: null,
    choose: (id) => set({ chosen: id }),
    follow: () => set({ chosen: null }),
    expand: (id, open) => set((view) => ({ expanded: { ...view.expanded, [id]: open } })),
    open: (ask) => set({ ask }),
    close: () => set({ ask: null }),
    showChart: (chart) => set({ chart }),
  }))
}
