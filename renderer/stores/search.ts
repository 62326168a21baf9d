import { createStore } from 'zustand/vanilla'
import type { StoreApi } from 'zustand/vanilla'
import type { ProblemValue } from '#domain/problem.ts'
import type { Client } from '#preload/client.ts'
import type { SearchBatch, SearchHit } from '#preload/contract.ts'

/** A search in what a run's hosts have said. It outlives the panel that shows it, so that one can come back to the other hits. */
export interface SearchRoom {
  text: string
  /** Null for the whole run. */
  stepId: string | null
  hits: SearchHit[]
  progress: Pick<SearchBatch, 'read' | 'bytes' | 'done' | 'more'> | null
  problem: ProblemValue | null
  /** Begins anew, at once; what was found before is gone. An empty text finds nothing. */
  search(text: string, stepId: string | null): void
  stop(): void
}
export type SearchStore = StoreApi<SearchRoom>

export function createSearchStore({ client, runId }: { client: Client; runId: string }): SearchStore {
  let halt: (() => void) | null = null
  const stop = (): void => {
    halt?.()
    halt = null
  }
  return createStore<SearchRoom>()((set) => ({
    text: '', stepId: null, hits: [], progress: null, problem: null,
    search(text, stepId) {
      stop()
      set({ text, stepId, hits: [], progress: null, problem: null })
      if (text === '') return
      halt = client.follow('search', { runId, stepId, text, after: 0 }, ({ hits, ...progress }) => {
        set((room) => ({ hits: hits.length > 0 ? [...room.hits, ...hits] : room.hits, progress }))
        if (progress.done) stop()
      }, (problem) => set({ problem }))
    },
    stop,
  }))
}
