import { Problem } from '#domain/problem.ts'
import { createSignal, type Signal } from '#engine/signal.ts'
import type { CallInput, Prompt } from '#preload/contract.ts'

export type PromptQuestion = Prompt extends infer P ? (P extends Prompt ? Omit<P, 'id' | 'askedAt'> : never) : never
export type PromptAnswer = CallInput<'answer-prompt'>['answer']

/** Questions the program has for the person at the screen. Open until answered or no longer needed; answers are kept nowhere. */
export interface PromptDesk {
  ask(question: PromptQuestion, signal: AbortSignal): Promise<PromptAnswer>
  answer(promptId: string, answer: PromptAnswer): void
  open(): Prompt[]
  changed: Signal
}

const ANSWER: Record<Prompt['kind'], string> = { 'host-key': 'accept', 'passphrase': 'passphrase', 'login': 'login', 'secret': 'secret' }

export function createPromptDesk(options: { now(): number; newId(): string }): PromptDesk {
  const waiting = new Map<string, { prompt: Prompt; settle(answer: PromptAnswer): void }>()
  const changed = createSignal()

  return {
    changed,
    open: () => [...waiting.values()].map(({ prompt }) => prompt),
    ask: (question, signal) => new Promise((resolve, reject) => {
      const id = options.newId()
      const close = () => {
        signal.removeEventListener('abort', giveUp)
        waiting.delete(id)
        changed.emit()
      }
      const giveUp = () => {
        close()
        reject(signal.reason instanceof Error ? signal.reason : new Error('no longer needed'))
      }
      if (signal.aborted) return giveUp()
      signal.addEventListener('abort', giveUp)
      waiting.set(id, {
        prompt: { ...question, id, askedAt: options.now() },
        settle: (answer) => {
          close()
          resolve(answer)
        },
      })
      changed.emit()
    }),
    answer: (promptId, answer) => {
      const found = waiting.get(promptId)
      if (!found) throw new Problem('prompt-gone', 'That question has been answered already, or is no longer needed.', 'Nothing needs to be done.')
      if (!(ANSWER[found.prompt.kind] in answer)) throw new Problem('prompt-answer', 'That answer does not fit the question.', 'The question is still open: answer it again.')
      found.settle(answer)
    },
  }
}
