import { createContext, useContext } from 'react'
import { createStore } from 'zustand/vanilla'
import type { StoreApi } from 'zustand/vanilla'

/** One moment, pointed at in any of the charts on a screen and shown in all of them; null while nobody points. */
export interface CrosshairState {
  at: number | null
}
export type CrosshairStore = StoreApi<CrosshairState>

export const createCrosshair = (): CrosshairStore => createStore<CrosshairState>()(() => ({ at: null }))

export const CrosshairContext = createContext<CrosshairStore | null>(null)

/** Null where charts share nothing. */
export const useCrosshairStore = (): CrosshairStore | null => useContext(CrosshairContext)
