import { createStore } from 'zustand/vanilla'
import type { StoreApi } from 'zustand/vanilla'
import type { Forecasts } from '#domain/forecast/forecast.ts'
import type { Outlook } from '#domain/forecast/outlook.ts'
import type { RunTiming } from '#domain/timing.ts'
import type { Place } from '#renderer/parts/log/lines.ts'

/** A question to the person that needs a typed answer before a command is sent. `about` is what the command acts on. */
export interface Ask {
  kind: AskKind
  about: string
}

export type AskKind =
  | 'start-danger' | 'skip-step' | 'retry-unknown' | 'retry-all' | 'ignore-failure' | 'exclude-host' | 'fail-step' | 'resolve-step' | 'waive' | 'no-go' | 'sign-off' | 'sign-off-no' | 'go-despite' | 'note' | 'override-breach' | 'watch-breach' | 'accept-no-data' | 'fire-trigger'
  | 'skip-message' | 'send-message' | 'end-monitoring' | 'abort' | 'pause' | 'start-rollback' | 'roll-back-to' | 'abort-forward' | 'take-over' | 'baseline'

/** What stands in the middle of the room: the selected row, the table of steps and hosts, or the search in the output. */
export type Panel = 'detail' | 'hosts' | 'search'

/** Whose output is looked at, all hosts' when `host` is null, and from which line on. */
export interface Looking {
  stepId: string
  host: string | null
  place: Place | null
}

/** What one person looks at in the room: nothing here is a fact about the run. */
export interface RoomView {
  /** What was chosen by hand; null while the room follows the run. */
  chosen: string | null
  /** Rows folded or unfolded by hand. */
  expanded: Record<string, boolean>
  panel: Panel
  /** Null until a host or a line was chosen. */
  looking: Looking | null
  ask: Ask | null
  /** The metric shown large. */
  chart: string | null
  /** The timeline is shown over the room. */
  timeline: boolean
  /** The step whose earlier lengths are shown. */
  lengthsOf: string | null
  /** The metric sources can be tried. */
  sources: boolean
  /** How the rules are judged is shown. */
  verdicts: boolean
  /** The key last pressed too soon after a change to be meant for it, counted so that the same one twice is seen twice. */
  nudged: { key: string; times: number } | null
  /** In a rehearsal: the faults that can be caused are shown. */
  faults: boolean
  /** What going on as a new run would keep and do is shown. */
  resuming: boolean
  /** What hosts still keep of commands is shown. */
  leftovers: boolean
  /** What handing the run over means is shown. */
  handingOver: boolean
  /** In a rehearsal: ticks and go decisions are made for the person. */
  playsAlong: boolean
  /** The run's own time, once a second. */
  now: number
  timing: RunTiming | null
  /** Once a second too; null until the lengths of earlier runs have been asked for. */
  outlook: Outlook | null
  forecasts: Forecasts | null
  /** Why earlier runs could not be read, in words: what is forecast is then the plan. */
  historyProblem: string | null
  choose: (id: string) => void
  /** Chooses the step and shows that output. */
  look: (at: Looking) => void
  show: (panel: Panel) => void
  follow: () => void
  expand: (id: string, open: boolean) => void
  open: (ask: Ask) => void
  close: () => void
  nudge: (key: string) => void
  calm: () => void
  playAlong: (on: boolean) => void
  showChart: (metric: string | null) => void
  showTimeline: (shown: boolean) => void
  showFaults: (shown: boolean) => void
  showLengths: (stepId: string | null) => void
  showSources: (shown: boolean) => void
  showVerdicts: (shown: boolean) => void
  showResuming: (on: boolean) => void
  handOver: (on: boolean) => void
  showLeftovers: (on: boolean) => void
}
export type RoomViewStore = StoreApi<RoomView>

export function createRoomView(now: number): RoomViewStore {
  return createStore<RoomView>()((set) => ({
    chosen: null, expanded: {}, panel: 'detail', looking: null, ask: null, chart: null, timeline: false, lengthsOf: null, sources: false, verdicts: false, nudged: null, faults: false, resuming: false, handingOver: false, leftovers: false, playsAlong: false, now, timing: null, outlook: null, forecasts: null, historyProblem: null,
    choose: (id) => set({ chosen: id, panel: 'detail' }),
    look: (looking) => set({ looking, chosen: looking.stepId, panel: 'detail' }),
    show: (panel) => set({ panel }),
    follow: () => set({ chosen: null, panel: 'detail' }),
    expand: (id, open) => set((view) => ({ expanded: { ...view.expanded, [id]: open } })),
    open: (ask) => set({ ask }),
    close: () => set({ ask: null }),
    nudge: (key) => set(({ nudged }) => ({ nudged: { key, times: (nudged?.times ?? 0) + 1 } })),
    calm: () => set({ nudged: null }),
    playAlong: (playsAlong) => set({ playsAlong }),
    showChart: (chart) => set({ chart }),
    showTimeline: (timeline) => set({ timeline }),
    showFaults: (faults) => set({ faults }),
    showLengths: (lengthsOf) => set({ lengthsOf }),
    showSources: (sources) => set({ sources }),
    showVerdicts: (verdicts) => set({ verdicts }),
    showResuming: (resuming) => set({ resuming }),
    handOver: (handingOver) => set({ handingOver }),
    showLeftovers: (leftovers) => set({ leftovers }),
  }))
}
