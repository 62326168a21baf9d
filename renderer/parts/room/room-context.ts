import { createContext, useContext, useState } from 'react'
import { useStore } from 'zustand'
import type { RunState } from '#domain/run/state.ts'
import type { Client } from '#preload/client.ts'
import type { RunHistory } from '#preload/contract.ts'
import type { RoomView, RoomViewStore } from '#renderer/stores/room-view.ts'
import type { RunRoom, RunStore } from '#renderer/stores/run.ts'
import { remembering } from './remembering.ts'
import type { StalePress } from './stale-press.ts'
import type { SearchStore } from '#renderer/stores/search.ts'
import type { SamplesRoom, SamplesStore } from '#renderer/stores/samples.ts'

/** The stores of one open room. They never change while it is open, so the context never causes a repaint. */
export interface Room {
  client: Client
  runId: string
  run: RunStore
  view: RoomViewStore
  samples: SamplesStore
  stale: StalePress
  search: SearchStore
  /** Forecasts anew: what of earlier runs counts has changed. */
  relearn(history: RunHistory): void
}

export const RoomContext = createContext<Room | null>(null)

export function useRoom(): Room {
  const room = useContext(RoomContext)
  if (!room) throw new Error('useRoom outside of a room')
  return room
}

/** A piece of the run's state; only rendered below the room screen, which waits for the first event. */
export function useRun<T>(select: (state: RunState) => T): T {
  return useStore(useRoom().run, (room) => {
    if (!room.state) throw new Error('useRun before the first event')
    return select(room.state)
  })
}

/** What is worked out of these parts of the run's state, and only when one of them has changed; `ask` is the first one given. */
export function useRunParts<Part extends keyof RunState, T>(parts: readonly Part[], ask: (state: Pick<RunState, Part>) => T): T {
  const [select] = useState(() => remembering(parts, ask))
  return useRun(select)
}

export function useRunRoom<T>(select: (room: RunRoom) => T): T {
  return useStore(useRoom().run, select)
}

export function useView<T>(select: (view: RoomView) => T): T {
  return useStore(useRoom().view, select)
}

export function useSamples<T>(select: (samples: SamplesRoom) => T): T {
  return useStore(useRoom().samples, select)
}

/** The zone the room speaks in: the change window's, else this machine's. */
export function useZone(): string {
  return useRun(zoneOf)
}

export const zoneOf = (state: RunState): string => state.runbook.overview.window?.zone ?? Intl.DateTimeFormat().resolvedOptions().timeZone
