import { createStore } from 'zustand/vanilla'
import type { StoreApi } from 'zustand/vanilla'
import type { ProblemValue } from '#domain/problem.ts'
import type { Client } from '#preload/client.ts'
import type { CallInput, Prompt } from '#preload/contract.ts'

export interface Prompts {
  /** What main waits for, oldest first. */
  open: Prompt[]
  /** The feed ended: main may wait for an answer that cannot be asked for here. */
  problem: ProblemValue | null
  /** The Problem when the answer did not reach main; the prompt then stays open. */
  answer(promptId: string, answer: CallInput<'answer-prompt'>['answer']): Promise<ProblemValue | null>
  start(): () => void
}
export type PromptStore = StoreApi<Prompts>

export function createPromptStore(client: Client): PromptStore {
  return createStore((set) => ({
    open: [],
    problem: null,
    async answer(promptId, answer) {
      const reply = await client.call('answer-prompt', { promptId, answer })
      return reply.ok ? null : reply.problem
    },
    start: () => client.follow('prompts', { after: 0 }, ({ open }) => set({ open }), (problem) => set({ open: [], problem })),
  }))
}
