import { createStore } from 'zustand/vanilla'
import type { StoreApi } from 'zustand/vanilla'
import type { ProblemValue } from '#domain/problem.ts'
import type { Client } from '#preload/client.ts'
import type { CallInput, RunSummary, RunbookSummary } from '#preload/contract.ts'

export interface Library {
  /** Null until they have been read once. */
  runbooks: RunbookSummary[] | null
  runs: RunSummary[] | null
  problem: ProblemValue | null
  reload(): Promise<void>
  /** The new run's id, or why there is none. */
  createRun(input: CallInput<'create-run'>): Promise<{ runId: string } | { problem: ProblemValue }>
  start(): () => void
}
export type LibraryStore = StoreApi<Library>

export function createLibraryStore(client: Client): LibraryStore {
  let asked = 0
  return createStore((set, get) => ({
    runbooks: null, runs: null, problem: null,
    async reload() {
      const mine = ++asked
      const [runbooks, runs] = await Promise.all([client.call('list-runbooks', {}), client.call('list-runs', {})])
      // An answer that was overtaken by a later question would bring back what is gone.
      if (mine !== asked) return
      set((library) => ({
        runbooks: runbooks.ok ? runbooks.value : library.runbooks,
        runs: runs.ok ? runs.value : library.runs,
        problem: !runbooks.ok ? runbooks.problem : !runs.ok ? runs.problem : null,
      }))
    },
    async createRun(input) {
      const reply = await client.call('create-run', input)
      return reply.ok ? reply.value : { problem: reply.problem }
    },
    start() {
      void get().reload()
      return client.follow('library', { after: 0 }, () => void get().reload(), (problem) => set({ problem }))
    },
  }))
}
